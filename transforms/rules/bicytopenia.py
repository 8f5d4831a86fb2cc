"""4.12 Bicytopenia: exactly two of hemoglobin, neutrophils and platelets are low; the third is not, or is unknown.

Two low lines with an unknown third are reported here (and the third is named by pancytopenia). With fewer than two
low, the draw stays open as long as the unknown lines could make two.
"""

from transforms.anemia import ANEMIA
from transforms.atoms import IN_SCOPE, NEUTROPENIA, THROMBOCYTOPENIA
from transforms.cytopenias import ALL_THREE, REPEAT_ANC_PLT, REPEAT_HB_ANC, REPEAT_HB_PLT, TWO_LINES
from transforms.logic import soft
from transforms.rule import Rule

AGAIN = (
    (soft(ANEMIA) & soft(NEUTROPENIA) & REPEAT_HB_ANC)
    | (soft(ANEMIA) & soft(THROMBOCYTOPENIA) & REPEAT_HB_PLT)
    | (soft(NEUTROPENIA) & soft(THROMBOCYTOPENIA) & REPEAT_ANC_PLT)
)

BICYTOPENIA = Rule(
    rule_id="bicytopenia",
    version=1,
    title="Bicytopenia",
    side="undetermined",
    says="Two of the three blood cell lines are low at once, and the third is normal or not known.",
    follow_up="Repeat the count; film; B12, folate, copper; hematology.",
    seed="Two or more cell lines: two lines is bicytopenia, three is pancytopenia; both trigger referral.",
    applies=IN_SCOPE,
    gate=TWO_LINES,
    ruled_out=soft(ALL_THREE),
    confirmed=AGAIN,
    probable=TWO_LINES,
)
