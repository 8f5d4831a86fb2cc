"""The value sets hold together: shapes, overlaps, versions, and everything named exists."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from schemas.gaps import GAP_CODE_SETS, GAP_ONLY
from schemas.history_atoms import HISTORY_ATOMS
from schemas.value_sets import CODE_SETS, EXACT, PREFIX, Code, bare, problems
from tests.value_sets.versions import digest, recorded
from transforms import treatment
from transforms.context import coded_events
from transforms.rule_basis import CODED

EXCLUSIVE = (
    ("oral_iron", "intravenous_iron"),
    ("esa", "any_iron"),
    ("cytotoxic_drug", "myelotoxic_drug"),
    ("upper_endoscopy", "lower_endoscopy"),
    ("chemotherapy_encounter", "radiotherapy_encounter"),
    ("transfusion", "marrow_exam"),
    ("hematology_contact", "gastroenterology_contact"),
    ("gestational_week", "pregnancy_end"),
    ("cancer", "blood_diagnosis"),
    ("iron_deficiency_label", "hemoglobinopathy"),
    ("liver_or_spleen", "ckd"),
)
INSIDE = (
    ("oral_iron", "any_iron"),
    ("intravenous_iron", "any_iron"),
    ("ckd", "inflammatory_disease"),
    ("dialysis", "ckd"),
    ("heart_failure", "inflammatory_disease"),
    ("mds", "hematologic_malignancy"),
    ("thalassemia_trait", "hemoglobinopathy"),
    ("iron_deficiency_anemia_label", "iron_deficiency_label"),
    ("iron_deficiency_label", "iron_deficiency_label"),
    ("gestational_week", "pregnancy"),
)
_D = (
    "0123456789 1234067895 2340178956 3401289567 4012395678 5987604321 6598710432 7659821043 8765932104 9876543210"
).split()
_P = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def covers(outer: Code, inner: Code) -> bool:
    """Whether every code that the inner line matches is matched by the outer one."""
    if outer.system != inner.system:
        return False
    if outer.match == PREFIX:
        return inner.bare.startswith(outer.bare)
    return inner.match == EXACT and inner.bare == outer.bare


def has_check_digit(code: str) -> bool:
    """Whether the last digit of a SNOMED CT identifier fits the others (Verhoeff)."""
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(_D[check][int(_P[place % 8][int(digit)])])
    return check == 0


@pytest.mark.parametrize("name", CODE_SETS)
def test_a_set_has_no_malformed_repeated_or_needless_line(name: str) -> None:
    assert not problems(CODE_SETS[name])


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (Code("ICD10CM", "D5O", PREFIX, "x", "x"), "no prefix code of ICD10CM"),
        # a dot after the third place
        (Code("ICD10CM", "D500", PREFIX, "x", "x"), "no prefix code of ICD10CM"),
        (Code("ICD9CM", "28", PREFIX, "x", "x"), "no prefix code of ICD9CM"),
        (Code("SNOMED", "087522002", EXACT, "x", "x"), "no exact code of SNOMED"),
        (Code("SNOMED", "87522002", PREFIX, "x", "x"), "cannot match 'prefix'"),
        (Code("RXNORM", "24947", PREFIX, "x", "x"), "cannot match 'prefix'"),
        (Code("ATC", "B03A", EXACT, "x", "x"), "no exact code of ATC"),
        (Code("CPT", "3822", PREFIX, "x", "x"), "no prefix code of CPT"),
        (Code("SPECIALTY", "82", PREFIX, "x", "x"), "no prefix code of SPECIALTY"),
        (Code("LOINC", "718-7", EXACT, "x", "x"), "cannot match 'exact'"),
        (Code("ICD10CM", "I50", EXACT, "x", "x"), "is in two lines"),
        (Code("ICD10CM", "I50.2", PREFIX, "x", "x"), "lies inside another prefix"),
        (Code("ATC", "B03XA01", PREFIX, "", "x"), "needs a display and a source"),
        (Code("ATC", "B03XA01", PREFIX, "x", ""), "needs a display and a source"),
    ],
)
def test_a_bad_line_is_reported(line: Code, complaint: str) -> None:
    item = CODE_SETS["heart_failure"]
    assert complaint in "; ".join(problems(dataclasses.replace(item, codes=(*item.codes, line))))


@pytest.mark.parametrize(
    "part", [{"domain": "lab"}, {"version": 0}, {"source": ""}, {"title": ""}, {"codes": ()}]
)
def test_a_set_needs_domain_version_source_title_and_codes(part: dict[str, object]) -> None:
    assert problems(dataclasses.replace(CODE_SETS["heart_failure"], **part))


@pytest.mark.parametrize("name", CODE_SETS)
def test_snomed_codes_have_their_check_digit(name: str) -> None:
    codes = [line.code for line in CODE_SETS[name].codes if line.system == "SNOMED"]
    assert [code for code in codes if not has_check_digit(code)] == []
    # the digit is seen to tell something: the next number never has it
    assert [code for code in codes if has_check_digit(str(int(code) + 1))] == []


@pytest.mark.parametrize("name", CODE_SETS)
def test_a_code_from_outside_the_reference_names_two_sources_or_says_unreviewed(name: str) -> None:
    lines = [line for line in CODE_SETS[name].codes if line.system in {"SNOMED", "RXNORM"}]
    unresolved = ("(unreviewed)", "(id not resolved against RxNorm)")
    alone = [
        line.code
        for line in lines
        if ";" not in line.source and line.source != "RULES.md 5" and not line.source.endswith(unresolved)
    ]
    assert alone == []


@pytest.mark.parametrize(("one", "other"), EXCLUSIVE)
def test_sets_that_exclude_each_other_share_no_code(one: str, other: str) -> None:
    shared = [
        (a.code, b.code)
        for a in CODE_SETS[one].codes
        for b in CODE_SETS[other].codes
        if covers(a, b) or covers(b, a)
    ]
    assert not shared


@pytest.mark.parametrize(("inner", "outer"), INSIDE)
def test_sets_that_lie_inside_others_do(inner: str, outer: str) -> None:
    left = [a.code for a in CODE_SETS[inner].codes if not any(covers(b, a) for b in CODE_SETS[outer].codes)]
    assert not left


def test_everything_named_exists_and_everything_that_exists_is_named() -> None:
    named = {set_id for atom in HISTORY_ATOMS.values() for set_id, _, _ in atom.sets}
    named |= {set_id for sets in CODED.values() for set_id in sets}
    named |= {*GAP_CODE_SETS, *GAP_ONLY, *treatment.CHEMOTHERAPY, *treatment.RADIOTHERAPY}
    assert named == set(CODE_SETS)


def test_the_index_and_the_files_agree(root: Path) -> None:
    files = {path.stem for path in (root / "schemas" / "value_sets").glob("*.csv")} - {"index"}
    assert files == set(CODE_SETS)


@pytest.mark.parametrize("name", CODE_SETS)
def test_codes_change_only_with_the_version(name: str) -> None:
    item = CODE_SETS[name]
    recorded_digest = recorded().get(name, {}).get(str(item.version))
    assert recorded_digest == digest(item), (
        f"the codes of {name} changed: raise its version in schemas/value_sets/index.csv and record it with "
        "`make fingerprints`"
    )


def test_a_digest_is_of_codes_not_of_words() -> None:
    item = CODE_SETS["heart_failure"]
    first, *others = item.codes
    reworded = dataclasses.replace(
        item, codes=(dataclasses.replace(first, display="other", source="other"), *others)
    )
    exact = dataclasses.replace(item, codes=(dataclasses.replace(first, match=EXACT), *others))
    assert digest(reworded) == digest(item) != digest(exact)


def test_codes_are_compared_without_dots_blanks_and_case() -> None:
    assert bare(" n18.30 ") == "N1830"


def matched(system: str, code: str, kind: str = "diagnosis") -> set[str]:
    """The value sets that an event of this code belongs to."""
    events = pl.DataFrame(
        {
            "patient": [1],
            "code_system": [system],
            "code": [code],
            "kind": [kind],
            "start_date": [date(2026, 1, 1)],
            "end_date": pl.Series([None], dtype=pl.Date),
        },
        schema_overrides={"patient": pl.Int64},
    )
    return {name for name, spans in coded_events(events, CODE_SETS.values()).items() if spans.height}


@pytest.mark.parametrize(
    ("system", "code", "sets"),
    [
        ("ICD10CM", "i50.22", {"heart_failure", "inflammatory_disease"}),
        ("ICD10CM", "I5022", {"heart_failure", "inflammatory_disease"}),
        ("ICD10CM", "N18.2", set()),
        ("ICD10CM", "C44.91", set()),
        ("ICD10CM", "C4A.9", {"cancer"}),
        ("ICD9CM", "42822", {"heart_failure", "inflammatory_disease"}),
        ("ICD9CM", "V22.1", {"pregnancy"}),
        ("ICD9CM", "669.71", {"pregnancy", "pregnancy_end"}),
        ("SNOMED", "431857002", {"ckd", "inflammatory_disease"}),
        ("SNOMED", "431855005", set()),  # stage 1
        ("SNOMED", "324281000000104", {"ckd", "inflammatory_disease"}),  # stage 3 without proteinuria
        ("SNOMED", "700379002", {"ckd", "inflammatory_disease"}),
        ("SNOMED", "269175006", {"hemoglobinopathy", "thalassemia_trait"}),
        ("SNOMED", "371315009", {"iron_deficiency_label", "iron_deficiency_anemia_label"}),
        ("SNOMED", "254837009", {"cancer"}),  # malignant tumor of breast
        ("SNOMED", "254701007", set()),  # basal cell carcinoma of skin
        ("SNOMED", "265371001", {"upper_endoscopy"}),
        ("SNOMED", "444783004", {"lower_endoscopy"}),
        ("SNOMED", "44441009", set()),  # flexible sigmoidoscopy is no colonoscopy
        ("SNOMED", "14189004", set()),  # measles
        ("SNOMED", "84114", set()),
        ("SNOMED", "841140071", set()),
        ("CPT", "45378-33", {"lower_endoscopy"}),  # a modifier
        ("ICD10PCS", "30233n1", {"transfusion"}),
        ("HCPCS", "P9016", {"transfusion"}),
        ("SPECIALTY", "Hematology/Oncology", {"hematology_contact"}),
        ("SPECIALTY", "Haematology", {"hematology_contact"}),
        ("SPECIALTY", "82", {"hematology_contact"}),
        ("SPECIALTY", "820", set()),
        ("SPECIALTY", "10", {"gastroenterology_contact"}),
        ("SPECIALTY", "100", set()),
        ("RXNORM", "24909", {"any_iron", "intravenous_iron"}),
        ("RXNORM", "1435169", {"any_iron", "intravenous_iron"}),
        ("RXNORM", "242590", {"any_iron", "oral_iron"}),
        ("RXNORM", "1251", {"cytotoxic_drug", "macrocytosis_drug"}),
        ("RXNORM", "1441402", {"myelotoxic_drug", "macrocytosis_drug"}),  # an injector of methotrexate
        ("RXNORM", "10829", set()),  # trimethoprim alone
        ("RXNORM", "2490", set()),
        ("ATC", "I50", set()),  # a code means something in its own system only
    ],
)
def test_a_code_belongs_to_the_sets_that_list_it(system: str, code: str, sets: set[str]) -> None:
    assert matched(system, code) == sets


@pytest.mark.parametrize(
    ("system", "code", "days"),
    [("ATC", "B03AC01", 1), ("RXNORM", "24909", 1), ("ATC", "B03AA07", 30), ("RXNORM", "24947", 30)],
)
def test_intravenous_iron_without_an_end_counts_on_its_day(system: str, code: str, days: int) -> None:
    events = pl.DataFrame(
        {
            "patient": [1],
            "code_system": [system],
            "code": [code],
            "kind": ["medication"],
            "start_date": [date(2026, 1, 1)],
            "end_date": pl.Series([None], dtype=pl.Date),
        },
        schema_overrides={"patient": pl.Int64},
    )
    (span,) = coded_events(events)["any_iron"].select("first", "last").iter_rows()
    assert span[1] - span[0] + 1 == days
