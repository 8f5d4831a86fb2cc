"""The inputs of the evidence around an index draw: name, unit, window, one description for reader and machine.

Windows are days relative to the collection date of the index blood count, both ends included (RULES.md 0.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class EvidenceInput:
    """One input: what it is, in which unit it is kept, and in which window around its anchor it is looked for.

    anchor: "index" (the blood count) or "ferritin" (the ferritin chosen for the draw, the blood count if none).
    window: (first, last) day, None for a derived input. derived: computed from other inputs where not reported.
    """

    id: str
    title: str
    unit: str
    slug: str
    window: tuple[int, int] | None
    anchor: str = "index"
    derived: bool = False

    @property
    def column(self) -> str:
        """Column of the value in screen.evidence, named with its unit."""
        return f"{self.id}_{self.slug}" if self.slug else self.id


COUNT = (-1, 1)
FILM = (-7, 7)
IRON = (-30, 30)
VITAMIN = (-180, 90)
KIDNEY = (-90, 30)
MARROW = (-90, 180)

_INPUTS = (
    EvidenceInput("hb", "hemoglobin", "g/L", "g_l", COUNT),
    EvidenceInput("hct", "hematocrit", "%", "pct", COUNT),
    EvidenceInput("rbc", "red cell count", "10*12/L", "10e12_l", COUNT),
    EvidenceInput("mcv", "mean cell volume", "fL", "fl", COUNT, derived=True),
    EvidenceInput("mch", "mean cell hemoglobin", "pg", "pg", COUNT),
    EvidenceInput("mchc", "mean cell hemoglobin concentration", "g/L", "g_l", COUNT),
    EvidenceInput("rdw", "red cell distribution width (CV)", "%", "pct", COUNT),
    EvidenceInput("wbc", "white cell count", "10*9/L", "10e9_l", COUNT),
    EvidenceInput("neut_pct", "neutrophils, bands included", "%", "pct", COUNT),
    EvidenceInput("segs_pct", "segmented neutrophils", "%", "pct", COUNT),
    EvidenceInput("bands_pct", "band neutrophils", "%", "pct", COUNT),
    EvidenceInput("anc", "absolute neutrophil count", "10*9/L", "10e9_l", COUNT, derived=True),
    EvidenceInput("alc", "absolute lymphocyte count", "10*9/L", "10e9_l", COUNT),
    EvidenceInput("mono", "absolute monocyte count", "10*9/L", "10e9_l", COUNT),
    EvidenceInput("plt", "platelet count", "10*9/L", "10e9_l", COUNT),
    EvidenceInput("plt_citrate", "platelet count, citrate tube", "10*9/L", "10e9_l", IRON),
    EvidenceInput("blasts_pct", "blasts in blood", "%", "pct", FILM),
    EvidenceInput("myelocytes_pct", "myelocytes, metamyelocytes, promyelocytes in blood", "%", "pct", FILM),
    EvidenceInput("ig_pct", "immature granulocytes", "%", "pct", FILM),
    EvidenceInput("nrbc", "nucleated red cells", "/100 WBC", "per_100_wbc", FILM),
    EvidenceInput("smear_leb", "leukoerythroblastic film (1 yes, 0 no)", "1", "", FILM),
    EvidenceInput("retic_pct", "reticulocytes", "%", "pct", FILM, derived=True),
    EvidenceInput("retic_abs", "absolute reticulocyte count", "10*9/L", "10e9_l", FILM, derived=True),
    EvidenceInput("rpi", "reticulocyte production index", "1", "", FILM, derived=True),
    EvidenceInput("chr", "reticulocyte hemoglobin content", "pg", "pg", FILM),
    EvidenceInput("hypo_pct", "hypochromic red cells", "%", "pct", FILM),
    EvidenceInput("ferritin", "ferritin", "ug/L", "ug_l", IRON),
    EvidenceInput("iron", "serum iron", "umol/L", "umol_l", IRON),
    EvidenceInput("tibc", "total iron-binding capacity", "umol/L", "umol_l", IRON, derived=True),
    EvidenceInput("tsat", "transferrin saturation", "%", "pct", IRON, derived=True),
    EvidenceInput("stfr", "soluble transferrin receptor", "mg/L", "mg_l", IRON),
    EvidenceInput("crp", "C-reactive protein", "mg/L", "mg_l", FILM, anchor="ferritin"),
    EvidenceInput("agp", "alpha-1-acid glycoprotein", "g/L", "g_l", FILM, anchor="ferritin"),
    EvidenceInput("b12", "vitamin B12", "pmol/L", "pmol_l", VITAMIN),
    EvidenceInput("folate", "serum folate", "nmol/L", "nmol_l", VITAMIN),
    EvidenceInput("copper", "copper", "umol/L", "umol_l", VITAMIN),
    EvidenceInput("zinc", "zinc", "umol/L", "umol_l", VITAMIN),
    EvidenceInput("lead", "blood lead", "ug/dL", "ug_dl", VITAMIN),
    EvidenceInput("tsh", "thyrotropin", "mIU/L", "miu_l", VITAMIN),
    EvidenceInput("creatinine", "creatinine", "umol/L", "umol_l", KIDNEY),
    EvidenceInput(
        "egfr",
        "estimated glomerular filtration rate",
        "mL/min/1.73 m2",
        "ml_min_1_73m2",
        KIDNEY,
        derived=True,
    ),
    EvidenceInput("ldh", "lactate dehydrogenase", "U/L", "u_l", FILM),
    EvidenceInput("haptoglobin", "haptoglobin", "g/L", "g_l", FILM),
    EvidenceInput("hba2", "hemoglobin A2", "%", "pct", (-3650, 365)),
    EvidenceInput("marrow_iron_grade", "stainable marrow iron (Gale 0-6)", "1", "", MARROW),
    EvidenceInput("marrow_particles", "marrow particles examined", "1", "", MARROW),
    EvidenceInput(
        "marrow_specimen", "marrow specimen (1 trephine only, 2 clot, 3 aspirate)", "1", "", MARROW
    ),
    EvidenceInput("ring_sideroblasts", "ring sideroblasts", "%", "pct", MARROW),
    EvidenceInput("sf3b1", "SF3B1 mutation (1 yes, 0 no)", "1", "", MARROW),
    EvidenceInput("clonal_mutation", "clonal myeloid mutation (1 yes, 0 no)", "1", "", MARROW),
    EvidenceInput("marrow_cellularity", "marrow cellularity", "%", "pct", MARROW),
    EvidenceInput("residual_haem", "residual hematopoietic cells", "%", "pct", MARROW),
    EvidenceInput("marrow_blasts", "marrow blasts", "%", "pct", MARROW),
    EvidenceInput("marrow_dysplasia", "marrow dysplasia", "%", "pct", MARROW),
    EvidenceInput("marrow_infiltration", "marrow infiltration (1 yes, 0 no)", "1", "", MARROW),
    EvidenceInput("stfr_index", "sTfR-ferritin index", "1", "", None, derived=True),
    EvidenceInput("mentzer", "Mentzer index (MCV/RBC)", "1", "", None, derived=True),
    EvidenceInput("rdwi", "red cell distribution width index (MCV*RDW/RBC)", "1", "", None, derived=True),
    EvidenceInput("green_king", "Green-King index (MCV^2*RDW/(100*Hb))", "1", "", None, derived=True),
    EvidenceInput("albumin", "albumin", "g/L", "g_l", FILM),
    EvidenceInput(
        "nlr", "neutrophil-lymphocyte ratio (descriptive; steroids raise it)", "1", "", None, derived=True
    ),
    EvidenceInput(
        "body_iron",
        "body iron (Cook; descriptive; below 0 a deficit, void in inflammation)",
        "mg/kg",
        "mg_kg",
        None,
        derived=True,
    ),
    EvidenceInput(
        "thomas_quadrant",
        "quadrant of the Thomas plot (descriptive; 1 replete, 2 depleted, 3 absolute, 4 functional iron deficiency)",
        "1",
        "",
        None,
        derived=True,
    ),
)

INPUTS: Mapping[str, EvidenceInput] = {item.id: item for item in _INPUTS}
UNIT_PROBLEM_BIT = {name: 1 << number for number, name in enumerate(INPUTS)}  # in the mask unit_problems

# Columns of the evidence that are no laboratory input, with their descriptions.
CONTEXT: Mapping[str, str] = {
    "age_years": "age at the draw in years; null without a birth date",
    "sex": "male, female, or null",
    "duffy_null": "documented Duffy-null phenotype; null where not documented",
    "pregnant": "a pregnancy code covers the draw; unknown counts as not pregnant",
    "trimester": "trimester at the draw, where a gestational-age code gives it",
    "elevation_adjustment_g_l": "hemoglobin adjustment for residence elevation (WHO 2024), subtracted",
    "hb_adjusted_g_l": "hemoglobin less the elevation adjustment, g/L; null where censored",
    "hb_adjusted_g_l_low": "lower end of the adjusted hemoglobin where censored",
    "hb_adjusted_g_l_high": "upper end of the adjusted hemoglobin where censored",
    "indices_unreliable": "MCHC over 370 g/L or computed below 220 g/L: MCV, RBC, Hct, MCH, RDW and RPI are not believed",
    "mcv_inconsistent": "reported MCV differs by more than 5 % from 10*Hct/RBC",
    "mcv_computed_fl": "10*Hct/RBC of the same draw, fL",
    "hct_estimated": "hematocrit for the RPI estimated as 0.3*Hb",
    "rpi_low_all_tables": "the reticulocyte production index is below 2 by every table of maturation factors",
    "plt_clumped": "platelets clumped and no citrate count: the platelet count is not believed",
    "transfused_120d": "red cells transfused in the 120 days up to the draw",
    "transfused_30d": "red cells transfused in the 30 days up to the draw",
    "hba2_transfused": "red cells transfused in the 120 days up to the hemoglobin A2 (the draw if none)",
    "iv_iron_56d": "intravenous iron 1 to 56 days before the ferritin (the draw if none)",
    "tsat_after_iron": "oral iron on the day before the transferrin saturation (the draw if none), or intravenous iron 1 to 27 days before",
    "stain_after_iron_or_blood": "intravenous iron or red cells in the 56 days before the marrow iron stain",
    "iron_study_present": "at least one iron study within its window",
    "iron_study_closes_gap": "ferritin, transferrin saturation, or iron with binding capacity within -90..+90 days",
    "retic_closes_gap": "reticulocytes reported within -30..+90 days",
    "stfr_or_chr_closes_gap": "sTfR or reticulocyte hemoglobin reported within -30..+90 days",
    "iron_start_day": "days from the draw to the first start of an iron product within -7..90 days; null if none is seen",
    "iron_study_at_start": "ferritin, TSAT, or iron with binding capacity in the 180 days before that start to 7 after",
    "hb_after_iron_start": "hemoglobin measured 14-56 days after that start",
    "oral_iron_start_day": "days from the draw to the first start of oral iron within -7..90 days; null if none is seen",
    "oral_iron_supply_days": "days supplied from that start on, both ends counted",
    "hb_28_56d_after_oral_iron": "hemoglobin measured 28-56 days after that start",
    "hb_best_after_oral_iron_g_l_low": "highest hemoglobin 14-90 days after that start, g/L, at least",
    "hb_best_after_oral_iron_g_l_high": "highest hemoglobin 14-90 days after that start, g/L, at most",
    "transfused_after_oral_iron": "red cells transfused in the 56 days from that start on",
    "iron_before_ferritin": "iron given in the year before the ferritin, more than 7 days before it",
    "first_dose_day": "days from the draw to the first dose of the chemotherapy or radiotherapy of the last 90 days",
    "normal_count_before_treatment": "a normal blood count in the 180 days before that dose",
    "second_count_120_730d": "another blood count 120-730 days away",
    "persistent_hb": "hemoglobin low (130 men, 120 women) in another blood count 120-730 days away",
    "persistent_anc": "neutrophils below 1.8 (Duffy-null 1.0) in another blood count 120-730 days away",
    "persistent_plt": "platelets below 150 in another blood count 120-730 days away",
    "persistent_mono": "monocytes of at least 1.0 in another blood count 120-730 days away",
    "repeat_hb_anc": "another blood count 7-180 days away has anemia and neutropenia",
    "repeat_hb_plt": "another blood count 7-180 days away has anemia and thrombocytopenia",
    "repeat_anc_plt": "another blood count 7-180 days away has neutropenia and thrombocytopenia",
    "repeat_hb_anc_plt": "another blood count 7-180 days away has all three lines low",
    "unit_problems": "bit mask of inputs with a result in the window whose unit could not be used",
}

DOMAINS: Mapping[str, str] = {
    "lab": "lab",
    "diagnosis": "dx",
    "medication": "rx",
    "procedure": "proc",
    "encounter": "enc",
}


def observed_column(domain: str) -> str:
    """Column that says whether a domain is observed at the draw, e.g. ``observed_dx``."""
    return f"observed_{DOMAINS[domain]}"
