"""Conditions about a patient's history: a code of some sets inside a window around the blood count (RULES.md 5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EVER = -36_500  # days; "ever" in RULES.md 5.1


@dataclass(frozen=True)
class HistoryAtom:
    """A condition "a code of this set lies in this window of the draw" (days, both ends included)."""

    id: str
    title: str
    sets: tuple[tuple[str, int, int], ...]  # (code set, first day, last day)


_ATOMS = (
    HistoryAtom(
        "inflammatory_context",
        "chronic inflammatory disease or recent cancer",
        (("inflammatory_disease", EVER, 30), ("cancer", -365, 30)),
    ),
    HistoryAtom("ckd_code", "chronic kidney disease code", (("ckd", EVER, 30),)),
    HistoryAtom("dialysis", "dialysis", (("dialysis", EVER, 30),)),
    HistoryAtom("heart_failure", "heart failure code", (("heart_failure", EVER, 30),)),
    HistoryAtom("esa", "erythropoiesis-stimulating agent in the last 90 days", (("esa", -90, 0),)),
    HistoryAtom(
        "chemotherapy",
        "chemotherapy in the last 90 days",
        (("cytotoxic_drug", -90, 0), ("chemotherapy_infusion", -90, 0), ("chemotherapy_encounter", -90, 0)),
    ),
    HistoryAtom(
        "radiotherapy",
        "radiotherapy in the last 90 days",
        (("radiotherapy", -90, 0), ("radiotherapy_encounter", -90, 0)),
    ),
    HistoryAtom(
        "myelotoxic_drug", "drug toxic to the marrow in the last 90 days", (("myelotoxic_drug", -90, 0),)
    ),
    HistoryAtom(
        "macrocytosis_drug",
        "drug that enlarges red cells in the last 90 days",
        (("macrocytosis_drug", -90, 0),),
    ),
    HistoryAtom(
        "reversible_mimic_drug",
        "isoniazid, linezolid or chloramphenicol in the last 180 days",
        (("reversible_mimic_drug", -180, 0),),
    ),
    HistoryAtom("isoniazid", "isoniazid in the last 180 days", (("isoniazid", -180, 0),)),
    HistoryAtom("linezolid", "linezolid in the last 180 days", (("linezolid", -180, 0),)),
    HistoryAtom("chloramphenicol", "chloramphenicol in the last 180 days", (("chloramphenicol", -180, 0),)),
    HistoryAtom("penicillamine", "penicillamine in the last 90 days", (("penicillamine", -90, 0),)),
    HistoryAtom(
        "growth_factor", "granulocyte growth factor in the last 14 days", (("growth_factor", -14, 0),)
    ),
    HistoryAtom(
        "hematologic_malignancy", "known hematologic malignancy", (("hematologic_malignancy", EVER, 0),)
    ),
    HistoryAtom("known_mds", "known myelodysplastic syndrome", (("mds", EVER, 180),)),
    HistoryAtom("liver_or_spleen", "cirrhosis or hypersplenism", (("liver_or_spleen", EVER, 30),)),
    HistoryAtom("alcohol", "alcohol use disorder in the last year", (("alcohol", -365, 30),)),
    HistoryAtom(
        "hiv_lupus_sepsis", "HIV, lupus or sepsis in the last year", (("hiv_lupus_sepsis", -365, 14),)
    ),
    HistoryAtom("hemoglobinopathy", "known hemoglobinopathy", (("hemoglobinopathy", EVER, 30),)),
    HistoryAtom("thalassemia_trait_code", "known thalassemia trait", (("thalassemia_trait", EVER, 30),)),
    HistoryAtom("known_cancer", "known cancer in the last five years", (("cancer", -1825, 30),)),
    HistoryAtom("palliative_care", "palliative care", (("palliative_care", -365, 180),)),
    HistoryAtom(
        "iron_deficiency_coded",
        "iron deficiency coded within 90 days",
        (("iron_deficiency_label", 0, 90),),
    ),
    HistoryAtom(
        "iron_deficiency_anemia_coded",
        "iron deficiency anemia coded from 30 days before to 90 days after",
        (("iron_deficiency_anemia_label", -30, 90),),
    ),
    HistoryAtom(
        "iron_given",
        "an iron product given from 30 days before to 90 days after",
        (("any_iron", -30, 90),),
    ),
    HistoryAtom(
        "upper_endoscopy",
        "upper endoscopy from a year before to 180 days after",
        (("upper_endoscopy", -365, 180),),
    ),
    HistoryAtom(
        "lower_endoscopy",
        "colonoscopy from a year before to 180 days after",
        (("lower_endoscopy", -365, 180),),
    ),
    HistoryAtom(
        "hematology_contact_30d",
        "hematology contact from 90 days before to 30 days after",
        (("hematology_contact", -90, 30),),
    ),
    HistoryAtom(
        "hematology_contact_90d",
        "hematology contact from 90 days before to 90 days after",
        (("hematology_contact", -90, 90),),
    ),
)

HISTORY_ATOMS: Mapping[str, HistoryAtom] = {item.id: item for item in _ATOMS}
