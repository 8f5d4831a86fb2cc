"""Blood film, immature cells and platelet clumps (RULES.md 1.2, second half). All make an index draw."""

from __future__ import annotations

from schemas.analytes_blood_count import COUNT_UNITS, PART_OF_LEUKOCYTES, PERCENT, SHARE
from schemas.analytes_model import Alert, Analyte, Limits, units

FILM: tuple[Analyte, ...] = (
    Analyte(
        id="blasts_pct",
        title="Blasts in blood",
        section="blood_count",
        unit="%",
        slug="pct",
        loinc=("26446-5", "709-6"),  # c (MIMIC map, public code); m manual
        units=PERCENT,
        reject=SHARE,
        alert=Alert("ALERT_BLASTS", 0.0),
        blood_count=True,
    ),
    Analyte(
        id="blasts_abs",
        title="Blasts in blood, count",
        section="blood_count",
        unit="10*9/L",
        slug="10e9_l",
        loinc=("30376-8", "708-8"),  # c; c
        units=COUNT_UNITS,
        reject=PART_OF_LEUKOCYTES,
        alert=Alert("ALERT_BLASTS", 0.0),
        blood_count=True,
    ),
    Analyte(
        id="myelocytes_pct",
        title="Myelocytes, metamyelocytes or promyelocytes in blood",
        section="blood_count",
        unit="%",
        slug="pct",
        loinc=("26498-6", "749-2", "28541-1", "740-1", "26524-9", "783-1"),  # m
        units=PERCENT,
        reject=SHARE,
        blood_count=True,
    ),
    Analyte(
        id="ig_pct",
        title="Immature granulocytes",
        section="blood_count",
        unit="%",
        slug="pct",
        loinc=("71695-1",),  # a
        units=PERCENT,
        reject=SHARE,
        flag=Limits(at_least=2),
        blood_count=True,
    ),
    Analyte(
        id="ig_abs",
        title="Immature granulocytes, count",
        section="blood_count",
        unit="10*9/L",
        slug="10e9_l",
        loinc=("53115-2",),  # a
        units=COUNT_UNITS,
        reject=PART_OF_LEUKOCYTES,
        blood_count=True,
    ),
    Analyte(
        id="nrbc",
        title="Nucleated red cells",
        section="blood_count",
        unit="/100 WBC",
        slug="100_wbc",
        loinc=("58413-6", "19048-8"),  # a; c
        # "%" is what analyzers print for "per hundred white cells"
        units=units(("/100 WBC", "1"), ("%", "1")),
        # RULES.md flags > 0 in adults; the age is not known here, so transforms.residual_flags looks at it
        blood_count=True,
    ),
    Analyte(
        id="nrbc_abs",
        title="Nucleated red cells, count",
        section="blood_count",
        unit="10*9/L",
        slug="10e9_l",
        loinc=("771-6",),  # a
        units=COUNT_UNITS,
        reject=PART_OF_LEUKOCYTES,
        blood_count=True,
    ),
    Analyte(
        id="plt_clumps",
        title="Platelet clumps",
        section="blood_count",
        unit="",
        slug="",
        loinc=("7796-6", "40741-1"),  # c; c
        units={},
        unit_optional=True,
        kind="presence",
        blood_count=True,
    ),
    Analyte(
        id="plt_citrate",
        title="Platelet count in a citrate tube, before correction for dilution",
        section="blood_count",
        unit="10*9/L",
        slug="10e9_l",
        loinc=(),
        units=COUNT_UNITS,
        reject=Limits(above=3000),
        flag=Limits(below=10, above=1000),
        blood_count=True,
    ),
    Analyte(
        id="smear_leb",
        title="Leukoerythroblastic film",
        section="blood_count",
        unit="",
        slug="",
        loinc=(),
        units={},
        unit_optional=True,
        kind="presence",
        blood_count=True,
    ),
)
