"""The record of rule fingerprints: ``python -m flows.rule_fingerprints tests/rules/fingerprints.json [--overwrite]``.

A developer's command. It adds the fingerprint of each new version and refuses one that changed under its version;
``--overwrite`` replaces what is recorded of the current versions: for logic that nobody has run yet, and for a new
version of polars.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import polars as pl

from transforms.rule import Rule
from transforms.rule_fingerprint import fingerprints
from transforms.rules import RULES


class Record(TypedDict):
    """polars: the version that wrote the expressions down. rules: rule, version, fingerprint."""

    polars: str
    rules: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Known:
    """The logic of a rule. fingerprint: after the version of Polars that wrote its expressions, and a slash.

    recorded: it is the recorded one of the rule's version; null where another version of Polars wrote the record.
    """

    fingerprint: str
    recorded: bool | None


_INSTALLED = Path(__file__).parent / "rule_fingerprints.json"  # where the record travels in a wheel
_RECORD = (
    _INSTALLED
    if _INSTALLED.is_file()
    else Path(__file__).parent.parent / "tests" / "rules" / "fingerprints.json"
)


def known_versions(rules: Sequence[Rule] = RULES) -> dict[str, Known]:
    """The logic of each rule by id, held against the record this hemacohort came with."""
    record = read(_RECORD)
    comparable = record["polars"] == pl.__version__
    return {
        rule.rule_id: Known(
            f"{pl.__version__}/{now}",
            record["rules"].get(rule.rule_id, {}).get(str(rule.version)) == now if comparable else None,
        )
        for rule, now in _now(rules)
    }


def read(path: Path) -> Record:
    """The record, or an empty one."""
    if not path.exists():
        return {"polars": pl.__version__, "rules": {}}
    record: Record = json.loads(path.read_text(encoding="utf-8"))
    return record


def problems(record: Record, rules: Sequence[Rule] = RULES) -> list[str]:
    """Sentences that say what to do about each rule whose logic and record do not agree."""
    if record["polars"] != pl.__version__:
        return [_other_polars(record["polars"])]
    found = []
    for rule, now in _now(rules):
        then = record["rules"].get(rule.rule_id, {}).get(str(rule.version))
        if then is None:
            found.append(
                f"Version {rule.version} of {rule.rule_id} has no fingerprint: record it with `make fingerprints`"
            )
        elif then != now:
            found.append(
                f"The logic of {rule.rule_id} changed but its version is still {rule.version}: raise the version, "
                "add a line to its history and record the fingerprint with `make fingerprints`"
            )
    known = {rule.rule_id for rule in rules}
    return found + [
        f"{name} is not a rule anymore: record without it with `make fingerprints`"
        for name in record["rules"]
        if name not in known
    ]


def _other_polars(recorded_with: str) -> str:
    return (
        f"The fingerprints were recorded with polars {recorded_with} and this is {pl.__version__}, which may write the "
        "same expressions otherwise: see these tests pass with the recorded polars, then upgrade and record the "
        "fingerprints again with `make fingerprints OVERWRITE=1`"
    )


def recorded(record: Record, rules: Sequence[Rule] = RULES, *, overwrite: bool = False) -> Record:
    """The record with the version of each rule that it lacks; what it holds stays, unless overwrite."""
    made: dict[str, dict[str, str]] = {}
    for rule, now in _now(rules):
        versions, current = record["rules"].get(rule.rule_id, {}), {str(rule.version): now}
        made[rule.rule_id] = versions | current if overwrite else current | versions
    return {"polars": pl.__version__ if overwrite else record["polars"], "rules": made}


def _now(rules: Sequence[Rule]) -> list[tuple[Rule, str]]:
    prints: Mapping[str, str] = fingerprints(rules)
    return [(rule, prints[rule.rule_id]) for rule in rules]


def main(arguments: Sequence[str]) -> int:
    """Record, and say what could not be."""
    path = Path(arguments[0])
    record = recorded(read(path), overwrite="--overwrite" in arguments)
    if left := problems(record):
        print("\n".join(left), file=sys.stderr)
        return 1
    path.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(record['rules'])} fingerprints in {path}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
