"""Marrow findings (RULES.md 1.6), usually from report text; their codes are the ids of ``hemacohort``.

A finding supplied as a structured field may come without a unit. ``marrow_specimen`` is kept as a number:
1 trephine only, 2 clot, 3 aspirate (alone or with another).
"""

from __future__ import annotations

from schemas.analytes_blood_count import SHARE
from schemas.analytes_model import Analyte, Kind, Limits, units


def _finding(  # noqa: PLR0913  the columns of a table
    id_: str,
    title: str,
    *,
    unit: str = "",
    slug: str = "",
    kind: Kind = "quantity",
    accepted: tuple[tuple[str, str], ...] = (),
    reject: Limits | None = None,
    loinc: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
) -> Analyte:
    return Analyte(
        id=id_,
        title=title,
        section="marrow",
        unit=unit,
        slug=slug,
        loinc=loinc,
        units=units(*accepted),
        reject=reject or Limits(),
        unit_optional=True,
        kind=kind,
        aliases=aliases,
    )


def _share(id_: str, title: str) -> Analyte:
    return _finding(id_, title, unit="%", slug="pct", accepted=(("%", "1"),), reject=SHARE)


MARROW: tuple[Analyte, ...] = (
    _finding(
        "marrow_iron_grade",
        "Marrow iron grade (Gale 0-6)",  # [V: jcp.bmj.com table 1]
        unit="Gale",
        slug="gale",
        kind="iron_grade",
        accepted=(("Gale", "1"), ("grade", "1"), ("1", "1")),
        reject=Limits(above=6),
        loinc=("13513-7",),  # iron stain [V: ARUP 0049110]
    ),
    _finding(
        "marrow_particles",
        "Marrow particles examined",  # [V: Hughes 2004 J Clin Pathol 57:1038]
        unit="1",
        accepted=(("1", "1"), ("particles", "1")),
    ),
    _finding("marrow_specimen", "Marrow specimen", kind="specimen", aliases=("specimen",)),
    # no LOINC existed [V: forum.loinc.org]
    _share("ring_sideroblasts", "Ring sideroblasts, of erythroblasts"),
    _finding("sf3b1", "SF3B1 mutation", kind="presence"),
    _finding("clonal_mutation", "Clonal myeloid mutation (VAF at least 2%)", kind="presence"),
    _share("marrow_cellularity", "Marrow cellularity"),
    _share("residual_haem", "Residual hematopoiesis, of the marrow cells"),
    _share("marrow_blasts", "Marrow blasts"),
    _share("marrow_dysplasia", "Marrow dysplasia, the highest of the lineages"),
    _finding("marrow_infiltration", "Marrow infiltration", kind="presence"),
)
