"""4.28 Gap: called or treated as iron deficiency although iron is adequate.

Iron given before the ferritin may have filled the stores since; such a draw cannot be determined, and neither can one
whose iron status is unknown.
"""

import polars as pl

from transforms.anemia import ANEMIA
from transforms.atoms import IN_SCOPE, T, history
from transforms.follow_up import IRON_STARTED
from transforms.iron_status import ADEQUATE_IRON
from transforms.logic import Criterion, soft
from transforms.rule import Rule

LABELED = history("iron_deficiency_anemia_coded", "RULES.md 4.28, 4.31.17")
FERRITIN_BEFORE_IRON = Criterion(
    id="ferritin_before_iron",
    says="no iron was given in the year before the ferritin, except in its last 7 days",
    expr=pl.when(~pl.col("iron_before_ferritin")).then(T),
    inputs=("ferritin",),
    reasons=(("ferritin_post_iron", T),),
    threshold="no iron -365..-8 d of the ferritin",
    citation="RULES.md 4.28",
)

GAP_IRON_DEFICIENCY_LABEL_UNSUPPORTED = Rule(
    rule_id="gap_iron_deficiency_label_unsupported",
    version=1,
    title="Iron deficiency label without support",
    side="care gap",
    says="Anemia coded or treated as iron deficiency although stores and transferrin saturation are adequate.",
    follow_up="Question the label; look for sideroblastic anemia, thalassemia trait, kidney disease, marrow disease.",
    seed="Do not assume microcytic anemia automatically means simple iron deficiency.",
    applies=IN_SCOPE & (soft(LABELED) | IRON_STARTED),
    gate=soft(ANEMIA),
    confirmed=ADEQUATE_IRON & FERRITIN_BEFORE_IRON,
)
