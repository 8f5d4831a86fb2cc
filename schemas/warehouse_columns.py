"""One comment for each column of the warehouse: same name, same meaning, but for what a few tables hold as received."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.evidence import CONTEXT, DOMAINS, INPUTS
from schemas.gaps import HORIZONS
from schemas.history_atoms import HISTORY_ATOMS
from schemas.site_medians import OUTCOMES

AS_LAST_JUDGED = "as of the night the draw was last judged on"

_AS_SENT = "as sent and right to 6 %; null where there are fewer than 20"

_SAYS: Mapping[str, str] = {
    "patient_id": "patient, as the source names it",
    "source_patient_id": "identifier the row came with, where patient_merges replaced it; else null",
    "result_id": "identifier of the result, as the source names it",
    "specimen_id": "specimen or accession",
    "index_specimen_id": "specimen of the index blood count",
    "index_collected_at": "collection time of the index blood count, local",
    "collected_at": "collection time, local",
    "resulted_at": "time the result was reported, local",
    "loaded_at": "time the result was loaded",
    "superseded_at": "time another row replaced or withdrew the result; null while in force",
    "superseded_by": "the row at the end of the chain of those that replaced or withdrew the result: its result id, "
    "or file:line where it has none; null while in force",
    "analyte": "analyte id of the rule reference",
    "value": "value in the canonical unit; null where censored",
    "value_low": "lower end of the value in the canonical unit; an open end is the nearest number inside",
    "value_high": "upper end of the value in the canonical unit; infinity where there is none",
    "unit": "canonical unit",
    "source_value": "value text as received",
    "source_unit": "unit text as received",
    "source_file": "file of the extract the row came from",
    "source_line": "line of that file, the header being 1",
    "code_system": "code system of the code",
    "code": "code as received",
    "name": "name of the test as received, or of a check",
    "status": "status of the result, or of the rule: met, not_met, indeterminate, not_applicable",
    "site": "laboratory site",
    "method": "method or assay",
    "flags": "quality flags of this result",
    "flag": "quality flag",
    "detail": "what the flag is about, such as the unit text, or a column and its number of different values",
    "column_name": "column on which the rows disagree",
    "value_count": "how many different values they give",
    "sources": "file:line of the rows",
    "reasons": "why the row was rejected",
    "received": "the row as received, for tables other than lab_results",
    "table_name": "table of the extract",
    "rule_id": "rule",
    "rule_version": "version of the rule",
    "version": "version",
    "title": "name of the cohort, analyte or value set, or what a switch decides",
    "numbers": "rows whose value is a plain number",
    **{
        name: f"{share} of the numbers, {_AS_SENT}"
        for name, share in {
            "p05": "5th percentile",
            "p25": "first quartile",
            "p75": "third quartile",
            "p95": "95th percentile",
        }.items()
    },
    "suggested": "analyte that the code may stand for: a suggestion, for a person to accept or refuse",
    "score": "how well name, unit and values fit, 0 to 1; not a probability",
    "reason": "what the suggestion rests on",
    "others": "other analytes that it may be, the likelier first",
    "value_set": "value set of codes",
    "line": "line of the code map",
    "specimen": "what was examined, as received",
    "default_unit": "unit of rows that come without one",
    "accepted_by": "who accepted or refused the line",
    "accepted_on": "when the line was accepted or refused, as written",
    "note": "note of the person who wrote the line",
    "match": "exact: the whole code; prefix: everything that begins with it (dots, blanks and case do not matter)",
    "display": "what the code means",
    "code_source": "where the line of the value set comes from; what says unreviewed nobody has reviewed",
    "switch": "switch between sources that disagree (a setting)",
    "switches": "fingerprint of the options of all switches: equal where nights were judged by the same sources",
    "option": "option in force",
    "default_option": "option in force unless somebody chooses another",
    "side": "which side of the marrow: supply, restricted supply, production, undetermined, care gap",
    "summary": "the rule in one sentence",
    "follow_up": "suggested follow-up; screening, not diagnosis",
    "tier": "confirmed, probable or possible; null unless met",
    "missing": "inputs or reasons for which the rule cannot be determined",
    "missing_test": "the one input or reason that keeps the rule from a verdict",
    "caveats": "flags that touch the inputs of the rule",
    "as_of": "the night: nothing collected after it is seen",
    "run_id": "run that made the row",
    "night": "number of the night, one more than that of the night it goes back to; names of runs follow a clock, which may be set back",
    "entered_on": "collection date of the first draw of the unbroken run of met draws",
    "event": "entered, left, tier_changed, became_indeterminate, reentered",
    "tier_before": "tier the night before",
    "tier_after": "tier tonight",
    "what": "what it means to the person who acts: new, worse (a surer tier), better, resolved, gone (died, or no blood count for a year), withdrawn (it was never right), undecided",
    "because": "why the membership changed",
    "caused_by": "the result or event that caused the change",
    "criterion_id": "criterion",
    "month": "first day of the month of collection",
    "results": "different results",
    "median_as_sent": "median of the numbers as sent, without a unit",
    "outcome": "what came of the question which unit it is: " + ", ".join(OUTCOMES),
    "median": "median in the canonical unit, always one of the values; null where it is censored",
    "median_low": "lower end of the median, canonical unit",
    "median_high": "upper end of the median, canonical unit",
    "expected": "median the rule reference expects, canonical unit",
    "expected_low": "median below which units may be mixed up",
    "expected_high": "median above which units may be mixed up",
    "example_values": "up to three of the smallest value texts, numbers only",
    "example_code": "one of the codes concerned",
    "says": "the sentence a person reads",
    "verdict": f"true, false, or null: cannot be determined; that of a follow-up (followed_…) {AS_LAST_JUDGED}",
    "input": "evidence input the criterion reads",
    "threshold": "limit with its unit",
    "citation": "source of the limit and place in it",
    "value_column": "column of screen.evidence with the value of the input",
    "date_column": "column of screen.evidence with the date of the input",
    "draws": "index draws",
    "findings": "rows that are met or indeterminate",
    "recent_patients": "patients with a blood count in the 365 days up to the night",
    "inferred_findings": "findings that rest on a result whose unit was inferred",
    "inferred_met": "those of them that are met",
    "inferred_patients": "patients with such a finding",
    "patients": "patients",
    "step": "place in the sequence of steps",
    "rows": "rows; of a check: offending ones",
    "result": "of a check: passed, failed, accepted, or not yet comparable (too few earlier nights)",
    "accepted_because": "why a person accepted that the check failed",
    "measure": "members (patients in the cohort), results, rows, ignored or quarantined (what came that night)",
    "amount": "how many",
    "newest": "newest collection time among them, not after the night",
    "fingerprint": "fingerprint of the rule's logic, after the version of Polars that wrote it",
    "known": "the fingerprint is the recorded one of the rule's version; null where that is not known",
    "occasion": "why numbers of the night may differ from those before: backfill, rule_changed, setting_changed, coverage_changed",
    "bytes": "size of the file",
    "sha256": "checksum of the file",
    "accepted": "rows accepted; in the code map: the line is in force (false: it was refused)",
    "duplicate": "rows that repeat another row exactly",
    "superseded": "rows replaced or withdrawn by a later one",
    "ignored": "rows of tests no rule reads",
    "quarantined": "rows rejected with a reason",
    "seconds": "seconds the stage or check took",
    "peak_mb": "highest memory of the process during the stage, in MB",
    "stage": "stage of the night",
    "sex": "male, female, or null",
    "birth_date": "date of birth",
    "death_date": "date of death",
    "duffy_null": "documented Duffy-null phenotype",
    "residence_elevation_m": "elevation of the residence in meters",
    "kind": "diagnosis, medication, procedure or encounter; of a check: blocking or warning",
    "start_date": "first day",
    "end_date": "last day; null where open",
    "domain": "lab, diagnosis, medication, procedure or encounter",
    "observed_from": "first day observed",
    "observed_to": "last day observed",
    "id": "identifier",
    "section": "section of the rule reference",
    "loinc": "LOINC codes that name the analyte",
    "units": "units that are understood, plain spelling",
    "reject_below": "values below are rejected, canonical unit",
    "reject_above": "values above are rejected, canonical unit",
    "flag_below": "values below are kept and flagged, canonical unit",
    "flag_above": "values above are kept and flagged, canonical unit",
    "flag_at_least": "values at or above are kept and flagged, canonical unit",
    "finished_at": "time the night was finished, local",
    "digest": "digest of findings, why and membership, independent of their order",
    "source": "layout of the extract",
    "started_at": "time the night was begun, local",
    "timezone": "time zone of the home, to which zoned times were brought",
    "is_blood_count": "the analyte is part of a blood count",
    "counts": "counts of the stage as JSON",
    "metric": "time to care, from what to what",
    "clock_start": "day from which the days are counted: the index draw, or the start of iron",
    "days": "days from the start of the clock until the gap closed, or until it was last seen open",
    "resulted_on": "day on which the index draw was reported, where the days are counted from the draw",
    "days_from_result": "the same days from the day the index draw was reported; null where that is not known, or where "
    "iron starts the clock",
    "closed": "the gap closed; false: censored",
    "censored_by": "what ended the watch over an open gap: death, coverage (its end) or night; null where closed",
    "age_band": "age in years at the index draw",
    "strata": "strata of the patient that the source gives, as stratum_NAME=VALUE",
    "stratum": "what the episodes are divided by: all (not at all), site, sex, age_band, a stratum column of the source, or clock (days from the result instead of the collection)",
    "stratum_value": "value of the stratum; null for all, and where it is not known",
    "n": "episodes; a patient has another only after 365 days without a qualifying draw",
    "events": "episodes whose gap closed under observation",
    "median_days": "days until half of the gaps were closed (Kaplan-Meier); null where fewer ever were",
    **{
        f"pct_{days}": f"percentage of gaps closed by day {days} (Kaplan-Meier); null where nobody was watched so long"
        for days in HORIZONS
    },
    "seed": "statement of the seed text the rule implements",
    "definition": "the rule in words, part by part",
}


# where a name stands for something else than in the other tables
_SAYS_IN: Mapping[str, Mapping[str, str]] = {
    "lab.result": {"status": "preliminary, final or corrected"},
    "lab.clinical_event": {"code": "code in upper case"},
    "quality.quarantine": {
        **dict.fromkeys(("collected_at", "resulted_at"), "time as received"),
        "value": "value text as received",
        "unit": "unit text as received",
        "status": "status as received",
    },
    "quality.missing_units": {"unit": "unit that was inferred for them; null where none was"},
    "quality.unknown_units": {"unit": "unit text as received"},
    "quality.unmapped_codes": {
        "unit": "unit text as received",
        "median": f"median of the numbers, {_AS_SENT}",
    },
    "reference.code_map": {"unit": "unit text of the rows that the line is about; empty: any"},
    "reference.value_set": {"code": "code, or the beginning of codes, that the value set lists"},
    "run.input_file": {"load": "number of the load that read the file"},
    "run.site_results": {
        "results": "results in force",
        "newest": "newest day of collection among them, after the night too",
    },
}


def comment(column: str, table: str = "") -> str:
    """What a column of the warehouse holds. table: its table or view, with its schema."""
    says = {**_SAYS, **_SAYS_IN.get(table, {})}
    if column in says:
        return says[column]
    for known in (CONTEXT, {name: atom.title for name, atom in HISTORY_ATOMS.items()}):
        if column in known:
            return known[column]
    for item in INPUTS.values():
        unit = "" if item.unit == "1" else f", {item.unit}"
        if column == item.column:
            return f"{item.title}{unit}; null where missing or censored"
        if column == f"{item.column}_low":
            return f"{item.title}{unit}: lower end where censored"
        if column == f"{item.column}_high":
            return f"{item.title}{unit}: upper end where censored"
        if column == f"{item.id}_collected_at":
            return f"{item.title}: when it was collected"
    for domain, short in DOMAINS.items():
        if column == f"observed_{short}":
            return f"the {domain} domain is observed at the draw"
        if column == f"follow_up_{short}_days":
            return f"days from the draw to the end of {domain} coverage or the night the draw was last judged on, whichever is first"
    if column.endswith("__status"):
        return "3 confirmed, 2 probable, 1 possible, 0 not met, -1 indeterminate, -2 not applicable"
    if column.startswith("stratum_"):
        return "stratum given by the source"
    return f"as received: {column}"
