"""Findings: the draws that meet a rule or cannot be judged by it, what is missing, and what a reader should know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.evidence import DOMAINS, observed_column
from transforms.combinations import Combinations, Numbers
from transforms.missing_reasons import MissingReasons, decoded
from transforms.rule import INDETERMINATE, NOT_MET, TIER_NAMES, Rule
from transforms.truths import DrawTruths

KEYS = ("patient_id", "index_specimen_id", "index_collected_at")
_SHORT = list(DOMAINS)  # a domain's place is its bit in the unseen mask
_UNSEEN = 1 << len(_SHORT)  # number of unseen masks


def findings(evidence: pl.DataFrame, truths: DrawTruths, rules: Sequence[Rule]) -> pl.DataFrame:
    """Rows of findings.parquet without as_of and run_id, rule by rule in the order of the draws.

    evidence: screen.evidence with result_flags and draw_flags (the residual flags among them), one row per draw.
    truths: verdicts of the criteria and status columns of the rules at the same draws.
    """
    reasons = MissingReasons(evidence, rules)
    caveats = _Caveats(evidence)
    missing, noted = Combinations(), Combinations()
    parts = []
    for number, rule in enumerate(rules):
        code = truths.status(rule.status_column)
        rows = np.flatnonzero((code > NOT_MET) | (code == INDETERMINATE))
        code = code[rows]
        open_ = code == INDETERMINATE
        mask = np.zeros(len(rows), dtype=np.int64)
        if open_.any():
            mask[open_] = reasons.mask(rule, truths, rows[open_])
        parts.append(
            pl.DataFrame(
                {
                    "row": rows,
                    "rule": np.full(len(rows), number, dtype=np.uint32),
                    "code": code,
                    "missing": missing.places(mask, partial(decoded, rule.reasons)),
                    "caveats": caveats.of(rule, rows, noted),
                }
            )
        )
    long = pl.concat(parts)
    words = pl.DataFrame(
        [(rule.rule_id, rule.version, rule.side) for rule in rules],
        schema={"rule_id": pl.String, "rule_version": pl.Int32, "side": pl.String},
        orient="row",
    )
    return pl.concat(
        [
            evidence.select(pl.col(KEYS).gather(long["row"])),
            words.select(pl.all().gather(long["rule"])),
            long.select(
                status=pl.when(pl.col("code") > NOT_MET)
                .then(pl.lit("met"))
                .otherwise(pl.lit("indeterminate")),
                tier=pl.col("code").replace_strict(TIER_NAMES, default=None, return_dtype=pl.String),
                missing=missing.gather(long["missing"].to_numpy()),
                caveats=noted.gather(long["caveats"].to_numpy()),
            ),
        ],
        how="horizontal",
    ).select(*KEYS, "rule_id", "rule_version", "status", "tier", "missing", "side", "caveats")


class _Caveats:
    """Flags that touch the inputs of a rule, and domains it could not see; sorted, never null."""

    def __init__(self, evidence: pl.DataFrame) -> None:
        """Number the combinations of flags that the draws carry; combination 0 is none."""
        unseen = [~pl.col(observed_column(domain)) for domain in DOMAINS]
        draws = evidence.select(
            flags=pl.concat_str(
                pl.col("result_flags", "draw_flags").list.join("\n"), separator="\n", ignore_nulls=True
            ),
            unseen=pl.sum_horizontal(
                [
                    condition.fill_null(value=False).cast(pl.Int64) * (1 << bit)
                    for bit, condition in enumerate(unseen)
                ]
            ),
        )
        distinct = draws.select(pl.col("flags").unique()).with_row_index("combination")
        self._combinations = [_split(text) for text in distinct["flags"]]
        joined = draws.join(distinct, on="flags", how="left", maintain_order="left")
        self._combination, self._unseen = joined["combination"].to_numpy(), joined["unseen"].to_numpy()

    def of(self, rule: Rule, rows: npt.NDArray[np.intp], noted: Combinations) -> Numbers:
        """Place of the caveats of the draws numbered by rows."""
        inputs = set(rule.inputs)
        flags: dict[tuple[str, ...], int] = {}
        own = [
            flags.setdefault(tuple(flag for name, flag in pairs if name in inputs), len(flags))
            for pairs in self._combinations
        ]
        texts = list(flags)
        domains = {domain for criterion in rule.criteria.values() for domain in criterion.domains}
        domains |= _guards(inputs)
        relevant = sum(1 << _SHORT.index(domain) for domain in domains)
        combination = np.array(own, dtype=np.int64)[self._combination[rows]]
        codes = combination * _UNSEEN + (self._unseen[rows] & relevant)

        def write(code: int) -> list[str]:
            return sorted({*texts[code // _UNSEEN], *_unseen_flags(code % _UNSEEN)})

        return noted.places(codes, write)


def _split(text: str) -> list[tuple[str, str]]:
    """(input, flag) of flags joined as ``input:FLAG,FLAG``, one input a line."""
    pairs = [line.split(":", 1) for line in text.split("\n") if line]
    return [(name, flag) for name, flags in pairs for flag in flags.split(",")]


def _unseen_flags(mask: int) -> list[str]:
    return [f"DOMAIN_UNOBSERVED:{DOMAINS[name]}" for bit, name in enumerate(_SHORT) if mask >> bit & 1]


def _guards(inputs: Collection[str]) -> set[str]:
    """Domains on which the guards of an input rest: transfusions behind red cells, intravenous iron behind ferritin."""
    behind = {"mcv": "procedure", "rpi": "procedure", "mentzer": "procedure", "ferritin": "medication"}
    return {behind[name] for name in inputs if name in behind}
