"""Judging: evidence in, verdict columns and findings out (RULES.md 0.1-0.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

import polars as pl

from schemas.evidence import DOMAINS, observed_column
from schemas.switches import DEFAULTS, Switches
from transforms.logic import Criterion, Node, Not
from transforms.residual_flags import with_residual_flags
from transforms.rule import INDETERMINATE, NOT_APPLICABLE, NOT_MET, TIERS, Rule

KEYS = ("patient_id", "index_specimen_id", "index_collected_at")
TIER_NAMES = {number: name for name, number in TIERS.items()}
CHILDBEARING = (12, 56)  # years; PREG_UNKNOWN is raised for women of this age only (RULES.md 0.5)


@dataclass(frozen=True)
class Judged:
    """verdicts: keys, one nullable Boolean column per criterion, one Int8 status column per rule; one row a draw.
    findings: rows that are met or indeterminate, as in findings.parquet without as_of and run_id.
    flagged: keys and draw_flags (``input:FLAG``, null where there is none) with the residual flags, one row a draw.
    """

    verdicts: pl.DataFrame
    findings: pl.DataFrame
    flagged: pl.DataFrame


def all_criteria(rules: Sequence[Rule]) -> dict[str, Criterion]:
    """The distinct criteria of the rules by id."""
    found: dict[str, Criterion] = {}
    for rule in rules:
        for name, criterion in rule.criteria.items():
            found.setdefault(name, criterion)
    return found


def judge(evidence: pl.DataFrame, rules: Sequence[Rule], switches: Switches = DEFAULTS) -> Judged:
    """Judge every draw by every rule, in the order given (a rule may ask what an earlier one reached).

    evidence: screen.evidence, one row per draw. rules: settled by the same switches as the evidence and the flags.
    """
    criteria = all_criteria(rules)
    verdicts = evidence.select(
        *KEYS, *(criterion.expr.cast(pl.Boolean).alias(name) for name, criterion in criteria.items())
    )
    for rule in rules:
        verdicts = verdicts.with_columns(status(rule).alias(rule.status_column))
    whole = with_residual_flags(pl.concat([evidence, verdicts.drop(KEYS)], how="horizontal"), switches)
    findings = pl.concat([_findings(whole, rule) for rule in rules])
    return Judged(verdicts, findings, whole.select(*KEYS, "draw_flags"))


def status(rule: Rule) -> pl.Expr:
    """Status of a rule as Int8: 3 confirmed, 2 probable, 1 possible, 0 not met, -1 indeterminate, -2 not applicable."""
    tiers = {name: _tier(rule, name) for name in TIERS if getattr(rule, name) is not None}
    number = pl.lit(NOT_MET, dtype=pl.Int8)
    for expr in tiers.values():
        number = pl.when(expr.is_null()).then(pl.lit(INDETERMINATE, dtype=pl.Int8)).otherwise(number)
    for name, expr in sorted(tiers.items(), key=lambda item: TIERS[item[0]]):
        number = pl.when(expr).then(pl.lit(TIERS[name], dtype=pl.Int8)).otherwise(number)
    if rule.explained_by is not None:
        explained = rule.explained_by.verdict()
        number = (
            pl.when(explained)
            .then(pl.lit(NOT_MET, dtype=pl.Int8))
            .when(explained.is_null())
            .then(number.clip(upper_bound=TIERS["possible"]))
            .otherwise(number)
        )
    if rule.applies is not None:
        number = (
            pl.when(rule.applies.verdict().eq_missing(other=False))
            .then(pl.lit(NOT_APPLICABLE, dtype=pl.Int8))
            .otherwise(number)
        )
    return number.cast(pl.Int8)


def _tier(rule: Rule, tier: str) -> pl.Expr:
    return reduce(and_, [node.verdict() for node in _conditions(rule, tier)])


def _conditions(rule: Rule, tier: str) -> list[Node]:
    conditions = [rule.gate] if rule.gate is not None else []
    if rule.ruled_out is not None:
        conditions.append(Not(rule.ruled_out))
    return [*conditions, getattr(rule, tier)]


def missing_mask(rule: Rule) -> pl.Expr:
    """Bit mask over ``rule.reasons`` of what keeps an indeterminate draw from a verdict."""
    bits = {reason: number for number, reason in enumerate(rule.reasons)}
    masks = []
    for tier in TIERS:
        if getattr(rule, tier) is None:
            continue
        conditions = _conditions(rule, tier)
        unknown = reduce(lambda a, b: a | b, [node.unknown(bits) for node in conditions])
        masks.append(pl.when(_tier(rule, tier).is_null()).then(unknown).otherwise(pl.lit(0, dtype=pl.Int64)))
    return reduce(lambda a, b: a | b, masks)


def decode(mask: pl.Series, reasons: Sequence[str]) -> pl.Series:
    """Lists of reasons (sorted by name) of bit masks, each distinct mask decoded once."""
    distinct = mask.unique()
    names = [sorted(reason for bit, reason in enumerate(reasons) if value >> bit & 1) for value in distinct]
    table = pl.DataFrame({"mask": distinct, "missing": pl.Series(names, dtype=pl.List(pl.String))})
    return mask.to_frame("mask").join(table, on="mask", how="left", maintain_order="left")["missing"]


def _reads(rule: Rule) -> Iterator[pl.Expr]:
    """Expressions that name every column a finding of the rule needs, so that a filter moves no other."""
    yield from (
        pl.col(name) for name in (*KEYS, "result_flags", "draw_flags", "sex", "age_years", "pregnant")
    )
    yield from (pl.col(observed_column(domain)) for domain in DOMAINS)
    yield pl.col(rule.status_column)
    yield missing_mask(rule)


def _findings(whole: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    code = pl.col(rule.status_column)
    reads = {name for expr in _reads(rule) for name in expr.meta.root_names()}
    found = pl.DataFrame([whole[name] for name in whole.columns if name in reads]).filter(
        (code > NOT_MET) | (code == INDETERMINATE)
    )
    open_ = found[rule.status_column] == INDETERMINATE
    mask = pl.repeat(0, len(found), dtype=pl.Int64, eager=True).alias("mask")
    if open_.any():
        mask = mask.scatter(open_.arg_true(), found.filter(open_).select(missing_mask(rule)).to_series())
    return found.select(
        *KEYS,
        rule_id=pl.lit(rule.rule_id),
        rule_version=pl.lit(rule.version, dtype=pl.Int32),
        status=pl.when(code > NOT_MET).then(pl.lit("met")).otherwise(pl.lit("indeterminate")),
        tier=code.replace_strict(TIER_NAMES, default=None, return_dtype=pl.String),
        missing=decode(mask, rule.reasons),
        side=pl.lit(rule.side),
        caveats=_caveats(found, rule),
    )


def _caveats(found: pl.DataFrame, rule: Rule) -> pl.Series:
    """Flags that touch the inputs of the rule, domains it could not see, and PREG_UNKNOWN; sorted, never null."""
    inputs = list(rule.inputs)
    flagged = (
        found.select("result_flags", "draw_flags")
        .with_row_index("row")
        .with_columns(
            all=pl.concat_list(pl.col("result_flags").fill_null([]), pl.col("draw_flags").fill_null([]))
        )
        .filter(pl.col("all").list.len() > 0)
        .explode("all")
        .with_columns(pl.col("all").str.split_exact(":", 1).struct.rename_fields(["input", "flag"]))
        .unnest("all")
        .filter(pl.col("input").is_in(inputs))
        .with_columns(pl.col("flag").str.split(","))
        .explode("flag")
        .select("row", "flag")
    )
    domains = sorted(
        {domain for criterion in rule.criteria.values() for domain in criterion.domains} | _guards(inputs)
    )
    unseen = [
        found.select(
            pl.when(~pl.col(observed_column(domain)))
            .then(pl.lit(f"DOMAIN_UNOBSERVED:{DOMAINS[domain]}"))
            .alias("flag")
        )
        .with_row_index("row")
        .drop_nulls()
        for domain in domains
    ]
    if "hb" in inputs:
        fertile = pl.col("age_years").is_between(*CHILDBEARING, closed="left")
        unknown = (pl.col("sex") == "female") & fertile & ~pl.col("pregnant") & ~pl.col("observed_dx")
        unseen.append(
            found.select(pl.when(unknown).then(pl.lit("PREG_UNKNOWN")).alias("flag"))
            .with_row_index("row")
            .drop_nulls()
        )
    listed = (
        pl.concat([flagged, *unseen])
        .unique()
        .sort("row", "flag")
        .group_by("row", maintain_order=True)
        .agg("flag")
    )
    rows = pl.DataFrame({"row": pl.int_range(len(found), dtype=pl.UInt32, eager=True)})
    return (
        rows.join(listed, on="row", how="left", maintain_order="left")
        .select(pl.coalesce("flag", pl.lit([], dtype=pl.List(pl.String))))
        .to_series()
    )


def _guards(inputs: Sequence[str]) -> set[str]:
    """Domains whose guards stand behind an input: transfusions behind red cells, intravenous iron behind ferritin."""
    behind = {"mcv": "procedure", "rpi": "procedure", "mentzer": "procedure", "ferritin": "medication"}
    return {behind[name] for name in inputs if name in behind}
