"""4.24 Gap: two or three lines low, and no contact with hematology.

Pancytopenia has 30 days, bicytopenia 90. Chemotherapy and a known hematologic malignancy take the patient out; they
are guards, so unobserved drugs and diagnoses count as none and the finding says so.
"""

from transforms.atoms import IN_SCOPE, history
from transforms.follow_up import followed
from transforms.logic import soft, soft_not
from transforms.rule import Rule
from transforms.rules.bicytopenia import BICYTOPENIA
from transforms.rules.pancytopenia import PANCYTOPENIA
from transforms.secondary_causes import CHEMOTHERAPY, HEMATOLOGIC_MALIGNANCY

CONTACT_30 = history("hematology_contact_30d", "RULES.md 4.24")
CONTACT_90 = history("hematology_contact_90d", "RULES.md 4.24")
THREE = PANCYTOPENIA.reached("possible")

GAP_CYTOPENIAS_WITHOUT_HEMATOLOGY_CONTACT = Rule(
    rule_id="gap_cytopenias_without_hematology_contact",
    version=1,
    title="Cytopenias without hematology contact",
    side="care gap",
    says="Two or three blood cell lines low, and no hematology contact (within 30 days for three, 90 for two).",
    follow_up="Refer to hematology.",
    seed="Two or more cell lines should prompt hematology consultation.",
    applies=IN_SCOPE,
    gate=(THREE | BICYTOPENIA.reached("probable"))
    & soft_not(CHEMOTHERAPY)
    & soft_not(HEMATOLOGIC_MALIGNANCY),
    ruled_out=(THREE & soft(CONTACT_30)) | (~THREE & soft(CONTACT_90)),
    confirmed=(THREE & followed("encounter", 30, "RULES.md 4.24, 4.31.16"))
    | (~THREE & followed("encounter", 90, "RULES.md 4.24, 4.31.16")),
    reads=(*PANCYTOPENIA.inputs, *BICYTOPENIA.inputs),
)
