"""The expert tables of the rules, read out of the test modules without running them.

A table is the first argument of a call of ``disagreements`` (tests/testbed.py), the rule its second.
"""

from __future__ import annotations

import ast
from pathlib import Path


def expert_tables(folder: Path) -> dict[str, list[str]]:
    """Tables of each rule, as text, in the order in which the modules of the folder hold them."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "disagreements":
                text, rule_id = (ast.literal_eval(argument) for argument in node.args)
                found.setdefault(rule_id, []).append(text)
    return found


def cells(text: str) -> list[list[str]]:
    """Heading and rows of a table; a blank cell is a value that was never measured."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
