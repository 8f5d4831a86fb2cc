"""Three-valued logic: truth tables, the two deliberate departures, and the reasons of an unknown."""

from itertools import product

import polars as pl
import pytest

from transforms.errors import RuleDefinitionError
from transforms.logic import Criterion, Node, Unknown, at_least, soft, soft_not
from transforms.missing_reasons import opened
from transforms.quantities import Quantity
from transforms.truths import DrawTruths

VALUES = (True, False, None)


def atom(name: str, **changes: object) -> Criterion:
    fields = {
        "id": name, "says": name, "expr": pl.col(f"{name}_value"), "inputs": (name,),
        "reasons": ((f"{name} missing", pl.lit(value=True)),), "threshold": "", "citation": "test",
    }  # fmt: skip
    return Criterion(**{**fields, **changes})


A, B, C = atom("a"), atom("b"), atom("c")
ROWS = list(product(VALUES, repeat=3))
FRAME = pl.DataFrame(ROWS, schema={"a": pl.Boolean, "b": pl.Boolean, "c": pl.Boolean}, orient="row")


def evaluated(node: Node) -> list[bool | None]:
    """The verdicts of a condition; as an expression and already computed they are the same."""
    verdicts = FRAME.select(node.verdict()).to_series().to_list()
    truth = DrawTruths(FRAME).of(node)
    true, unknown = truth.holds(len(FRAME)), truth.is_null().holds(len(FRAME))
    assert [None if u else bool(t) for t, u in zip(true, unknown, strict=True)] == verdicts
    return verdicts


def kleene_and(*values: bool | None) -> bool | None:
    return False if False in values else None if None in values else True


def kleene_or(*values: bool | None) -> bool | None:
    return True if True in values else None if None in values else False


def test_and_or_not_are_kleenes() -> None:
    assert evaluated(A & B & C) == [kleene_and(*row) for row in ROWS]
    assert evaluated(A | B | C) == [kleene_or(*row) for row in ROWS]
    assert evaluated(~A) == [None if a is None else not a for a, _, _ in ROWS]


@pytest.mark.parametrize("n", [1, 2, 3])
def test_at_least_counts_true_and_unknown(n: int) -> None:
    expected = [
        True if row.count(True) >= n else False if row.count(True) + row.count(None) < n else None
        for row in ROWS
    ]
    assert evaluated(at_least(n, A, B, C)) == expected


def test_soft_and_soft_not_are_never_unknown() -> None:
    assert evaluated(soft(A)) == [a is True for a, _, _ in ROWS]
    assert evaluated(soft_not(A)) == [a is not True for a, _, _ in ROWS]
    assert evaluated(Unknown(A)) == [a is None for a, _, _ in ROWS]


def reasons_of(node: Node) -> list[list[str]]:
    truths = DrawTruths(FRAME)
    places = {criterion.id: where.holds(len(FRAME)) for criterion, where in opened([node], truths)}
    return [
        [f"{name} missing" for name in "abc" if name in places and places[name][row]]
        for row in range(len(ROWS))
    ]


def test_reasons_are_those_of_the_unknown_operands_where_the_whole_is_unknown() -> None:
    for row, reasons in zip(ROWS, reasons_of((A & B) | C), strict=True):
        verdict = kleene_or(kleene_and(row[0], row[1]), row[2])
        if verdict is not None:
            assert reasons == []
            continue
        inner = kleene_and(row[0], row[1])
        expected = [
            f"{name} missing"
            for name, value in zip("ab", row, strict=False)
            if inner is None and value is None
        ]
        assert reasons == expected + (["c missing"] if row[2] is None else [])


def test_soft_conditions_give_no_reason() -> None:
    for row, reasons in zip(ROWS, reasons_of(A & soft(B)), strict=True):
        assert reasons == (["a missing"] if row[0] is None and row[1] is True else [])


def test_a_criterion_needs_a_source_and_a_reason() -> None:
    with pytest.raises(RuleDefinitionError, match="source"):
        atom("x", citation=" ")
    with pytest.raises(RuleDefinitionError, match="unknown"):
        atom("x", reasons=())
    with pytest.raises(RuleDefinitionError, match="identifier"):
        atom("Not an id")
    with pytest.raises(RuleDefinitionError, match="at_least"):
        at_least(4, A, B, C)


def test_a_wrong_unit_or_input_stops_the_import() -> None:
    with pytest.raises(RuleDefinitionError, match="ug/L"):
        Quantity("ferritin").below(30, "mg/L", "test", "")
    with pytest.raises(RuleDefinitionError, match="not an input"):
        Quantity("ferritine")
    with pytest.raises(RuleDefinitionError, match="source"):
        Quantity("ferritin").below(30, "ug/L", "", "")
