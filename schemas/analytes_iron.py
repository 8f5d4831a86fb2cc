"""Reticulocytes, red-cell iron parameters and iron (RULES.md 1.3 and 1.4)."""

from __future__ import annotations

from schemas.analytes_blood_count import PERCENT, PERCENT_OR_FRACTION, SHARE
from schemas.analytes_model import Analyte, Limits, codes, units

BINDING_CAPACITY_UNITS = units(("umol/L", "1"), ("ug/dL", "0.1791"))

RETICULOCYTES: tuple[Analyte, ...] = (
    Analyte(
        id="retic_pct",
        title="Reticulocytes",
        section="reticulocyte",
        unit="%",
        slug="pct",
        loinc=("17849-1", "4679-7", "31112-6"),  # a automated; m; m manual
        units=units(("%", "1"), ("fraction", "100"), ("permille", "0.1")),
        reject=Limits(above=50),
    ),
    Analyte(
        id="retic_abs",
        title="Reticulocyte count",
        section="reticulocyte",
        unit="10*9/L",
        slug="10e9_l",
        loinc=("60474-4", "14196-0", "40665-2"),  # a; m; m manual
        units=units(
            ("10*9/L", "1"),
            ("10*3/uL", "1"),
            ("10*12/L", "1000"),
            ("10*6/uL", "1000"),
            ("/uL", "0.001"),
            ("10*4/uL", "10"),
        ),
        reject=Limits(above=1500),
    ),
    Analyte(
        id="rpi",
        title="Reticulocyte production index as reported",
        section="reticulocyte",
        unit="1",
        slug="",
        loinc=(),
        units=units(("1", "1")),
        unit_optional=True,
    ),
    Analyte(
        id="irf",
        title="Immature reticulocyte fraction",
        section="reticulocyte",
        unit="%",
        slug="pct",
        loinc=("33516-6",),  # b
        units=PERCENT_OR_FRACTION,
        reject=SHARE,
    ),
    Analyte(
        id="chr",
        title="Reticulocyte hemoglobin content (CHr, Ret-He)",
        section="reticulocyte",
        unit="pg",
        slug="pg",
        loinc=("71694-4", "42810-2"),  # a automated; m generic
        units=units(("pg", "1"), ("fmol", "16.114")),
        reject=Limits(below=8, above=50),
    ),
    Analyte(
        id="hypo_pct",
        title="Hypochromic red cells",
        section="reticulocyte",
        unit="%",
        slug="pct",
        loinc=(),  # no LOINC recalled
        units=PERCENT,
        reject=SHARE,
    ),
)

IRON: tuple[Analyte, ...] = (
    Analyte(
        id="ferritin",
        title="Ferritin",
        section="iron",
        unit="ug/L",
        slug="ug_l",
        loinc=("2276-4", "20567-4", "14723-1"),  # a; m immunoassay; m moles
        # /2.247 [V: convertmedunits.com, PMC3934467]. ug/dL and ng/dL are label slips for ug/L: a literal factor
        # of ten would turn 12 into 120 and hide an iron deficiency (FERRITIN_UNIT_SLIP).
        units=units(
            ("ug/L", "1"),
            ("ng/mL", "1"),
            ("pmol/L", "/2.247"),
            ("mg/L", "1000"),
            ("ug/dL", "1"),
            ("ng/dL", "1"),
        ),
        reject=Limits(above=200_000),
        flag=Limits(above=10_000),
        molar=codes("14723-1"),
        massive=codes("2276-4", "20567-4"),
    ),
    Analyte(
        id="iron",
        title="Serum iron",
        section="iron",
        unit="umol/L",
        slug="umol_l",
        loinc=("2498-4", "14798-3"),  # a; a
        units=units(("umol/L", "1"), ("ug/dL", "0.1791"), ("ug/L", "0.01791")),  # [V: PMC3934467]
        reject=Limits(above=150),
        flag=Limits(above=60),
        molar=codes("14798-3"),
        massive=codes("2498-4"),
    ),
    Analyte(
        id="tibc",
        title="Total iron-binding capacity",
        section="iron",
        unit="umol/L",
        slug="umol_l",
        loinc=("2500-7", "14800-7"),  # c (yvm.testcatalog.org); m
        units=BINDING_CAPACITY_UNITS,
        reject=Limits(below=5, above=160),
        flag=Limits(below=25, above=110),
        molar=codes("14800-7"),
        massive=codes("2500-7"),
    ),
    Analyte(
        id="uibc",
        title="Unsaturated iron-binding capacity",
        section="iron",
        unit="umol/L",
        slug="umol_l",
        loinc=("2501-5", "22753-8"),  # m; m
        units=BINDING_CAPACITY_UNITS,
        # RULES.md prints no limit; a part of the capacity cannot exceed the limit of the whole
        reject=Limits(above=160),
        molar=codes("22753-8"),
        massive=codes("2501-5"),
    ),
    Analyte(
        id="transferrin",
        title="Transferrin",
        section="iron",
        unit="g/L",
        slug="g_l",
        loinc=("3034-6", "22674-6"),  # a; c moles
        units=units(("g/L", "1"), ("mg/dL", "0.01"), ("umol/L", "0.0796")),
        reject=Limits(below=0.2, above=7),
        flag=Limits(below=1, above=5),
        molar=codes("22674-6"),
        massive=codes("3034-6"),
    ),
    Analyte(
        id="tsat",
        title="Transferrin saturation",
        section="iron",
        unit="%",
        slug="pct",
        # a mass fraction; molar fraction [V: loinc.org/39778-6 maps to it]; two discouraged [V]
        loinc=("2502-3", "14801-5", "2505-6", "39778-6"),
        units=PERCENT_OR_FRACTION,
        reject=Limits(above=110),
        flag=Limits(below=3, above=100),
    ),
    Analyte(
        id="stfr",
        title="Soluble transferrin receptor",
        section="iron",
        unit="mg/L",
        slug="mg_l",
        loinc=("30248-9", "26975-3"),  # b; moles
        # nmol/L: R&D calibrator, 85 kDa [M]. ug/mL and ng/mL are the same units as mg/L and ug/L.
        units=units(
            ("mg/L", "1"), ("ug/mL", "1"), ("nmol/L", "0.0846"), ("ug/L", "0.001"), ("ng/mL", "0.001")
        ),
        reject=Limits(below=0.1, above=80),
        molar=codes("26975-3"),
        massive=codes("30248-9"),
    ),
    Analyte(
        id="hepcidin",
        title="Hepcidin, descriptive only",
        section="iron",
        unit="ug/L",
        slug="ug_l",
        loinc=(),  # none verified (pro-hepcidin only)
        units=units(("ug/L", "1"), ("ng/mL", "1"), ("nmol/L", "2.79")),  # [M]
    ),
    Analyte(
        id="zpp",
        title="Zinc protoporphyrin, descriptive only",
        section="iron",
        unit="umol/mol heme",
        slug="umol_mol_heme",
        loinc=("71797-5",),  # c moles, red cells
        units=units(("umol/mol heme", "1")),  # ug/dL of red cells is not converted
        flag=Limits(above=70),  # WHO-type cut [M]
    ),
)
