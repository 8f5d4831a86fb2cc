"""4.13 Pancytopenia: all three lines are low. With the neutrophils unknown, white cells below 4.0 make it possible."""

from transforms.atoms import IN_SCOPE
from transforms.cytopenias import ALL_THREE, BY_WHITE_CELLS, REPEAT_ALL
from transforms.rule import Rule

PANCYTOPENIA = Rule(
    rule_id="pancytopenia",
    version=1,
    title="Pancytopenia",
    side="undetermined",
    says="Hemoglobin, neutrophils and platelets are low at once.",
    follow_up="Urgent film; B12, folate, copper; hematology within 30 days.",
    seed="Check for pancytopenia.",
    applies=IN_SCOPE,
    confirmed=ALL_THREE & REPEAT_ALL,
    probable=ALL_THREE,
    possible=BY_WHITE_CELLS,
)
