"""Every window ends where the rule reference says."""

from schemas.evidence import INPUTS
from schemas.history_atoms import HISTORY_ATOMS
from tests.evidence.window_edges import edges, wrong
from transforms.rule_basis import MADE_OF, histories_read, inputs_read
from transforms.rules import RULES


def test_the_last_day_inside_counts_and_the_first_outside_does_not() -> None:
    assert not [edge.case["case"] for edge in wrong(edges())]


def test_every_window_that_a_rule_looks_through_is_tried() -> None:
    columns = {edge.column for edge in edges()}
    read = {name for rule in RULES for name in inputs_read(rule)}
    read |= {part for name in read for part in MADE_OF.get(name, ())}
    windows = {INPUTS[name].column for name in read if INPUTS[name].window}
    atoms = {name for rule in RULES for name in histories_read(rule)}
    assert windows | atoms <= columns
    for name in atoms:  # each set of codes of an atom has its own window
        assert sum(edge.column == name and edge.says for edge in edges()) >= 2 * len(HISTORY_ATOMS[name].sets)
