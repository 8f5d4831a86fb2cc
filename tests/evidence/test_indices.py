"""Derived indices and coherence of a blood count (RULES.md section 2), on cases of one draw."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.evidence.one_draw import flags, row
from tests.testbed import evidence_of


def test_reticulocyte_production_index_and_its_hematocrit() -> None:
    assert row(hb="110", hct="36", retic_pct="1.25")["rpi"] == 1.0
    assert row(hb="110", hct="35.9", retic_pct="1.25")["rpi"] == pytest.approx(
        1.25 * 35.9 / 45 / 1.5, abs=1e-9
    )
    assert row(rbc="3.0", mcv="90", retic_pct="2")["rpi"] == pytest.approx(2 * 27 / 45 / 1.5, abs=1e-9)
    estimated = row(hb="50", retic_pct="2")
    assert estimated["rpi"] == pytest.approx(2 * 15 / 45 / 2.5, abs=1e-9)
    assert "rpi:HCT_ESTIMATED" in estimated["draw_flags"]
    assert row(hb="47", rbc="1.5", rpi="0.48")["rpi"] == 0.48


def test_reticulocytes_from_one_another() -> None:
    assert row(rbc="4.0", retic_abs="80")["retic_pct_pct"] == 2.0
    assert row(rbc="4.0", retic_pct="2")["retic_abs_10e9_l"] == 80.0
    censored = row(hb="70", rbc="2.2", mcv="95", retic_pct="<0.2")
    assert censored["retic_abs_10e9_l"] is None
    assert censored["retic_abs_10e9_l_high"] == pytest.approx(4.4)


def test_saturation_is_recomputed() -> None:
    assert row(iron="5", tibc="86", tsat="6")["tsat_pct"] == pytest.approx(100 * 5 / 86, abs=1e-9)
    assert row(iron="6", transferrin="3.4")["tsat_pct"] == pytest.approx(600 / 85.34, abs=1e-9)
    assert row(iron="6", transferrin="3.4")["tibc_umol_l"] == pytest.approx(85.34)
    assert row(iron="5", uibc="81")["tibc_umol_l"] == 86.0
    assert row(iron="5@0", tibc="86@1")["tsat_pct"] == pytest.approx(100 * 5 / 86, abs=1e-9)
    assert row(iron="5@0", tibc="86@2")["tsat_pct"] is None
    assert row(iron="<5", tibc="86")["tsat_pct"] is None
    conflict = row(iron="20", tibc="50", tsat="30")
    assert conflict["tsat_pct"] == 40.0
    assert "tsat:TSAT_CONFLICT" in conflict["draw_flags"]
    assert not row(iron="20", tibc="50", tsat="35")["draw_flags"]


def test_a_reported_saturation_nearer_than_the_panel_is_selected() -> None:
    assert row(iron="20@-20", tibc="50@-20", tsat="10@0")["tsat_pct"] == 10.0


def test_clumped_platelets_are_reported_also_where_a_citrate_count_takes_their_place() -> None:
    clumped = row(plt="60", plt_clumps="1")
    assert (clumped["plt_10e9_l"], clumped["draw_flags"]) == (None, ["plt:PLT_CLUMPS"])
    replaced = row(plt="60", plt_clumps="1", plt_citrate="140@3")
    assert (replaced["plt_10e9_l"], replaced["plt_clumped"]) == (154.0, False)
    assert replaced["draw_flags"] == ["plt:PLT_CITRATE_USED", "plt:PLT_CLUMPS"]
    assert row(plt="60", plt_clumps="0", plt_citrate="140@3")["draw_flags"] == ["plt:PLT_CITRATE_USED"]


def test_indices_of_an_impossible_blood_count_are_not_believed() -> None:
    void = row(hb="105", hct="21.4", mcv="110", rbc="3")
    assert (void["mcv_fl"], void["hct_pct"], void["rbc_10e12_l"]) == (None, None, None)
    assert void["hb_g_l"] == 105.0
    assert {"mcv:MCHC_HIGH_INDICES_UNRELIABLE", "hct:RULE_OF_THREE"} <= set(void["draw_flags"])
    assert row(hb="111", hct="30", mcv="90")["mcv_fl"] == 90.0  # 370 g/L exactly is believed
    assert row(hb="120", hct="36", mchc="370.1", mcv="90")["mcv_fl"] is None
    assert row(hb="66", hct="30", mcv="90")["mcv_fl"] == 90.0  # 220 g/L computed is believed
    assert row(hb="65.9", hct="30", mcv="90")["mcv_fl"] is None
    assert row(hb="100@0", hct="21@1", mcv="90")["mcv_fl"] == 90.0  # of different draws: not comparable


def test_mcv_from_hematocrit_and_red_cells() -> None:
    derived = row(hb="112", hct="34", rbc="5.4")
    assert derived["mcv_fl"] == pytest.approx(340 / 5.4, abs=1e-9)
    assert "mcv:MCV_DERIVED" in derived["draw_flags"]
    assert row(hb="112", hct="34@0", rbc="5.4@1")["mcv_fl"] is None
    assert row(hb="112", hct="34", rbc="4.0", mcv="80")["mcv_inconsistent"] is True
    assert row(hb="112", hct="34", rbc="4.0", mcv="82")["mcv_inconsistent"] is False


def test_a_reported_neutrophil_count_gives_way_only_to_the_draws_own_differential() -> None:
    assert row(wbc="2", neut_pct="50", anc="3@1")["anc_10e9_l"] == 1.0
    assert row(wbc="2", segs_pct="40", bands_pct="10", anc="3@1")["anc_10e9_l"] == 1.0
    assert row(wbc="2@0", neut_pct="50@1", anc="3@1")["anc_10e9_l"] == 3.0
    assert row(wbc="2@0", segs_pct="40@1", bands_pct="10@1", anc="3@1")["anc_10e9_l"] == 3.0
    assert row(wbc="2@0", neut_pct="50@1")["anc_10e9_l"] == 1.0  # nothing better was reported


def test_red_cell_ratios_are_intervals_where_the_mcv_is() -> None:
    small = row(hb="100", mcv="<60", rbc="5", rdw="15")
    assert (small["mentzer"], small["mentzer_low"], small["mentzer_high"]) == (None, 0.0, pytest.approx(12))
    assert small["rdwi_high"] == pytest.approx(180)
    assert small["green_king_high"] == pytest.approx(54)
    assert row(hb="100", mcv="65", rbc="5", rdw="15")["mentzer"] == 13.0


def test_kidney_function_from_creatinine() -> None:
    woman = row(creatinine="70.72")["egfr_ml_min_1_73m2"]  # 0.8 mg/dL at 40 years, CKD-EPI 2021
    assert woman == pytest.approx(142 * (0.8 / 0.7) ** -1.2 * 0.9938**40 * 1.012, rel=1e-9)
    assert row(sex="M", creatinine="140", age="66")["egfr_ml_min_1_73m2"] == pytest.approx(47.81, abs=0.01)
    assert row(age="17", creatinine="70")["egfr_ml_min_1_73m2"] is None
    assert row(pregnant="2", creatinine="70")["egfr_ml_min_1_73m2"] is None
    assert row(creatinine="70", egfr=">90")["egfr_ml_min_1_73m2_low"] > 90


def test_the_index_of_the_transferrin_receptor_needs_its_assay() -> None:
    assert row(ferritin="100", stfr="4.0", assay="beckman")["stfr_index"] == 2.0
    assert row(ferritin="100", stfr="4.0", assay="Roche")["stfr_index"] is None
    assert row(ferritin="100", stfr="4.0")["stfr_index"] is None
    assert row(ferritin="1", stfr="4.0", assay="rd")["stfr_index"] is None


def test_the_neutrophil_lymphocyte_ratio_is_none_after_a_growth_factor() -> None:
    assert row(anc="6", alc="2")["nlr"] == 3.0
    assert row(anc="6", alc="0")["nlr"] is None
    assert row(anc="6", alc="2", rx="L03AA02@-14:-14")["nlr"] is None
    assert row(anc="6", alc="2", rx="L03AA02@-15:-15")["nlr"] == 3.0
    part = row(anc="6", alc=">2")
    assert (part["nlr"], part["nlr_low"], part["nlr_high"]) == (None, 0.0, pytest.approx(3))


def test_body_iron_is_on_the_scale_of_its_assay_and_void_in_inflammation() -> None:
    measured = {"ferritin": "12", "stfr": "8.3"}
    near_nothing = row(**measured, assay="Ramco")["body_iron_mg_kg"]
    assert near_nothing == pytest.approx(-0.14, abs=0.005)  # RULES.md 2.13: about 0
    assert row(**measured, assay="flowers")["body_iron_mg_kg"] == near_nothing
    converted = row(ferritin="12", stfr="5.3", assay="Roche")["body_iron_mg_kg"]
    assert converted == pytest.approx(near_nothing)  # 1.5 * 5.3 + 0.35 = 8.3
    for unknown in ({}, {"assay": "beckman"}):
        assert row(**measured, **unknown)["body_iron_mg_kg"] is None
    for inflamed in ({"crp": "5.1"}, {"agp": "1.01"}):
        assert row(**measured, assay="ramco", **inflamed)["body_iron_mg_kg"] is None
    assert row(**measured, assay="ramco", crp="5", agp="1")["body_iron_mg_kg"] == near_nothing


@pytest.mark.parametrize(
    ("stfr", "crp", "chr_", "quadrant"),
    [
        ("3.0", "5", "28", 1),  # an index of 1.5
        ("3.1", "5", "28", 2),
        ("3.1", "5", "27.9", 3),
        ("3.0", "5", "27.9", 4),
        ("1.6", "5.1", "28", 1),  # 0.8
        ("1.7", "5.1", "28", 2),
        ("1.7", "", "28", None),  # depleted only if inflamed
        ("1.6", "", "28", 1),
        ("3.1", "", "27.9", 3),
        ("3.1", "5", "", None),
        ("", "5", "28", None),
    ],
)
def test_the_quadrant_of_the_thomas_plot(stfr: str, crp: str, chr_: str, quadrant: int | None) -> None:
    given = {"stfr": stfr, "crp": crp, "chr": chr_}
    found = row(ferritin="100", assay="siemens", **{name: text for name, text in given.items() if text})
    assert found["thomas_quadrant"] == quadrant


def test_a_saturation_after_iron_or_with_little_albumin_is_flagged() -> None:
    assert flags(tsat="15", rx="B03AC@-27") == ["tsat:TSAT_AFTER_IRON"]
    assert flags(tsat="15", rx="B03AC@-28") == []
    assert flags(ferritin="50", rx="B03AA@-9:0") == []  # no saturation to doubt
    assert flags(tsat="15", albumin="24.9") == ["tsat:TIBC_LOW_ALBUMIN"]
    assert flags(tsat="15", albumin="25") == []


def test_crp_is_looked_for_around_the_ferritin() -> None:
    assert row(hb="100", ferritin="60@20", crp="30@0; 2@25")["crp_mg_l"] == 2.0
    assert row(hb="100", ferritin="60@20", crp="30@12")["crp_mg_l"] is None
    assert row(hb="100", crp="30@-7")["crp_mg_l"] == 30.0
    assert row(hb="100", crp="30@-8")["crp_mg_l"] is None


def test_neutrophils_of_the_own_draw_go_first() -> None:
    assert row(wbc="4.0", neut_pct="25", anc="3.0@1")["anc_10e9_l"] == 1.0
    assert row(wbc="4.0", neut_pct="25", anc="3.0")["anc_10e9_l"] == 3.0
    bounded = row(wbc="4.0", segs_pct="30")
    assert (bounded["anc_10e9_l_low"], bounded["anc_10e9_l_high"]) == (1.2, 4.0)
    assert row(wbc="0")["anc_10e9_l"] == 0.0


def test_blood_gas_hemoglobin_only_without_a_blood_count() -> None:
    assert row(hb_blood_gas="90")["hb_g_l"] == 90.0
    assert row(hb="100@1", hb_blood_gas="90")["hb_g_l"] == 100.0


def test_an_open_end_stays_open_in_what_is_derived() -> None:
    assert row(anc="<1.0")["anc_10e9_l_high"] < 1.0
    assert row(wbc="<1.5")["anc_10e9_l_high"] < 1.5
    assert row(wbc="<1.5", neut_pct="100")["anc_10e9_l_high"] < 1.5
    assert row(hb="<120")["hb_adjusted_g_l_high"] < 120
    assert row(hb="<120", elevation="1200")["hb_adjusted_g_l_high"] < 112
    assert row(hct="36", hb="110", retic_pct="<2.5")["rpi_high"] < 2


def test_what_lies_on_the_limit_of_a_blood_count_that_disagrees_with_itself_still_agrees() -> None:
    # a computed MCV of 84, and 42 = 0.3 x 130 + 3
    counts = {
        "rbc": "5",
        "mcv": "80",
        "hct": "42",
        "hb": "130",
    }
    evidence = evidence_of(
        [{"case": "on", **counts}, {"case": "past", **counts, "mcv": "79.9", "hb": "129.6"}]
    ).sort("patient_id")
    assert evidence["mcv_inconsistent"].to_list() == [False, True]
    flagged = [
        any("RULE_OF_THREE" in flag for flag in flags or []) for flags in evidence["draw_flags"].to_list()
    ]
    assert flagged == [False, True]


def test_a_draw_alone_says_what_it_says_among_others_to_the_last_digit() -> None:
    """Polars divides the only row of a frame by a number, and multiplies several rows by its reciprocal."""
    cases = [
        {"case": "age", "age": "40.0027", "sex": "M", "hb": "110", "creatinine": "101"},
        {"case": "neutrophils", "age": "40", "hb": "110", "wbc": "<0.5", "neut_pct": "23"},
        {"case": "bands", "age": "41", "hb": "110", "wbc": "<0.5", "segs_pct": "20", "bands_pct": "3"},
        {"case": "reticulocytes", "age": "42", "hb": "110", "hct": "37.5", "rbc": "4.1", "retic_pct": "<3.0"},
    ]
    together = evidence_of(cases)
    for case in cases:
        alone = together.filter(pl.col("patient_id") == case["case"])
        assert_frame_equal(evidence_of([case]), alone, check_exact=True)
