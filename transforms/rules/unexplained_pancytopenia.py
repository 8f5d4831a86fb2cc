"""4.14 Unexplained pancytopenia: all three lines low, and nothing known that explains it.

An explanation that cannot be seen (drugs or diagnoses unobserved) caps the tier at possible. Iron deficiency is not
an explanation here. B12 and folate not measured lower the tier, they do not block it.
"""

from transforms.atoms import IN_SCOPE
from transforms.cytopenias import ALL_THREE, BY_WHITE_CELLS, REPEAT_ALL
from transforms.logic import soft
from transforms.rule import Rule
from transforms.secondary_causes import B12_NORMAL, EXPLAINED, FOLATE_NORMAL

UNEXPLAINED_PANCYTOPENIA = Rule(
    rule_id="unexplained_pancytopenia",
    version=1,
    title="Unexplained pancytopenia",
    side="production",
    says="All three blood cell lines are low, and no treatment, disease or deficiency on record explains it.",
    follow_up="Urgent film; B12, folate, copper; HIV, hepatitis B and C; reticulocytes; hematology within 30 days; "
    "marrow.",
    seed="Bone marrow failure syndromes; pancytopenia should prompt hematology consultation.",
    applies=IN_SCOPE,
    explained_by=EXPLAINED,
    confirmed=ALL_THREE & REPEAT_ALL & soft(B12_NORMAL) & soft(FOLATE_NORMAL),
    probable=ALL_THREE & soft(B12_NORMAL),
    possible=ALL_THREE | BY_WHITE_CELLS,
)
