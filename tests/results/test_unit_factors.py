"""Every factor of the analyte tables, held against an independent implementation of UCUM (ucumvert on pint)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.analytes import ANALYTES
from schemas.molar_masses import GRAMS_PER_MOLE

ucumvert = pytest.importorskip("ucumvert")

# Plain spellings that are not UCUM's own, and what they are in UCUM; by analyte where it matters.
UCUM = {
    "fraction": "1",
    "vol%": "%",
    "permille": "[ppth]",
    "lakh/uL": "10*5/uL",
    "mmol/L tetramer": "mmol/L",
    "mL/min/1.73 m2": "mL/min/{1.73_m2}",
    "/100 WBC": "/100{WBCs}",
    "umol/mol heme": "umol/mol{heme}",
    "IU/L": "[IU]/L",
    "mIU/L": "m[IU]/L",
    "mIU/mL": "m[IU]/mL",
    "uIU/mL": "u[IU]/mL",
}
GRAMS_PER_DECILITER = {("mchc", "%")}  # the percentage of an old MCHC is grams in 100 mL
# Labels that laboratories put on the wrong number; what is done about them is RULES.md's decision, not arithmetic.
SLIPS = {("ferritin", "ug/dL"), ("ferritin", "ng/dL"), ("rbc", "G/L")}
ARBITRARY = {("ttg_iga", "AU/mL")}  # units of a manufacturer, which UCUM converts into nothing
COUNTED = {"Gale", "grade", "particles"}  # no units of UCUM
FACTORS = [
    (analyte.id, unit, factor)
    for analyte in ANALYTES.values()
    for unit, factor in analyte.units.items()
    if (analyte.id, unit) not in SLIPS | ARBITRARY and unit not in COUNTED and analyte.unit not in COUNTED
]


@pytest.fixture(scope="module")
def ucum() -> object:
    return ucumvert.PintUcumRegistry()


def size(ucum, analyte: str, unit: str) -> object:  # type: ignore[no-untyped-def]
    """The unit as a quantity of mass where the analyte is weighed and counted in moles."""
    code = "g/dL" if (analyte, unit) in GRAMS_PER_DECILITER else UCUM.get(unit, unit)
    found = ucum.from_ucum(code)
    quantity = ucum.Quantity(found.magnitude, str(found.units))
    if "mol" in unit and analyte in GRAMS_PER_MOLE and "[substance]" in quantity.dimensionality:
        molecules = 4 if unit == "mmol/L tetramer" else 1
        return quantity * ucum.Quantity(molecules * GRAMS_PER_MOLE[analyte], "gram / mole")
    return quantity


def printed(factor: Decimal) -> tuple[Decimal, bool]:
    """The number as it is printed, and whether it is a divisor (1/2.247 has as many digits as Decimal keeps)."""
    if len(factor.as_tuple().digits) > 10:
        return (1 / factor).quantize(Decimal("0.001")), True
    return factor, False


@pytest.mark.parametrize(("analyte", "unit", "factor"), FACTORS)
def test_factor_is_that_of_ucum_to_its_last_printed_digit(
    ucum, analyte: str, unit: str, factor: Decimal
) -> None:
    canonical = size(ucum, analyte, ANALYTES[analyte].unit)
    exact = float((size(ucum, analyte, unit) / canonical).to("dimensionless").magnitude)  # type: ignore[operator]
    number, divides = printed(factor)
    found = 1 / exact if divides else exact
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    half_a_digit = (
        0.5 * 10.0**exponent if exponent < 0 and number not in {Decimal("0.1"), Decimal("0.01")} else 0
    )
    assert found == pytest.approx(float(number), rel=1e-9, abs=half_a_digit)


def test_every_analyte_of_both_kinds_has_its_molar_mass() -> None:
    both = {
        analyte.id
        for analyte in ANALYTES.values()
        if any("mol" in unit for unit in analyte.units)
        and any(unit[:2] in {"g/", "mg", "ug", "ng", "pg"} for unit in analyte.units)
    }
    assert both <= set(GRAMS_PER_MOLE)


def test_slips_are_read_as_the_canonical_unit() -> None:
    assert {ANALYTES[analyte].units[unit] for analyte, unit in SLIPS} == {Decimal(1)}
