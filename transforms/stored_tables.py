"""What the small tables of several loads say together: the newest word on a patient, and what a load adds.

Rows carry ``load``, the number of the load that brought them, and the identifier they came under.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.flags import MERGED_PATIENTS_DIFFER
from transforms.patient_identity import disagreements, one_row_each

_APART = ("load", "source_patient_id", "source_file", "source_line")


def newest_patients(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each identifier the row of the newest load that had one; a later extract knows better.

    rows: of all loads, with patient_id and load.
    """
    return rows.filter(pl.col("load") == pl.col("load").max().over("patient_id")).unique(
        "patient_id", maintain_order=True
    )


def additions(rows: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """The rows that say something the stored ones do not say yet; a column that either lacks says nothing."""
    if stored.is_empty():
        return rows
    columns = {name: kind for name, kind in {**stored.schema, **rows.schema}.items() if name not in _APART}
    brought, known = (
        frame.with_columns(
            pl.lit(None, kind).alias(name) for name, kind in columns.items() if name not in frame.columns
        )
        for frame in (rows, stored)
    )
    new = brought.join(known, on=[*columns], how="anti", nulls_equal=True, maintain_order="left")
    return new.select(rows.columns)


def under_remaining(rows: pl.DataFrame, merges: Mapping[str, str]) -> pl.DataFrame:
    """Events or coverage under the identifiers that remain, each said once.

    rows: of all loads, under the identifiers they came with. merges: given-up identifier to the one that remains.
    """
    content = [name for name in rows.columns if name not in _APART]
    own = pl.col("patient_id")
    remains = own.replace(dict(merges)) if merges else own
    named = rows.with_columns(remains, source_patient_id=pl.when(remains != own).then(own))
    return (
        named.sort(*content, *_where(named))
        .unique(content, keep="first", maintain_order=True)
        .drop("load", strict=False)
    )


def _where(rows: pl.DataFrame) -> list[str]:
    return [name for name in _APART if name in rows.columns]


def resolved_patients(newest: pl.DataFrame, merges: Mapping[str, str]) -> pl.DataFrame:
    """One row per patient: the patient's own, else what the identifiers merged into the patient agree on.

    newest: from :func:`newest_patients`.
    """
    columns = [name for name in newest.columns if name not in ("patient_id", *_APART)]
    own = newest.filter(~pl.col("patient_id").is_in(list(merges)))
    lent = (
        newest.filter(pl.col("patient_id").is_in(list(merges)))
        .with_columns(pl.col("patient_id").replace(dict(merges)))
        .join(own, on="patient_id", how="anti")
    )
    lent = one_row_each(lent, columns)
    kept = ["patient_id", *columns]
    return pl.concat([own.select(kept), lent.select(kept)]).sort("patient_id")


def merged_differences(newest: pl.DataFrame, merges: Mapping[str, str]) -> pl.DataFrame:
    """Flags of the patients whose merged identifiers say different things (transforms.patient_identity).

    newest: from :func:`newest_patients`. The store does not keep the lines of patients, so none is named.
    """
    columns = [name for name in newest.columns if name not in ("patient_id", *_APART)]
    own = pl.col("patient_id")
    remains = own.replace(dict(merges))
    involved = newest.filter(own.is_in([*merges, *set(merges.values())])).with_columns(
        remains,
        source_patient_id=pl.when(remains != own).then(own),
        source_file=pl.lit(None, pl.String),
        source_line=pl.lit(None, pl.Int64),
    )
    found = disagreements(involved, columns).filter(pl.col("flag") == MERGED_PATIENTS_DIFFER)
    return found.unique(maintain_order=True)
