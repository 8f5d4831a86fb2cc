"""The rule book: one file a rule, listed here once, in the order in which rules rest on one another."""

from functools import cache

from schemas.switches import DEFAULTS, Switches
from transforms.choices import settled_rule
from transforms.rule import Rule
from transforms.rules.anemia_of_inflammation import ANEMIA_OF_INFLAMMATION
from transforms.rules.bicytopenia import BICYTOPENIA
from transforms.rules.functional_iron_deficiency import FUNCTIONAL_IRON_DEFICIENCY
from transforms.rules.gap_anemia_without_reticulocytes import GAP_ANEMIA_WITHOUT_RETICULOCYTES
from transforms.rules.gap_cytopenias_without_hematology_contact import (
    GAP_CYTOPENIAS_WITHOUT_HEMATOLOGY_CONTACT,
)
from transforms.rules.gap_ferritin_read_as_normal_while_inflamed import (
    GAP_FERRITIN_READ_AS_NORMAL_WHILE_INFLAMED,
)
from transforms.rules.gap_iron_deficiency_anemia_without_gi_evaluation import (
    GAP_IRON_DEFICIENCY_ANEMIA_WITHOUT_GI_EVALUATION,
)
from transforms.rules.gap_iron_deficiency_label_unsupported import GAP_IRON_DEFICIENCY_LABEL_UNSUPPORTED
from transforms.rules.gap_iron_treated_without_hemoglobin_recheck import (
    GAP_IRON_TREATED_WITHOUT_HEMOGLOBIN_RECHECK,
)
from transforms.rules.gap_iron_treated_without_iron_studies import GAP_IRON_TREATED_WITHOUT_IRON_STUDIES
from transforms.rules.gap_microcytic_anemia_without_iron_studies import (
    GAP_MICROCYTIC_ANEMIA_WITHOUT_IRON_STUDIES,
)
from transforms.rules.hypoproliferative_anemia_with_adequate_iron import (
    HYPOPROLIFERATIVE_ANEMIA_WITH_ADEQUATE_IRON,
)
from transforms.rules.iron_deficiency_anemia import IRON_DEFICIENCY_ANEMIA
from transforms.rules.iron_deficiency_under_inflammation import IRON_DEFICIENCY_UNDER_INFLAMMATION
from transforms.rules.iron_deficiency_without_anemia import IRON_DEFICIENCY_WITHOUT_ANEMIA
from transforms.rules.iron_treatment_nonresponse import IRON_TREATMENT_NONRESPONSE
from transforms.rules.marrow_confirmed_iron_deficiency import MARROW_CONFIRMED_IRON_DEFICIENCY
from transforms.rules.marrow_iron_exam_candidate import MARROW_IRON_EXAM_CANDIDATE
from transforms.rules.mixed_iron_deficiency_and_inflammation import MIXED_IRON_DEFICIENCY_AND_INFLAMMATION
from transforms.rules.pancytopenia import PANCYTOPENIA
from transforms.rules.persistent_unexplained_cytopenia import PERSISTENT_UNEXPLAINED_CYTOPENIA
from transforms.rules.sideroblastic_anemia import SIDEROBLASTIC_ANEMIA
from transforms.rules.suspected_aplastic_anemia import SUSPECTED_APLASTIC_ANEMIA
from transforms.rules.suspected_marrow_infiltration import SUSPECTED_MARROW_INFILTRATION
from transforms.rules.suspected_mds import SUSPECTED_MDS
from transforms.rules.thalassemia_trait_lookalike import THALASSEMIA_TRAIT_LOOKALIKE
from transforms.rules.treatment_related_marrow_suppression import TREATMENT_RELATED_MARROW_SUPPRESSION
from transforms.rules.unexplained_pancytopenia import UNEXPLAINED_PANCYTOPENIA

WITH_CHOICES: tuple[Rule, ...] = (
    IRON_DEFICIENCY_ANEMIA,
    IRON_DEFICIENCY_WITHOUT_ANEMIA,
    IRON_DEFICIENCY_UNDER_INFLAMMATION,
    MIXED_IRON_DEFICIENCY_AND_INFLAMMATION,
    FUNCTIONAL_IRON_DEFICIENCY,
    ANEMIA_OF_INFLAMMATION,
    MARROW_CONFIRMED_IRON_DEFICIENCY,
    MARROW_IRON_EXAM_CANDIDATE,
    THALASSEMIA_TRAIT_LOOKALIKE,
    SIDEROBLASTIC_ANEMIA,
    HYPOPROLIFERATIVE_ANEMIA_WITH_ADEQUATE_IRON,
    BICYTOPENIA,
    PANCYTOPENIA,
    UNEXPLAINED_PANCYTOPENIA,
    SUSPECTED_APLASTIC_ANEMIA,
    SUSPECTED_MDS,
    PERSISTENT_UNEXPLAINED_CYTOPENIA,
    SUSPECTED_MARROW_INFILTRATION,
    TREATMENT_RELATED_MARROW_SUPPRESSION,
    IRON_TREATMENT_NONRESPONSE,
    GAP_MICROCYTIC_ANEMIA_WITHOUT_IRON_STUDIES,
    GAP_IRON_TREATED_WITHOUT_IRON_STUDIES,
    GAP_IRON_DEFICIENCY_ANEMIA_WITHOUT_GI_EVALUATION,
    GAP_CYTOPENIAS_WITHOUT_HEMATOLOGY_CONTACT,
    GAP_FERRITIN_READ_AS_NORMAL_WHILE_INFLAMED,
    GAP_ANEMIA_WITHOUT_RETICULOCYTES,
    GAP_IRON_TREATED_WITHOUT_HEMOGLOBIN_RECHECK,
    GAP_IRON_DEFICIENCY_LABEL_UNSUPPORTED,
)


@cache
def rule_book(switches: Switches) -> tuple[Rule, ...]:
    """The rules with every choice between sources made (RULES.md section 8)."""
    return tuple(settled_rule(rule, switches) for rule in WITH_CHOICES)


RULES = rule_book(DEFAULTS)
