"""4.14 Unexplained pancytopenia: all three lines low, and nothing known that explains it.

An explanation that cannot be seen (drugs or diagnoses unobserved) caps the tier at possible. Iron deficiency is not
an explanation here. B12 and folate not measured lower the tier, they do not block it.
"""

from transforms.atoms import B12, COPPER, FOLATE, IN_SCOPE, history
from transforms.cytopenias import ALL_THREE, BY_WHITE_CELLS, REPEAT_ALL
from transforms.logic import Named, Node, soft
from transforms.rule import Rule

B12_LOW = B12.below(148, "pmol/L", "RULES.md 1.5", "B12")
B12_NORMAL = B12.at_least(148, "pmol/L", "RULES.md 4.14", "B12")
FOLATE_LOW = FOLATE.below(6.8, "nmol/L", "WHO 2015", "serum folate")
FOLATE_NORMAL = FOLATE.at_least(6.8, "nmol/L", "WHO 2015", "serum folate")
COPPER_LOW = COPPER.below(11, "umol/L", "Am J Hematol 2007;82:625", "below 70 ug/dL")

EXPLAINED: Node = Named(
    "explained by",
    history("chemotherapy", "RULES.md 5.1 (CHEMO)")
    | history("radiotherapy", "RULES.md 5.1 (RADIO)")
    | history("myelotoxic_drug", "RULES.md 5.1 (MYELOTOX)")
    | history("hematologic_malignancy", "RULES.md 5.1 (HAEM)")
    | history("liver_or_spleen", "RULES.md 5.1 (LIVER)")
    | history("alcohol", "RULES.md 5.1 (ALCOHOL)")
    | history("hiv_lupus_sepsis", "RULES.md 5.1 (OTHER)")
    | soft(B12_LOW)
    | soft(FOLATE_LOW)
    | soft(COPPER_LOW),
)

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
