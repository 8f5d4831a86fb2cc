"""The edges of every window that a rule looks through: the first and the last day inside, the days just outside.

Written from the rule reference (RULES.md 0.5, 4, 5.1), not from the declarations that the project computes with. In a row
``given`` stands for a patient of the test bed with ``{d}`` for a day; the column of the evidence says something (it is
neither null nor false) on each day of ``inside`` and nothing on each day of ``outside``.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from schemas.evidence import INPUTS
from tests.testbed import INDEX, evidence_of, table

# Windows of results around the index blood count: first day, last day, inputs (RULES.md 0.5).
AROUND_THE_COUNT = """
first | last | inputs
-1    | 1    | hb hct rbc mcv mch mchc rdw wbc neut_pct segs_pct bands_pct anc alc mono plt
-7    | 7    | retic_pct retic_abs rpi chr hypo_pct smear_leb blasts_pct nrbc myelocytes_pct ig_pct ldh haptoglobin
-7    | 7    | crp agp albumin
-30   | 30   | ferritin iron tibc tsat stfr plt_citrate
-180  | 90   | b12 folate copper zinc lead tsh
-90   | 30   | creatinine egfr
-90   | 180  | marrow_iron_grade marrow_particles marrow_specimen ring_sideroblasts sf3b1 clonal_mutation
-90   | 180  | marrow_cellularity residual_haem marrow_blasts marrow_dysplasia marrow_infiltration
-3650 | 365  | hba2
"""

# Codes around the index (RULES.md 5.1; -20000 stands for ever), and everything that is dated by something else.
OTHERS = """
given                                                    | column                           | inside               | outside
hb_blood_gas=100@{d}                                     | hb_g_l                           | -1 1                 | -2 2
plt_clumps=1@{d}                                         | plt_clumped                      | -1 1                 | -2 2
ferritin=50@20 crp=9@{d}                                 | crp_mg_l                         | 13 27                | 12 28
ferritin=50@20 agp=2@{d}                                 | agp_g_l                          | 13 27                | 12 28
iron=9 tibc=50@{d}                                       | tsat_pct                         | -1 1                 | -2 2
iron=9 uibc=41@{d}                                       | tsat_pct                         | -1 1                 | -2 2
iron=9 transferrin=2@{d}                                 | tsat_pct                         | -1 1                 | -2 2
iron=9@{d} tibc=50@{d}                                   | tsat_pct                         | -30 30               | -31 31
iron=9@30 tibc=50@{d}                                    | tsat_pct                         | 29 30                | 31
iron=9@{d} tibc=50@-30                                   | tsat_pct                         | -30 -29              | -31
iron=9@-30 tibc=50@{d}                                   | tsat_pct                         | -30 -29              | -31
ferritin=50 stfr=3@{d} assay=beckman                     | stfr_index                       | -30 30               | -31 31
dx=M06.9@{d}                                             | inflammatory_context             | -20000 30            | 31
dx=C61@{d}                                               | inflammatory_context             | -365 30              | -366 31
dx=N18.4@{d}                                             | ckd_code                         | -20000 30            | 31
dx=Z99.2@{d}                                             | dialysis                         | -20000 30            | 31
dx=I50.9@{d}                                             | heart_failure                    | -20000 30            | 31
rx=B03XA@{d}:{d}                                         | esa                              | -90 0                | -91 1
rx=L01@{d}:{d}                                           | chemotherapy                     | -90 0                | -91 1
proc=96413@{d}                                           | chemotherapy                     | -90 0                | -91 1
dx=Z51.11@{d}                                            | chemotherapy                     | -90 0                | -91 1
proc=77402@{d}                                           | radiotherapy                     | -90 0                | -91 1
dx=Z51.0@{d}                                             | radiotherapy                     | -90 0                | -91 1
rx=L04AX03@{d}:{d}                                       | myelotoxic_drug                  | -90 0                | -91 1
rx=N03AB02@{d}:{d}                                       | macrocytosis_drug                | -90 0                | -91 1
rx=J04AC01@{d}:{d}                                       | reversible_mimic_drug            | -180 0               | -181 1
dx=C83@{d}                                               | hematologic_malignancy           | -20000 0             | 1
dx=D46.9@{d}                                             | known_mds                        | -20000 180           | 181
dx=K74.6@{d}                                             | liver_or_spleen                  | -20000 30            | 31
dx=F10.2@{d}                                             | alcohol                          | -365 30              | -366 31
dx=B20@{d}                                               | hiv_lupus_sepsis                 | -365 14              | -366 15
dx=D57.1@{d}                                             | hemoglobinopathy                 | -20000 30            | 31
dx=D56.3@{d}                                             | thalassemia_trait_code           | -20000 30            | 31
dx=C61@{d}                                               | known_cancer                     | -1825 30             | -1826 31
dx=Z51.5@{d}                                             | palliative_care                  | -365 180             | -366 181
dx=D50.9@{d}                                             | iron_deficiency_coded            | 0 90                 | -1 91
dx=D50.9@{d}                                             | iron_deficiency_anemia_coded     | -30 90               | -31 91
rx=B03AC@{d}                                             | iron_given                       | -30 90               | -31 91
proc=43239@{d}                                           | upper_endoscopy                  | -365 180             | -366 181
proc=45378@{d}                                           | lower_endoscopy                  | -365 180             | -366 181
enc=hematology@{d}                                       | hematology_contact_30d           | -90 30               | -91 31
enc=hematology@{d}                                       | hematology_contact_90d           | -90 90               | -91 91
proc=36430@{d}                                           | transfused_120d                  | -120 0               | -121 1
proc=36430@{d}                                           | transfused_30d                   | -30 0                | -31 1
hba2=3@100 proc=36430@{d}                                | hba2_transfused                  | -20 100              | -21 101
rx=B03AC@{d} tsat=15@10                                  | tsat_after_iron                  | -17 9                | -18 10
rx=B03AC@{d} iron=9@10 tibc=50@10                        | tsat_after_iron                  | -17 9                | -18 10
rx=B03AA@{d}:{d} tsat=15@10                              | tsat_after_iron                  | 9                    | 8 10
rx=B03AC@{d} ferritin=50@10                              | iv_iron_56d                      | -46 9                | -47 10
marrow_iron_grade=0@10 rx=B03AC@{d}                      | stain_after_iron_or_blood        | -46 9                | -47 10
marrow_iron_grade=0@10 proc=36430@{d}                    | stain_after_iron_or_blood        | -46 9                | -47 10
rx=L03AA@{d}:{d}                                         | growth_factor                    | -14 0                | -15 1
rx=M01CC01@{d}:{d}                                       | penicillamine                    | -90 0                | -91 1
rx=J04AC01@{d}:{d}                                       | isoniazid                        | -180 0               | -181 1
rx=J01XX08@{d}:{d}                                       | linezolid                        | -180 0               | -181 1
rx=J01BA01@{d}:{d}                                       | chloramphenicol                  | -180 0               | -181 1
sex=F dx=Z33.1@{d}                                       | pregnant                         | -60 30               | -61 31
sex=F dx=Z3A.10@{d}                                      | pregnant                         | -224 70              | -225 71
rx=B03AC@{d}                                             | iron_start_day                   | -7 90                | -8 91
rx=B03AA@{d}                                             | oral_iron_start_day              | -7 90                | -8 91
rx=B03AA@10 ferritin=50@{d}                              | iron_study_at_start              | -170 17              | -171 18
rx=B03AA@10 iron=9@{d} tibc=50@{d}                       | iron_study_at_start              | -170 17              | -171 18
rx=B03AA@10 hb=100@{d}                                   | hb_after_iron_start              | 24 66                | 23 67
rx=B03AA@10 hb=100@{d}                                   | hb_28_56d_after_oral_iron        | 38 66                | 37 67
rx=B03AA@10 hb=100@{d}                                   | hb_best_after_oral_iron_g_l_low  | 24 100               | 23 101
rx=B03AA@10 proc=36430@{d}                               | transfused_after_oral_iron       | 10 66                | 9 67
ferritin=50@10 rx=B03AA@{d}:{d}                          | iron_before_ferritin             | -355 2               | -356 3
rx=L01@{d}:{d}                                           | first_dose_day                   | -90 0                | -91 1
age=40 sex=M rx=L01@-9:-1 hb=140@{d} anc=3@{d} plt=200@{d} | normal_count_before_treatment  | -189 -10             | -190 -9
ferritin=50@{d}                                          | iron_study_closes_gap            | -90 90               | -91 91
iron=9@{d} tibc=50@{d}                                   | iron_study_closes_gap            | -90 90               | -91 91
retic_pct=1@{d}                                          | retic_closes_gap                 | -30 90               | -31 91
stfr=3@{d}                                               | stfr_or_chr_closes_gap           | -30 90               | -31 91
chr=30@{d}                                               | stfr_or_chr_closes_gap           | -30 90               | -31 91
hb=100@{d}                                               | second_count_120_730d            | -730 -120 120 730    | -731 -119 119 731
sex=M hb=129@{d}                                         | persistent_hb                    | -730 -120 120 730    | -731 -119 119 731
anc=1.7@{d}                                              | persistent_anc                   | -730 -120 120 730    | -731 -119 119 731
plt=149@{d}                                              | persistent_plt                   | -730 -120 120 730    | -731 -119 119 731
mono=1@{d}                                               | persistent_mono                  | -730 -120 120 730    | -731 -119 119 731
age=40 sex=M hb=100@{d} anc=1@{d}                        | repeat_hb_anc                    | -180 -7 7 180        | -181 -6 6 181
age=40 sex=M hb=100@{d} plt=90@{d}                       | repeat_hb_plt                    | -180 -7 7 180        | -181 -6 6 181
age=40 sex=M anc=1@{d} plt=90@{d}                        | repeat_anc_plt                   | -180 -7 7 180        | -181 -6 6 181
age=40 sex=M hb=100@{d} anc=1@{d} plt=90@{d}             | repeat_hb_anc_plt                | -180 -7 7 180        | -181 -6 6 181
"""  # fmt: skip


@dataclass(frozen=True)
class Edge:
    """A patient, the column of the evidence that is looked at, and whether it should say something."""

    case: dict[str, str]
    column: str
    says: bool


def edges() -> list[Edge]:
    """Both sides of both ends of every window."""
    found = []
    for row in table(AROUND_THE_COUNT):
        first, last = int(row["first"]), int(row["last"])
        for name in row["inputs"].split():
            days = {first: True, last: True, first - 1: False, last + 1: False}
            found += [_edge(f"{name}=1@{day}", INPUTS[name].column, says=says) for day, says in days.items()]
    for row in table(OTHERS):
        for heading, says in (("inside", True), ("outside", False)):
            found += [
                _edge(row["given"].replace("{d}", day), row["column"], says=says)
                for day in row[heading].split()
            ]
    return found


def _edge(given: str, column: str, *, says: bool) -> Edge:
    cells = dict(item.split("=", 1) for item in given.split())
    return Edge({**cells, "case": f"{given} -> {column}"}, column, says)


def wrong(looked_at: list[Edge]) -> list[Edge]:
    """Those of the edges at which the evidence says something and should not, or nothing and should."""
    at_index = evidence_of([edge.case for edge in looked_at]).filter(pl.col("index_collected_at") == INDEX)
    row_of = {row["patient_id"]: row for row in at_index.iter_rows(named=True)}
    found = [(edge, row_of[edge.case["case"]][edge.column]) for edge in looked_at]
    return [edge for edge, value in found if (value is not None and value is not False) != edge.says]
