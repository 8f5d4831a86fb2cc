"""Missing is a value of its own: a criterion whose inputs are all missing is unknown, never true and never false."""

from tests.testbed import evidence_of
from transforms.judging import all_criteria, judge
from transforms.rules import RULES

# Criteria that ask whether something is there at all; for them nothing is an answer.
ASK_FOR_PRESENCE = {
    "ferritin_measured": "the ferritin itself is asked for",
    "tsat_measured": "the same",
    "iron_study_done": "the same",
    "marrow_iron_reported": "the same",
    "marrow_cellularity_reported": "the same",
    "reticulocytes_counted": "the same",
    "marrow_iron_absent_few_particles": "asks for a stain that was read in too few particles",
    "iron_study_within_90d": "what has not been seen has not closed the gap; follow-up says how far one looked",
    "iron_study_at_start_seen": "the same",
    "hb_after_iron_start_seen": "the same",
    "retic_closes_gap_seen": "the same",
    "stfr_or_chr_closes_gap_seen": "the same",
    "iron_started": "no observed start is no start (RULES.md 4.31.15)",
    "oral_iron_started": "the same",
    "ferritin_before_iron": "IV iron unobserved counts as absent (RULES.md 0.4)",
    "red_cells_transfused": "a transfusion unobserved counts as absent (RULES.md 0.4)",
    "pregnant_at_draw": "pregnancy unknown is treated as not pregnant (RULES.md 0.5)",
    "second_count_120_730d_found": "another draw is there or not",
    "repeat_hb_anc_found": "the same",
    "repeat_hb_plt_found": "the same",
    "repeat_anc_plt_found": "the same",
    "repeat_hb_anc_plt_found": "the same",
    "persistent_hb_found": "no other draw: in none of them",
    "persistent_anc_found": "the same",
    "persistent_plt_found": "the same",
    "normal_count_before_first_dose": "no dose, no baseline",
    "hb_responded_to_oral_iron": "no iron, no response; asked only where oral iron was started",
}


def test_a_criterion_without_its_inputs_is_unknown() -> None:
    nobody = evidence_of([{"case": "nothing known", "observed": "none"}])
    verdicts = judge(nobody, RULES).verdicts.row(0, named=True)
    guessed = {name: verdicts[name] for name in all_criteria(RULES) if verdicts[name] is not None}
    assert set(guessed) == set(ASK_FOR_PRESENCE)


def test_nobody_is_met_or_excluded_for_want_of_data() -> None:
    nobody = evidence_of([{"case": "nothing known", "observed": "none"}])
    assert judge(nobody, RULES).findings.filter(status="met").is_empty()
