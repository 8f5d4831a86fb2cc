"""The rule book: one file a rule, listed here once, in the order in which rules rest on one another."""

from transforms.rule import Rule
from transforms.rules.anemia_of_inflammation import ANEMIA_OF_INFLAMMATION
from transforms.rules.bicytopenia import BICYTOPENIA
from transforms.rules.functional_iron_deficiency import FUNCTIONAL_IRON_DEFICIENCY
from transforms.rules.gap_microcytic_anemia_without_iron_studies import (
    GAP_MICROCYTIC_ANEMIA_WITHOUT_IRON_STUDIES,
)
from transforms.rules.iron_deficiency_anemia import IRON_DEFICIENCY_ANEMIA
from transforms.rules.iron_deficiency_under_inflammation import IRON_DEFICIENCY_UNDER_INFLAMMATION
from transforms.rules.iron_deficiency_without_anemia import IRON_DEFICIENCY_WITHOUT_ANEMIA
from transforms.rules.marrow_confirmed_iron_deficiency import MARROW_CONFIRMED_IRON_DEFICIENCY
from transforms.rules.marrow_iron_exam_candidate import MARROW_IRON_EXAM_CANDIDATE
from transforms.rules.pancytopenia import PANCYTOPENIA
from transforms.rules.sideroblastic_anemia import SIDEROBLASTIC_ANEMIA
from transforms.rules.thalassemia_trait_lookalike import THALASSEMIA_TRAIT_LOOKALIKE
from transforms.rules.unexplained_pancytopenia import UNEXPLAINED_PANCYTOPENIA

RULES: tuple[Rule, ...] = (
    IRON_DEFICIENCY_ANEMIA,
    IRON_DEFICIENCY_WITHOUT_ANEMIA,
    IRON_DEFICIENCY_UNDER_INFLAMMATION,
    FUNCTIONAL_IRON_DEFICIENCY,
    ANEMIA_OF_INFLAMMATION,
    MARROW_CONFIRMED_IRON_DEFICIENCY,
    MARROW_IRON_EXAM_CANDIDATE,
    THALASSEMIA_TRAIT_LOOKALIKE,
    SIDEROBLASTIC_ANEMIA,
    BICYTOPENIA,
    PANCYTOPENIA,
    UNEXPLAINED_PANCYTOPENIA,
    GAP_MICROCYTIC_ANEMIA_WITHOUT_IRON_STUDIES,
)
