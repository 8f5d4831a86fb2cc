"""Inflammation, kidney, vitamins, hemolysis, metals and proteins (RULES.md 1.5).

Codes of the same analyte by mass and by amount of substance map to one analyte; the unit decides, and a unit that
disagrees with the property of the code is flagged LOINC_UNIT_MISMATCH (RULES.md 1.1 rule 8).
"""

from __future__ import annotations

from schemas.analytes_blood_count import PERCENT
from schemas.analytes_model import Alert, Analyte, Limits, codes, units

BILIRUBIN_UNITS = units(("umol/L", "1"), ("mg/dL", "17.1"))
FOLATE_UNITS = units(("nmol/L", "1"), ("ng/mL", "2.266"), ("ug/L", "2.266"))


def _test(  # noqa: PLR0913 - one argument per column of the table in RULES.md
    id_: str,
    title: str,
    unit: str,
    slug: str,
    other: tuple[tuple[str, str], ...],
    *,
    mass: tuple[str, ...] = (),
    moles: tuple[str, ...] = (),
    neither: tuple[str, ...] = (),
    reject: Limits | None = None,
    alert: Alert | None = None,
    aliases: tuple[str, ...] = (),
) -> Analyte:
    return Analyte(
        id=id_,
        title=title,
        section="chemistry",
        unit=unit,
        slug=slug,
        loinc=(*mass, *moles, *neither),
        units=units((unit, "1"), *other),
        reject=reject or Limits(),
        molar=codes(*moles),
        massive=codes(*mass),
        alert=alert,
        aliases=aliases,
    )


CHEMISTRY: tuple[Analyte, ...] = (
    _test(
        "crp",
        "C-reactive protein (standard or high sensitivity)",
        "mg/L",
        "mg_l",
        (("ug/mL", "1"), ("mg/dL", "10"), ("nmol/L", "0.105")),
        mass=("1988-5", "30522-7"),  # a / a
        moles=("76485-2", "76486-0"),  # a; m
        reject=Limits(above=800),
        aliases=("hscrp",),
    ),
    _test(
        "ttg_iga",
        "Tissue transglutaminase IgA antibodies (celiac serology; only that it was reported counts)",
        "U/mL",
        "u_ml",
        (("AU/mL", "1"), ("kU/L", "1")),
        neither=("31017-7", "46128-5"),  # m / m
    ),
    _test(
        "agp",
        "Alpha-1-acid glycoprotein",
        "g/L",
        "g_l",
        (("mg/dL", "0.01"),),
        mass=("2811-4",),  # m, to be verified
    ),
    _test(
        "esr",
        "Erythrocyte sedimentation rate, context only",
        "mm/h",
        "mm_h",
        (),
        neither=("4537-7", "30341-2"),  # m
        reject=Limits(above=180),
    ),
    _test(
        "creatinine",
        "Creatinine",
        "umol/L",
        "umol_l",
        (("mg/dL", "88.4"),),
        mass=("2160-0", "38483-4"),  # a; m blood
        moles=("14682-9",),  # a
        reject=Limits(below=5, above=4000),
    ),
    _test(
        "egfr",
        "Estimated glomerular filtration rate as reported",
        "mL/min/1.73 m2",
        "ml_min_173m2",
        (),
        # a (CKD-EPI 2021); a; m
        neither=("98979-8", "62238-1", "33914-3", "48642-3", "48643-1", "77147-7"),
        reject=Limits(above=200),
    ),
    _test(
        "b12",
        "Vitamin B12",
        "pmol/L",
        "pmol_l",
        (("pg/mL", "0.738"), ("ng/L", "0.738")),  # [V: health3.app 0.7378]
        mass=("2132-9",),  # a
        moles=("14685-2",),  # c
        neither=("16695-9",),  # disputed: both properties accepted
        reject=Limits(above=6000),
    ),
    Analyte(
        id="folate",
        title="Folate, serum",
        section="chemistry",
        unit="nmol/L",
        slug="nmol_l",
        loinc=("2284-8", "14732-2"),  # a; m
        units=FOLATE_UNITS,
        reject=Limits(above=1500),
        molar=codes("14732-2"),
        massive=codes("2284-8"),
    ),
    Analyte(
        id="rbc_folate",
        title="Folate, red cells",
        section="chemistry",
        unit="nmol/L",
        slug="nmol_l",
        loinc=("2283-0", "14731-4"),  # m; m. The limits of serum folate do not hold for red cells.
        units=FOLATE_UNITS,
        molar=codes("14731-4"),
        massive=codes("2283-0"),
    ),
    _test("mma", "Methylmalonic acid", "nmol/L", "nmol_l", (("umol/L", "1000"),), moles=("13964-2",)),  # c
    _test(
        "homocysteine",
        "Homocysteine",
        "umol/L",
        "umol_l",
        (("mg/L", "7.397"),),
        moles=("13965-9",),  # a
        mass=("2428-1",),  # m
    ),
    _test(
        "tsh",
        "Thyroid-stimulating hormone",
        "mIU/L",
        "miu_l",
        (("uIU/mL", "1"),),
        neither=("3016-3", "11580-8", "11579-0"),  # a; m; m
    ),
    _test(
        "ldh",
        "Lactate dehydrogenase",
        "U/L",
        "u_l",
        (("ukat/L", "60"),),
        neither=("2532-0", "14804-9", "14805-6"),  # a; m; m
    ),
    _test(
        "haptoglobin",
        "Haptoglobin",
        "g/L",
        "g_l",
        (("mg/dL", "0.01"),),
        mass=("4542-7", "46127-7"),  # m
    ),
    Analyte(
        id="bilirubin",
        title="Bilirubin, total",
        section="chemistry",
        unit="umol/L",
        slug="umol_l",
        loinc=("1975-2", "14631-6"),  # a; a
        units=BILIRUBIN_UNITS,
        molar=codes("14631-6"),
        massive=codes("1975-2"),
    ),
    Analyte(
        id="bilirubin_indirect",  # same row of RULES.md; an id of its own, or it would be taken for the total
        title="Bilirubin, indirect",
        section="chemistry",
        unit="umol/L",
        slug="umol_l",
        loinc=("1971-1", "14630-8"),  # m; m
        units=BILIRUBIN_UNITS,
        molar=codes("14630-8"),
        massive=codes("1971-1"),
    ),
    _test(
        "lead",
        "Lead, blood",
        "ug/dL",
        "ug_dl",
        (("umol/L", "20.72"), ("ug/L", "0.1")),
        mass=("5671-3", "77307-7", "10368-9"),  # m blood; m venous; m capillary
        moles=("14807-2",),  # m
        reject=Limits(above=500),
    ),
    _test(
        "copper",
        "Copper",
        "umol/L",
        "umol_l",
        (("ug/dL", "0.157"), ("ug/L", "0.0157")),
        mass=("5631-7",),  # a
        moles=("14665-4",),  # a
        reject=Limits(above=80),
    ),
    _test("zinc", "Zinc", "umol/L", "umol_l", (("ug/dL", "0.153"),), mass=("5763-8",)),  # a
    _test("epo", "Erythropoietin", "IU/L", "iu_l", (("mIU/mL", "1"),), neither=("15061-5",)),  # b
    _test(
        "mprotein",
        "Monoclonal protein",
        "g/L",
        "g_l",
        (("g/dL", "10"),),
        mass=("33358-3", "51435-6"),  # c; c
        alert=Alert("ALERT_PARAPROTEIN", 0.0),
        aliases=("spep",),
    ),
    _test(
        "albumin",
        "Albumin",
        "g/L",
        "g_l",
        (("g/dL", "10"),),
        mass=("1751-7",),  # a
        moles=("54347-0",),  # a; its molar unit has no factor in RULES.md, so such a value is quarantined
    ),
    Analyte(
        id="hba2",
        title="Hemoglobin A2",
        section="chemistry",
        unit="%",
        slug="pct",
        loinc=("4551-8",),  # m
        units=PERCENT,
        reject=Limits(above=30),
    ),
)
