"""Quality flags of results and draws, and the reasons for which a row is set aside.

The names are identifiers of the rule reference and are never respelled. The flags of results are the bits of one
mask in this order, so that a million rows carry them as one number each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Flag:
    """A quality flag. missing: a result that carries it has no value, and its row is quarantined with it."""

    name: str
    says: str
    missing: bool = False


RESULT_FLAGS: tuple[Flag, ...] = (
    Flag("REJECT_TEXT", "the value is a text that says there is no value", missing=True),
    Flag("MISSING_VALUE", "the value is empty", missing=True),
    Flag("COMMA_AMBIGUOUS", "a comma or point may separate thousands or decimals: no value", missing=True),
    Flag("UNIT_UNKNOWN", "the unit is not one of the analyte's: no value", missing=True),
    Flag("UNIT_CONFLICT", "the value names another unit than its unit column: no value", missing=True),
    Flag("UNIT_MISSING", "no unit was sent and the analyte needs one: no value", missing=True),
    Flag("IMPLAUSIBLE", "outside plausible limits: no value", missing=True),
    Flag("RDW_SD_SUSPECTED", "an RDW over 40 % is probably RDW-SD: no value", missing=True),
    Flag("TSAT_AMBIGUOUS", "a saturation of exactly 1 % may be a fraction: no value", missing=True),
    Flag("HB_UNIT_AMBIGUOUS", "hemoglobin whose unit is ambiguous: no value", missing=True),
    Flag("RETIC_FRACTION?", "a reticulocyte percentage below 0.1 may be a fraction: no value", missing=True),
    Flag("DECIMAL_COMMA", "a decimal comma was read as a decimal point"),
    Flag("THOUSANDS_COMMA", "commas, points or spaces between thousands were removed"),
    Flag("UNIT_INFERRED", "no unit was sent; it was inferred from the results of the site in that month"),
    Flag("VALUE_FROM_COMMENT", "the value stood in the comment to which the result points"),
    Flag("EXTREME", "extreme but possible"),
    Flag("LOINC_UNIT_MISMATCH", "the property of the LOINC code and the unit disagree; the unit was trusted"),
    Flag("RBC_UNIT_SLIP", "red cells in giga per liter read as tera per liter"),
    Flag("COUNT_PER_UL", "a count per microliter under an SI label, divided by 1000"),
    Flag("LAKH", "a count in lakh, times 100"),
    Flag("FERRITIN_UNIT_SLIP", "ferritin labeled ug/dL or ng/dL read as ug/L"),
    Flag("TSAT_FRACTION", "a saturation between 0 and 1 % read as a fraction"),
    Flag("CREAT_UNIT_SLIP", "creatinine over 30 mg/dL read as umol/L"),
    Flag("HB_UNIT_GDL_IS_GL", "hemoglobin labeled g/dL read as g/L"),
    Flag("HB_UNIT_GL_IS_GDL", "hemoglobin labeled g/L read as g/dL"),
    Flag("HB_UNIT_INFERRED", "hemoglobin without a clear unit, the unit inferred"),
    Flag("HCT_FRACTION", "a hematocrit up to 1 % read as a fraction"),
    Flag("HCT_PERCENT", "a hematocrit over 1 L/L read as a percentage"),
    Flag("NEUT_UNIT_INFERRED", "neutrophils without a unit: up to 1 a fraction, above 1 a percentage"),
    Flag("RS_TEXT", "ring sideroblasts reported in words"),
    Flag("MARROW_IRON_TRACE", "marrow iron reported as a trace, read as grade 1"),
    Flag("ALERT_BLASTS", "blasts in the blood, or 20 % or more in the marrow"),
    Flag("ALERT_LYMPHO", "lymphocytes above 5*10^9/L"),
    Flag("ALERT_PARAPROTEIN", "a monoclonal protein"),
    Flag("DUPLICATE_CONFLICT", "two equally final results of one test on one specimen disagree"),
    Flag("PRELIMINARY", "a preliminary result without a final one"),
    Flag("UNIT_FROM_MAP", "no unit was sent; the site's code map names it"),
    Flag("BAD_RESULTED_AT", "the time of the report cannot be read and was left out"),
    Flag("DATE_ONLY", "collected on a date without a time, taken as its midnight"),
    Flag("DST_GAP", "collected at a local time that the clock skipped that night; kept as written"),
    Flag("DST_FOLD", "collected at a local time that came twice that night; which of the two is not known"),
    Flag("RESULTED_BEFORE_COLLECTED", "reported before it was collected; both times kept as written"),
)
"""Flags of one result."""

SITE_FLAGS: tuple[Flag, ...] = (
    Flag(
        "SITE_UNIT_DRIFT", "the median of a site's month is far from what is expected: units may be mixed up"
    ),
)
"""Flags of a site, an analyte and a month, raised by all their results together."""

INFERRED_UNITS = ("UNIT_INFERRED", "HB_UNIT_INFERRED", "NEUT_UNIT_INFERRED")
"""Flags of a result whose unit nobody sent."""

DRAW_FLAGS: tuple[Flag, ...] = (
    Flag(
        "TSAT_AFTER_IRON",
        "oral iron on the day before the transferrin saturation, or intravenous iron in the four weeks before it",
    ),
    Flag(
        "TIBC_LOW_ALBUMIN",
        "albumin below 25 g/L: binding capacity may be low and the transferrin saturation falsely normal",
    ),
    Flag("TSAT_CONFLICT", "reported and computed transferrin saturation differ by more than 5 points"),
    Flag("PLT_CLUMPS", "platelets were clumped; the count was not used"),
    Flag("PLT_CITRATE_USED", "platelet count of a citrate tube, times 1.1"),
    Flag("RULE_OF_THREE", "hematocrit and three times hemoglobin differ by more than 3 points"),
    Flag("MCHC_HIGH_INDICES_UNRELIABLE", "MCHC over 370 g/L: red cell indices were not used"),
    Flag("MCHC_LOW_INDICES_UNRELIABLE", "computed MCHC below 220 g/L: red cell indices were not used"),
    Flag("MCV_INCONSISTENT", "reported and computed MCV differ by more than 5 %"),
    Flag("MCV_DERIVED", "MCV was computed from hematocrit and red cell count"),
    Flag("HCT_ESTIMATED", "hematocrit of the reticulocyte index estimated from hemoglobin"),
    Flag("TRANSFUSED_120D", "red cells transfused in the 120 days before this blood count"),
    Flag("TRANSFUSED_30D", "red cells transfused in the 30 days before this blood count"),
    Flag("IV_IRON_56D", "intravenous iron in the 56 days before the ferritin"),
    Flag(
        "STAIN_AFTER_IRON_OR_BLOOD",
        "intravenous iron or red cells in the 56 days before the marrow iron stain",
    ),
    Flag("GCSF_14D", "a granulocyte growth factor (G-CSF) in the 14 days before: neutrophils may be raised"),
    Flag("PREG_UNKNOWN", "whether the patient is pregnant is not known; taken as not pregnant"),
    Flag("ALERT_HAEMOLYSIS", "signs of hemolysis"),
    Flag(
        "LOW_TSAT_UNCLASSIFIED", "low transferrin saturation, a ferritin of 45 to 99 ug/L and no inflammation"
    ),
    Flag("B12_LOW", "vitamin B12 below 148 pmol/L"),
    Flag("COPPER_LOW", "copper below 11 umol/L"),
    Flag("LEAD_HIGH", "lead of at least 10 ug/dL (5 in children)"),
    Flag("ALERT_BLASTS_URGENT", "blasts of 20 % or more: urgent"),
    Flag("ALERT_CMML", "monocytes of at least 1.0 here and 120 to 730 days away: think of CMML"),
    Flag("ALERT_HAIRY_CELL", "pancytopenia with monocytes below 0.1: think of hairy-cell leukemia"),
    Flag("CAUSE_ISONIAZID", "isoniazid may explain the sideroblastic pattern"),
    Flag("CAUSE_LINEZOLID", "linezolid may explain the sideroblastic pattern"),
    Flag("CAUSE_CHLORAMPHENICOL", "chloramphenicol may explain the sideroblastic pattern"),
    Flag("CAUSE_PENICILLAMINE", "penicillamine may explain the sideroblastic pattern"),
    Flag("CAUSE_ALCOHOL", "alcohol may explain the sideroblastic pattern"),
    Flag("CAUSE_COPPER_LOW", "copper below 11 umol/L may explain the sideroblastic pattern"),
    Flag(
        "CAUSE_ZINC_HIGH", "zinc over 18.4 umol/L points to a lack of copper behind the sideroblastic pattern"
    ),
    Flag("CAUSE_LEAD_HIGH", "lead may explain the sideroblastic pattern"),
    Flag("ALSO_CKD", "kidney disease may explain the few reticulocytes"),
    Flag("ALSO_B12_LOW", "vitamin B12 below 148 pmol/L may explain the few reticulocytes"),
    Flag("ALSO_TSH_HIGH", "a TSH over 10 mIU/L may explain the few reticulocytes"),
    Flag("ALSO_DRUG", "chemotherapy or a drug toxic to the marrow may explain the few reticulocytes"),
    Flag("ID_PANCY", "iron deficiency beside a pancytopenia that it does not explain"),
    Flag("CONFLICT_MARROW_FERRITIN", "iron in the marrow although the ferritin is low"),
    Flag("SAA", "counts of severe aplastic anemia (Camitta)"),
    Flag("VSAA", "counts of very severe aplastic anemia (neutrophils below 0.2)"),
    Flag(
        "SF3B1_ALONE",
        "SF3B1 mutated without the ring sideroblasts that sideroblastic anemia and myelodysplastic syndrome ask for",
    ),
    Flag("CCUS", "a clonal mutation with a persistent unexplained cytopenia"),
)
"""Flags of a draw, raised by several results together."""

CONFLICTING_PATIENT = "CONFLICTING_PATIENT"
CONFLICTING_VALUE = "CONFLICTING_VALUE"
CONFLICTING_MERGE = "CONFLICTING_MERGE"
MERGED_PATIENTS_DIFFER = "MERGED_PATIENTS_DIFFER"
PATIENT_FLAGS: tuple[Flag, ...] = (
    Flag(CONFLICTING_PATIENT, "rows of one patient disagree about who that is; the value is unknown"),
    Flag(
        CONFLICTING_VALUE, "rows of one patient disagree about elevation or a stratum; the value is unknown"
    ),
    Flag(CONFLICTING_MERGE, "an identifier was merged into two patients, and so into neither"),
    Flag(MERGED_PATIENTS_DIFFER, "identifiers that were merged disagree; is it one patient?"),
    Flag("PARTIAL_BIRTH_DATE", "the date of birth is a year or a month alone; it is unknown"),
    Flag("BAD_SEX", "the sex is not one of the words that are understood; it is unknown"),
    Flag("BAD_DUFFY_NULL", "duffy_null is neither a yes nor a no; it is unknown"),
    Flag(
        "BAD_ELEVATION", "the elevation of the residence is not a plausible number of meters; it is unknown"
    ),
)
"""Flags of a patient: rows of the small tables that disagree, or of which a value cannot be read."""

PLACE_FLAGS: tuple[Flag, ...] = (
    Flag("AFTER_NIGHT", "collected after the night; not seen by it"),
    Flag("BEFORE_BIRTH", "collected before the patient's date of birth; the age is unknown there"),
    Flag("AFTER_DEATH", "collected after the day of the patient's death"),
)
"""Flags of a result by its place in the life of the patient, and by the night."""

FLAGS: tuple[Flag, ...] = (*RESULT_FLAGS, *DRAW_FLAGS, *PATIENT_FLAGS, *PLACE_FLAGS, *SITE_FLAGS)

FLAG_BITS: Mapping[str, int] = {flag.name: 1 << number for number, flag in enumerate(RESULT_FLAGS)}
"""Bit of each flag of a result."""

MISSING_MASK: int = sum(FLAG_BITS[flag.name] for flag in RESULT_FLAGS if flag.missing)
"""Bits of the flags of which any makes the value missing."""

ROW_REASONS: Mapping[str, str] = {
    "PATIENT_ID_MISSING": "the row names no patient",
    "IDENTIFIER_ROUNDED": "the patient's identifier is a number that was rounded, such as 1.23457E+11, and may be anybody's",
    "CODE_MISSING": "the row has no code",
    "COLLECTED_AT_MISSING": "the collection time is empty",
    "BAD_COLLECTED_AT": "the collection time cannot be read",
    "DATE_ORDER_UNKNOWN": "it is not clear which of its numbers is the day and which the month",
    "UNKNOWN_STATUS": "the status is none of those that the extract may use",
    "STATUS_CANCELLED": "the result was cancelled",
    "STATUS_ENTERED_IN_ERROR": "the result was entered in error",
}
"""Why a laboratory row is set aside before its value is looked at."""

TABLE_REASONS: Mapping[str, str] = {
    "RAGGED_LINE": "the line has too few or too many fields, or a quote that is never closed; of another source: it is "
    "no JSON resource or no HL7 segment",
    "REPEATED_HEADER": "the line is the names of the columns again, as where files were put one behind another",
    "BAD_BIRTH_DATE": "the date of birth cannot be read",
    "BAD_DEATH_DATE": "the date of death cannot be read",
    "DEATH_BEFORE_BIRTH": "the death lies before the birth",
    "BORN_AFTER_EXTRACT": "the birth lies after the newest result and after the day on which it was loaded",
    "UNKNOWN_KIND": "the kind is none of diagnosis, medication, procedure and encounter",
    "UNKNOWN_CODE_SYSTEM": "the code system is none of those that are read",
    "BAD_START_DATE": "the first day cannot be read",
    "BAD_END_DATE": "the last day cannot be read",
    "END_BEFORE_START": "the last day lies before the first",
    "UNKNOWN_DOMAIN": "the domain is none of lab, diagnosis, medication, procedure and encounter",
    "BAD_OBSERVED_FROM": "the first day of coverage cannot be read",
    "BAD_OBSERVED_TO": "the last day of coverage cannot be read",
    "FROM_PATIENT_ID_MISSING": "the merge does not say which identifier goes",
    "TO_PATIENT_ID_MISSING": "the merge does not say which identifier remains",
    "SELF_MERGE": "the identifier is merged into itself",
}
"""Why a line is not a row, and why a row about a patient, an event, coverage or a merge is set aside."""


def flag_names(mask: int) -> list[str]:
    """The flags of a mask, in declared order."""
    return [name for name, bit in FLAG_BITS.items() if mask & bit]
