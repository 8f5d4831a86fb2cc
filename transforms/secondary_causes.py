"""What explains a low blood count without a disease of the marrow (EXPL of RULES.md 4.0), and what is known normal.

Only an unobserved domain leaves an explanation unknown; it then caps a tier that rests on counts and chemistry at
possible and never blocks (RULES.md 0.4, 4.31.2). A vitamin that was not measured does not explain anything.
"""

from transforms.atoms import B12, COPPER, EGFR, FOLATE, TSH, history
from transforms.logic import Named, Node, soft

B12_LOW = B12.below(148, "pmol/L", "RULES.md 1.5", "B12")
B12_NORMAL = B12.at_least(148, "pmol/L", "RULES.md 4.14", "B12")
FOLATE_LOW = FOLATE.below(6.8, "nmol/L", "WHO 2015", "serum folate")
FOLATE_NORMAL = FOLATE.at_least(6.8, "nmol/L", "WHO 2015", "serum folate")
COPPER_LOW = COPPER.below(11, "umol/L", "Am J Hematol 2007;82:625", "below 70 ug/dL")
TSH_HIGH = TSH.above(10, "mIU/L", "RULES.md 1.5", "TSH")
TSH_NORMAL = TSH.at_most(10, "mIU/L", "RULES.md 1.5", "TSH")
EGFR_NORMAL = EGFR.at_least(60, "mL/min/1.73 m2", "KDIGO CKD guideline 2012", "stage 3")

CHEMOTHERAPY = history("chemotherapy", "RULES.md 5.1 (CHEMO)")
RADIOTHERAPY = history("radiotherapy", "RULES.md 5.1 (RADIO)")
MYELOTOXIC_DRUG = history("myelotoxic_drug", "RULES.md 5.1 (MYELOTOX)")
HEMATOLOGIC_MALIGNANCY = history("hematologic_malignancy", "RULES.md 5.1 (HAEM)")
ALCOHOL = history("alcohol", "RULES.md 5.1 (ALCOHOL)")
MACROCYTOSIS_DRUG = history("macrocytosis_drug", "RULES.md 5.1 (macrocytosis drugs)")
MIMIC_DRUG = history("reversible_mimic_drug", "RULES.md 5.1 (reversible sideroblastic/MDS mimics)")

EXPLAINED: Node = Named(
    "explained by",
    CHEMOTHERAPY
    | RADIOTHERAPY
    | MYELOTOXIC_DRUG
    | HEMATOLOGIC_MALIGNANCY
    | history("liver_or_spleen", "RULES.md 5.1 (LIVER)")
    | ALCOHOL
    | history("hiv_lupus_sepsis", "RULES.md 5.1 (OTHER)")
    | soft(B12_LOW)
    | soft(FOLATE_LOW)
    | soft(COPPER_LOW),
)
REVERSIBLE: Node = Named(
    "a reversible cause",
    soft(COPPER_LOW)
    | soft(B12_LOW)
    | soft(FOLATE_LOW)
    | ALCOHOL
    | MYELOTOXIC_DRUG
    | CHEMOTHERAPY
    | MIMIC_DRUG,
)
