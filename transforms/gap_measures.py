"""The times to care of RULES.md 4.30: who is in the denominator, what closes the gap, and when the clock starts.

"Index" without more is a draw with anemia; the reference names no other denominator. A test or visit shortly before
the index closes the gap on day 0: how long before is the look-back that the rules on care gaps allow (4.21 iron
studies 90 d, 4.23 endoscopy 365 d, 4.24 hematology 90 d, 4.25 sTfR and CHr 30 d, 4.26 reticulocytes 30 d, 4.27
hemoglobin not before 14 d), else the window of the input (0.5).

A film is seen by its findings, for no code for it is in the reference; celiac serology by tissue transglutaminase
antibodies or a procedure code (unreviewed). A trial of iron resolves by the hemoglobin 28 to 56 days after a start of
iron, which 4.20 asks for, whatever it shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from transforms.anemia import ANEMIA
from transforms.atoms import FERRITIN, IN_SCOPE, MACRO
from transforms.cytopenias import ANY_LINE, TWO_LINES
from transforms.quantities import less, more
from transforms.rules.iron_deficiency_anemia import IRON_DEFICIENCY_ANEMIA
from transforms.rules.marrow_iron_exam_candidate import MARROW_IRON_EXAM_CANDIDATE

EVER = 40_000  # days


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One time to care.

    qualifies: expression over a draw's evidence and verdicts; the first such draw starts an episode. closes: all of
    the groups must be seen, any source of a group will do; a source is an analyte, a code set, or one of those that
    ``transforms.gap_metrics`` derives. domains: short names; all must be observed at the index, and the shortest
    follow-up decides. earliest: first day from the start of the clock on which a source counts; before day 0 it closes
    the gap on day 0. under_way: an episode is left out if a source began before that and lasted until this many days
    before the clock. clock: column of the evidence with the days from the draw to the start of the clock; None is the
    draw itself.
    """

    metric: str
    says: str
    qualifies: pl.Expr
    closes: tuple[tuple[str, ...], ...]
    domains: tuple[str, ...] = ("lab",)
    earliest: int = 0
    under_way: int | None = None
    clock: str | None = None


_OLD_ENOUGH = IN_SCOPE.verdict().ne_missing(pl.lit(value=False))  # an unknown age counts as inside
_ANEMIA = _OLD_ENOUGH & ANEMIA.verdict()
_TWO_LINES = _OLD_ENOUGH & TWO_LINES.verdict()
_IDA = pl.col(IRON_DEFICIENCY_ANEMIA.status_column) > 0
_FERRITIN_BETWEEN = ~less(FERRITIN, 30) & ~more(FERRITIN, 300)  # RULES.md 4.30: 30-300 ug/L
_IRON_STARTED = _ANEMIA & pl.col("iron_start_day").is_not_null()

MEASURES = (
    Measure(
        metric="anemia_to_ferritin",
        says="anemia to the first ferritin",
        qualifies=_ANEMIA,
        closes=(("ferritin",),),
        earliest=-90,
    ),
    Measure(
        metric="anemia_to_tsat",
        says="anemia to the first transferrin saturation",
        qualifies=_ANEMIA,
        closes=(("tsat", "iron_panel"),),
        earliest=-90,
    ),
    Measure(
        metric="equivocal_ferritin_to_crp",
        says="anemia with a ferritin of 30-300 ug/L to the first CRP",
        qualifies=_ANEMIA & _FERRITIN_BETWEEN,
        closes=(("crp",),),
        earliest=-7,
    ),
    Measure(
        metric="anemia_to_reticulocytes",
        says="anemia to the first reticulocyte count",
        qualifies=_ANEMIA,
        closes=(("retic_pct", "retic_abs", "rpi"),),
        earliest=-30,
    ),
    Measure(
        metric="macrocytic_anemia_to_b12_and_folate",
        says="macrocytic anemia to B12 and folate, both",
        qualifies=_ANEMIA & MACRO.verdict(),
        closes=(("b12",), ("folate", "rbc_folate")),
        earliest=-180,
    ),
    Measure(
        metric="anemia_to_iron_start",
        says="anemia to the start of iron, in patients without iron",
        qualifies=_ANEMIA,
        closes=(("any_iron",),),
        domains=("rx",),
        earliest=-7,
        under_way=7,
    ),
    Measure(
        metric="iron_start_to_hemoglobin_recheck",
        says="start of iron to the first hemoglobin from day 14 on",
        qualifies=_IRON_STARTED,
        closes=(("hb",),),
        earliest=14,
        clock="iron_start_day",
    ),
    Measure(
        metric="iron_start_to_normal_hemoglobin",
        says="start of iron to the first hemoglobin without anemia",
        qualifies=_IRON_STARTED,
        closes=(("draw_without_anemia",),),
        earliest=1,
        clock="iron_start_day",
    ),
    Measure(
        metric="iron_deficiency_anemia_to_gi_visit",
        says="iron deficiency anemia to a gastroenterology visit",
        qualifies=_IDA,
        closes=(("gastroenterology_contact",),),
        domains=("enc",),
        earliest=-90,
    ),
    Measure(
        metric="iron_deficiency_anemia_to_upper_endoscopy",
        says="iron deficiency anemia to an upper endoscopy",
        qualifies=_IDA,
        closes=(("upper_endoscopy",),),
        domains=("proc",),
        earliest=-365,
    ),
    Measure(
        metric="iron_deficiency_anemia_to_colonoscopy",
        says="iron deficiency anemia to a colonoscopy",
        qualifies=_IDA,
        closes=(("lower_endoscopy",),),
        domains=("proc",),
        earliest=-365,
    ),
    Measure(
        metric="iron_deficiency_anemia_to_celiac_serology",
        says="iron deficiency anemia to celiac serology",
        qualifies=_IDA,
        closes=(("ttg_iga", "celiac_serology"),),
        earliest=-365,
    ),
    Measure(
        metric="cytopenias_to_repeat_count",
        says="two low cell lines to another blood count",
        qualifies=_TWO_LINES,
        closes=(("draw",),),
        earliest=1,
    ),
    Measure(
        metric="cytopenias_to_film",
        says="two low cell lines to findings of a blood film",
        qualifies=_TWO_LINES,
        closes=(("smear_leb", "blasts_pct", "blasts_abs", "myelocytes_pct"),),
        earliest=-7,
    ),
    Measure(
        metric="cytopenias_to_hematology",
        says="two low cell lines to a hematology visit",
        qualifies=_TWO_LINES,
        closes=(("hematology_contact",),),
        domains=("enc",),
        earliest=-90,
    ),
    Measure(
        metric="cytopenias_to_marrow",
        says="two low cell lines to a marrow examination",
        qualifies=_TWO_LINES,
        closes=(("marrow_exam", "marrow_finding"),),
        domains=("proc", "lab"),
        earliest=-90,
    ),
    Measure(
        metric="marrow_candidate_to_resolving_test",
        says="candidate for a marrow iron examination to sTfR, reticulocyte hemoglobin, marrow iron or the outcome of a trial "
        "of iron",
        qualifies=pl.col(MARROW_IRON_EXAM_CANDIDATE.status_column) > 0,
        closes=(("stfr", "chr", "marrow_iron_grade", "iron_trial_outcome"),),
        earliest=-30,
    ),
    Measure(
        metric="first_count_to_diagnosis",
        says="iron deficiency anemia or two low cell lines to the first iron deficiency or hematologic diagnosis code",
        qualifies=_IDA | _TWO_LINES,
        closes=(("iron_deficiency_label", "hematologic_malignancy", "blood_diagnosis"),),
        domains=("dx",),
        under_way=EVER,
    ),
    Measure(
        metric="first_to_second_low_count",
        says="first blood count with a low cell line to the second, on another day",
        qualifies=_OLD_ENOUGH & ANY_LINE.verdict(),
        closes=(("draw_with_low_line",),),
        earliest=1,
    ),
)
