"""Molar masses behind every factor between mass and amount of substance, the one place where they are stated.

The factors themselves are with the analytes, as RULES.md section 1 prints them; a test converts with these masses
and an independent implementation of UCUM and holds the factors against it. Small molecules: sums of the standard
atomic weights (IUPAC 2021, abridged). Proteins have no one mass; theirs is what the assay or the convention behind
RULES.md's factor takes them to weigh.
"""

from __future__ import annotations

from collections.abc import Mapping

HEMOGLOBIN_MONOMER = 16_114.0
"""One globin chain with its heme and iron (a quarter of a tetramer), by which mmol(Fe)/L is counted."""

GRAMS_PER_MOLE: Mapping[str, float] = {
    **dict.fromkeys(("hb", "hb_blood_gas", "mch", "mchc", "chr"), HEMOGLOBIN_MONOMER),
    "ferritin": 445_000.0,  # apoferritin with little iron: 1 ug/L = 2.247 pmol/L [V: convertmedunits.com, PMC3934467]
    **dict.fromkeys(("iron", "tibc", "uibc"), 55.845),  # Fe
    "transferrin": 79_570.0,  # glycosylated, without iron (RULES.md 2.7)
    "stfr": 84_600.0,  # the calibrator of the R&D assay, about 85 kDa [M]
    "hepcidin": 2_789.4,  # hepcidin-25
    "crp": 105_000.0,  # the pentamer as RULES.md 1.5 takes it
    "creatinine": 113.12,  # C4H7N3O
    "b12": 1_355.37,  # cyanocobalamin, C63H88CoN14O14P
    **dict.fromkeys(("folate", "rbc_folate"), 441.40),  # folic acid, C19H19N7O6
    "homocysteine": 135.181,  # C4H9NO2S
    **dict.fromkeys(("bilirubin", "bilirubin_indirect"), 584.67),  # C33H36N4O6
    "lead": 207.2,  # Pb
    "copper": 63.546,  # Cu
    "zinc": 65.38,  # Zn
}
"""Grams per mole by analyte, for those whose units are both of mass and of amount."""
