"""The criteria of an explanation: what each read, and the code on record or the other blood count that meets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import polars as pl

from schemas.evidence import INPUTS
from schemas.switches import Switches
from transforms.grounds import cutoff_of, event_behind, other_counts

Row = dict[str, Any]


@dataclass(frozen=True)
class Grounds:
    """A patient's coded events by value set, and the evidence of all draws."""

    coded: Mapping[str, pl.DataFrame]
    evidence: pl.DataFrame
    switches: Switches

    def of(self, criterion_id: str, verdict: bool | None, at: datetime) -> Row:  # noqa: FBT001  a stored verdict
        """What a criterion rests on at a draw, each key null where there is nothing to say.

        event: code_system, code, display, start, end. cutoff: lowest, highest, adjusted. other_counts: counted, and
        found, the nearest that meets the criterion, with its results.
        """
        event = event_behind(criterion_id, self.coded, at) if verdict else None
        counts = other_counts(criterion_id, self.evidence, at, self.switches)
        others: Row | None = None
        if counts is not None:
            found = self._count(counts.found, counts.inputs) if counts.found is not None and verdict else None
            others = {"counted": counts.counted, "found": found}
        cutoff = cutoff_of(criterion_id, self.evidence, at, self.switches)
        return {
            "event": None if event is None else asdict(event),
            "other_counts": others,
            "cutoff": None if cutoff is None else asdict(cutoff),
        }

    def _count(self, at: datetime, inputs: tuple[str, ...]) -> Row:
        draw = self.evidence.row(by_predicate=pl.col("index_collected_at") == at, named=True)
        return {
            "collected_at": at,
            "specimen_id": draw["index_specimen_id"],
            "results": [
                {
                    "input": name,
                    "value": draw[INPUTS[name].column],
                    "unit": INPUTS[name].unit,
                    "collected_at": draw[f"{name}_collected_at"],
                }
                for name in inputs
            ],
        }


def criteria_entries(
    rows: Sequence[Row], decisive: frozenset[str] | None, grounds: Grounds, at: datetime
) -> list[Row]:
    """One entry a criterion, with every input it read, the code on record that meets it, and the other blood count.

    decisive: ids of the criteria that decided; None where the night's rule text is older.
    """
    entries: dict[str, Row] = {}
    for row in rows:
        entry = entries.setdefault(
            row["criterion_id"],
            {
                "criterion_id": row["criterion_id"],
                "says": row["says"],
                "verdict": row["verdict"],
                "decisive": None if decisive is None else row["criterion_id"] in decisive,
                "threshold": row["threshold"],
                "citation": row["citation"],
                "inputs": [],
                **grounds.of(row["criterion_id"], row["verdict"], at),
            },
        )
        if row["input"] is not None:
            names = ("input", "value", "unit", "collected_at", "specimen_id", "source_value", "source_unit")
            entry["inputs"].append({name: row[name] for name in names})
    return list(entries.values())
