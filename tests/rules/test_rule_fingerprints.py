"""The logic of a rule does not change under its version.

A fingerprint rests on how polars writes an expression down, which is the same for Python 3.11 to 3.13 and for every
process; another version of polars may write it otherwise, so the record names the version it was made with.
"""

import dataclasses
import json
from pathlib import Path

import polars as pl
import pytest

from flows.rule_fingerprints import main, problems, read, recorded
from schemas.evidence import CONTEXT, DOMAINS, INPUTS
from schemas.history_atoms import HISTORY_ATOMS
from schemas.switches import DEFAULTS
from schemas.value_sets import CODE_SETS, Code
from transforms.anemia import ANEMIA as OF_EITHER_EDITION
from transforms.atoms import ADULT, HB
from transforms.choices import settled_criterion
from transforms.logic import All, Criterion, Named, soft
from transforms.rule import Rule
from transforms.rule_basis import CODED, INPUT_OF, MADE_OF, columns_read
from transforms.rule_fingerprint import fingerprints
from transforms.rules import RULES
from transforms.rules.iron_deficiency_anemia import IRON_DEFICIENCY_ANEMIA as IDA
from transforms.rules.pancytopenia import PANCYTOPENIA
from transforms.rules.suspected_aplastic_anemia import SUSPECTED_APLASTIC_ANEMIA as APLASTIC

ANEMIA = settled_criterion(OF_EITHER_EDITION, DEFAULTS)
EMPTY = read(Path("no such file"))
RECORD = Path(__file__).parent / "fingerprints.json"


def test_logic_and_version_change_together() -> None:
    found = problems(read(RECORD))
    assert not found, "; ".join(found)


def changed(rule: Rule, **parts: object) -> list[Rule]:
    """The rules with one of them changed."""
    return [
        dataclasses.replace(other, **parts) if other.rule_id == rule.rule_id else other for other in RULES
    ]


def touched(rules) -> set[str]:
    """The rules whose fingerprint differs from that of the rule book."""
    now, then = fingerprints(rules), fingerprints(RULES)
    return {name for name in then if now[name] != then[name]}


def test_a_change_of_logic_under_its_version_says_what_to_do() -> None:
    sentence, *of_rules_that_rest_on_it = problems(recorded(EMPTY), changed(IDA, gate=soft(ANEMIA)))
    assert of_rules_that_rest_on_it
    assert all("version is still 1" in other for other in of_rules_that_rest_on_it)
    assert sentence == (
        "The logic of iron_deficiency_anemia changed but its version is still 1: raise the version, add a line to its "
        "history and record the fingerprint with `make fingerprints`"
    )


def test_a_new_version_asks_for_its_fingerprint_and_keeps_the_old_one() -> None:
    history = ((1, "first version"), (2, "aplastic anemia in adults only"))
    rules = changed(APLASTIC, gate=ADULT, version=2, history=history)
    before = recorded(EMPTY)
    (sentence,) = problems(before, rules)
    assert sentence.startswith("Version 2 of suspected_aplastic_anemia has no fingerprint")
    after = recorded(before, rules)
    assert not problems(after, rules)
    assert set(after["rules"]["suspected_aplastic_anemia"]) == {"1", "2"}


def test_another_polars_is_told_apart_from_another_rule() -> None:
    (sentence,) = problems({**read(RECORD), "polars": "0.1"})
    assert "polars 0.1" in sentence
    assert "make fingerprints OVERWRITE=1" in sentence


def test_recording_refuses_what_changed_under_its_version(tmp_path: Path, capsys) -> None:
    path = tmp_path / "fingerprints.json"
    assert main([str(path)]) == 0
    record = json.loads(path.read_text(encoding="utf-8"))
    record["rules"]["pancytopenia"]["1"] = "0"
    record["rules"]["no_such_rule"] = {"1": "0"}
    path.write_text(json.dumps(record), encoding="utf-8")
    assert main([str(path)]) == 1
    assert "The logic of pancytopenia changed" in capsys.readouterr().err
    assert json.loads(path.read_text(encoding="utf-8")) == record
    assert main([str(path), "--overwrite"]) == 0
    assert not problems(read(path))


def test_words_and_order_are_no_logic() -> None:
    swapped = All((ANEMIA, ADULT)), All((ADULT, ANEMIA))
    one, other = (
        fingerprints(changed(IDA, gate=gate, title=title))["iron_deficiency_anemia"]
        for gate, title in zip(swapped, ("One", "Other"), strict=True)
    )
    named = fingerprints(changed(IDA, gate=Named("named", swapped[0])))["iron_deficiency_anemia"]
    assert one == other == named


@pytest.mark.parametrize(
    "gate", [None, soft(ANEMIA), ~ANEMIA, ANEMIA | ADULT, ANEMIA & ADULT, HB.below(99, "g/L", "a source", "")]
)
def test_parts_and_their_combination_are_logic(gate) -> None:
    assert "iron_deficiency_anemia" in touched(changed(IDA, gate=gate))


@pytest.mark.parametrize("part", [{"threshold": "other"}, {"expr": pl.col("sex") == "male"}, {"id": "other"}])
def test_a_criterion_is_its_id_its_expression_and_its_threshold(part) -> None:
    criterion: Criterion = dataclasses.replace(ANEMIA, **part)
    assert touched(changed(IDA, gate=criterion)) >= {"iron_deficiency_anemia"}


def test_a_list_of_values_inside_an_expression_is_logic() -> None:
    prints = {
        fingerprints(changed(IDA, gate=dataclasses.replace(ANEMIA, expr=pl.col("trimester").is_in(values))))[
            "iron_deficiency_anemia"
        ]
        for values in ([*range(50), 1], [*range(50), 2])
    }
    assert len(prints) == 2


def test_rules_that_rest_on_a_rule_change_with_it() -> None:
    assert touched(changed(PANCYTOPENIA, gate=ADULT)) >= {"pancytopenia", "suspected_aplastic_anemia"}


def readers(*columns: str) -> set[str]:
    return {rule.rule_id for rule in RULES if set(columns) & set(columns_read(rule))}


def test_codes_windows_and_their_anchors_are_logic(monkeypatch) -> None:
    then = fingerprints(RULES)

    def differing(mapping, name: str, **parts: object) -> set[str]:
        with monkeypatch.context() as patch:
            patch.setitem(mapping, name, dataclasses.replace(mapping[name], **parts))
            now = fingerprints(RULES)
        return {rule_id for rule_id in then if now[rule_id] != then[rule_id]}

    alcohol = readers("alcohol")
    assert differing(CODE_SETS, "alcohol", codes=(Code("ICD10CM", "F10"),)) >= alcohol
    assert differing(HISTORY_ATOMS, "alcohol", sets=(("alcohol", -364, 30),)) >= alcohol
    assert differing(CODE_SETS, "transfusion", codes=(Code("CPT", "36431"),)) >= readers("transfused_120d")
    assert differing(INPUTS, "crp", window=(-8, 7)) >= readers("crp_mg_l")
    assert differing(INPUTS, "crp", anchor="index") >= readers("crp_mg_l")
    assert differing(INPUTS, "iron", window=(-31, 30)) >= readers("tsat_pct")
    assert not differing(INPUTS, "crp", title="CRP")
    assert not differing(CODE_SETS, "alcohol", title="drinking")


def test_everything_a_rule_reads_has_something_behind_it() -> None:
    coverage = {
        what for short in DOMAINS.values() for what in (f"follow_up_{short}_days", f"observed_{short}")
    }
    known = {*INPUT_OF, *HISTORY_ATOMS, *CONTEXT, *coverage}
    assert not {column for rule in RULES for column in columns_read(rule)} - known
    assert set(CODED) <= set(CONTEXT)
    assert set(MADE_OF) == {item.id for item in INPUTS.values() if item.derived}
