"""Value texts, units and mix-ups: one line per row of RULES.md 1.1 to 1.7, a value on each limit."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nextafter

import pytest

One = Callable[..., dict[str, object]]


def table(text: str) -> list[tuple[str, ...]]:
    """Lines of cells separated by bars."""
    return [
        tuple(cell.strip() for cell in line.split("|"))
        for line in text.strip().splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]


CONVERTED = table("""
    # analyte   | value       | unit          | canonical value | flags
    hb          | 12.1        | g/dL          | 121             |
    hb          | 12.1        | gm%           | 121             |
    hb          | 121         | g/L           | 121             |
    hb          | 7.45        | mmol/L        | 120             |
    hb          | 30          | g/dL          | 30              | HB_UNIT_GDL_IS_GL
    hb          | 130         | g/dL          | 130             | HB_UNIT_GDL_IS_GL
    hb          | 24.9        | g/L           | 249             | HB_UNIT_GL_IS_GDL EXTREME
    hb          | 25          | g/L           | 25              | EXTREME
    hb          | 12.1        | g/L           | 121             | HB_UNIT_GL_IS_GDL
    hb          | 130         |               | 130             | HB_UNIT_INFERRED
    hb          | 16.2        |               | 162             | HB_UNIT_INFERRED
    hct         | 0.36        | L/L           | 36              |
    hct         | 0.36        | %             | 36              | HCT_FRACTION
    hct         | 36          | L/L           | 36              | HCT_PERCENT
    rbc         | 4.5         | M/uL          | 4.5             |
    rbc         | 4500000     | /uL           | 4.5             |
    rbc         | 4.5         | T/L           | 4.5             |
    rbc         | 4.5         | G/L           | 4.5             | RBC_UNIT_SLIP
    mch         | 1.8         | fmol          | 29.0052         |
    mchc        | 33          | g/dL          | 330             |
    mchc        | 33          | %             | 330             |
    rdw         | 40          | %             | 40              | EXTREME
    wbc         | 7.2         | G/l           | 7.2             |
    wbc         | 7200        | /mm3          | 7.2             |
    wbc         | 7,200       | cells/cumm    | 7.2             | THOUSANDS_COMMA
    wbc         | 7,25        | 10*9/L        | 7.25            | DECIMAL_COMMA
    wbc         | 1000        | 10*9/L        | 1000            | EXTREME
    wbc         | 4500        | 10^9/L        | 4.5             | COUNT_PER_UL
    plt         | 3001        | x10E9/L       | 3.001           | COUNT_PER_UL EXTREME
    plt         | 2.5         | lakh/mm3      | 250             | LAKH
    plt         | 250,000     | /uL           | 250             | THOUSANDS_COMMA
    plt         | 58.000 x10^3| K/uL          | 58              |
    neut_pct    | 0.6         |               | 60              | NEUT_UNIT_INFERRED
    neut_pct    | 60          | %             | 60              |
    retic_pct   | 12          | [ppth]        | 1.2             |
    retic_abs   | 0.05        | 10*6/uL       | 50              |
    ferritin    | 12          | ng/mL         | 12              |
    ferritin    | 22.47       | pmol/L        | 10              |
    ferritin    | 120         | ug/dL         | 120             | FERRITIN_UNIT_SLIP
    ferritin    | 120         | ng/dL         | 120             | FERRITIN_UNIT_SLIP
    iron        | 50          | ug/dL         | 8.955           |
    tibc        | 400         | mcg/dL        | 71.64           |
    transferrin | 250         | mg/dL         | 2.5             |
    tsat        | 0.08        | %             | 8               | TSAT_FRACTION
    tsat        | 0.08        | ratio         | 8               |
    stfr        | 40          | nmol/L        | 3.384           |
    crp         | 0.8         | mg/dL         | 8               |
    creatinine  | 1.0         | mg/dL         | 88.4            |
    creatinine  | 140         | mg/dL         | 140             | CREAT_UNIT_SLIP
    b12         | 200         | pg/mL         | 147.6           |
    folate      | 3           | ng/mL         | 6.798           |
    copper      | 70          | ug/dL         | 10.99           |
    anc         | 0           | 10*9/L        | 0               | EXTREME
    anc         | 0.0 L       | K/uL          | 0               | EXTREME
    hb          | 12·1        | g/dL          | 121             |
    alc         | 5.1         | 10*9/L        | 5.1             | ALERT_LYMPHO
    blasts_pct  | 1           | %             | 1               | ALERT_BLASTS
    blasts_pct  | 0           | %             | 0               |
    marrow_iron_grade | none  |               | 0               |
    smear_leb   | leukoerythroblastic |        | 1               |
    plt_clumps  | no          |               | 0               |
""")


@pytest.mark.parametrize(("analyte", "value", "unit", "canonical", "flags"), CONVERTED)
def test_value_is_brought_to_the_canonical_unit(
    one: One, analyte: str, value: str, unit: str, canonical: str, flags: str
) -> None:
    found = one(analyte, value, unit)
    assert found.get("value") == pytest.approx(float(canonical), abs=1e-9), found
    assert sorted(found["flags"]) == sorted(flags.split())  # type: ignore[call-overload]


REJECTED = table("""
    # analyte  | value          | unit     | reason
    ferritin   | HEMOLYZED      | ug/L     | REJECT_TEXT
    ferritin   | normal         | ug/L     | REJECT_TEXT
    ferritin   | -----          | ug/L     | REJECT_TEXT
    ferritin   | 1+             | ug/L     | REJECT_TEXT
    ferritin   | +2             | ug/L     | REJECT_TEXT
    ferritin   |                | ug/L     | MISSING_VALUE
    ferritin   | 12             | mol      | UNIT_UNKNOWN
    ferritin   | 12             |          | UNIT_MISSING
    mcv        | 91             | g/L      | UNIT_UNKNOWN
    creatinine | 6.1            | mEq/dL   | UNIT_UNKNOWN
    hb         | 0.9            | g/dL     | IMPLAUSIBLE
    hb         | 261            | g/L      | IMPLAUSIBLE
    hb         | 16.1           |          | HB_UNIT_AMBIGUOUS
    hb         | 26             |          | HB_UNIT_AMBIGUOUS
    mcv        | 39.9           | fL       | IMPLAUSIBLE
    mcv        | 150.1          | fL       | IMPLAUSIBLE
    rdw        | 40.1           | %        | RDW_SD_SUSPECTED
    tsat       | 1              | %        | TSAT_AMBIGUOUS
    tsat       | 110.1          | %        | IMPLAUSIBLE
    ferritin   | 1,234          | ug/L     | COMMA_AMBIGUOUS
    ferritin   | -5             | ug/L     | IMPLAUSIBLE
    retic_pct  | 0.05           | %        | RETIC_FRACTION?
    plt        | nan            | 10*9/L   | REJECT_TEXT
    plt        | inf            | 10*9/L   | REJECT_TEXT
    plt_clumps | some           |          | REJECT_TEXT
""")


@pytest.mark.parametrize(("analyte", "value", "unit", "reason"), REJECTED)
def test_value_that_cannot_be_used_is_set_aside_with_its_reason(
    one: One, analyte: str, value: str, unit: str, reason: str
) -> None:
    assert one(analyte, value, unit) == {"reasons": [reason]}


CENSORED = [
    ("<5", 0.0, nextafter(5, 0)),
    ("< 5 L", 0.0, nextafter(5, 0)),
    ("<=5", 0.0, 5.0),
    ("5 or less", 0.0, 5.0),
    ("menor que 5", 0.0, nextafter(5, 0)),
    ("Inferior a 5,0", 0.0, nextafter(5, 0)),
    ("inférieur à 5", 0.0, nextafter(5, 0)),
    ("kleiner als 5", 0.0, nextafter(5, 0)),
    ("менее 5", 0.0, nextafter(5, 0)),
    ("superior a 60", nextafter(60, inf), inf),
    ("größer 60", nextafter(60, inf), inf),
    ("less than 5", 0.0, nextafter(5, 0)),
    (">1500", nextafter(1500, inf), inf),
    (">=1500 H", 1500.0, inf),
]


@pytest.mark.parametrize(("text", "low", "high"), CENSORED)
def test_censored_value_is_an_interval(one: One, text: str, low: float, high: float) -> None:
    found = one("ferritin", text, "ug/L")
    assert (found["value"], found["value_low"], found["value_high"]) == (None, low, high)


def test_interval_is_converted_with_its_end_still_open(one: One) -> None:
    found = one("crp", "<0.5", "mg/dL")
    assert found["value_low"] == 0
    assert found["value_high"] == nextafter(5, 0)


def test_limits_are_asked_of_the_whole_interval(one: One) -> None:
    assert one("plt", ">2999", "10*9/L")["flags"] == ["EXTREME"]
    assert one("hb", "<20", "g/dL")["flags"] == []
    assert one("hb", "<0.9", "g/dL") == {"reasons": ["IMPLAUSIBLE"]}


def test_unit_is_trusted_over_the_property_of_the_loinc_code(one: One) -> None:
    found = one("2498-4", "15", "umol/L", code_system="LOINC")
    assert (found["value"], found["flags"]) == (15.0, ["LOINC_UNIT_MISMATCH"])


def test_case_of_a_unit_matters_for_giga_per_liter_only(one: One) -> None:
    assert one("wbc", "7", "G/L")["value"] == 7
    assert one("wbc", "7", "g/L") == {"reasons": ["UNIT_UNKNOWN"]}
    assert one("hb", "120", "G/L")["value"] == 120
    assert one("wbc", "7", "k/UL")["value"] == 7
