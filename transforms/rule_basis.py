"""What the columns a rule reads are made from: windows, code sets, and the inputs a derived one is made of."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.evidence import CONTEXT, INPUTS
from schemas.history_atoms import HISTORY_ATOMS
from schemas.switches import DEFAULTS, SWITCHES
from schemas.value_sets import CODE_SETS
from transforms import repeats, treatment
from transforms.choices import chosen_between, settled_criterion
from transforms.rule import Rule

INPUT_OF: Mapping[str, str] = {
    f"{item.column}{end}": item.id for item in INPUTS.values() for end in ("", "_low", "_high")
}

# What a derived input is computed from where it was not reported (transforms.indices).
MADE_OF: Mapping[str, tuple[str, ...]] = {
    "mcv": ("hct", "rbc"),
    "anc": ("wbc", "neut_pct", "segs_pct", "bands_pct"),
    "retic_pct": ("retic_abs", "rbc"),
    "retic_abs": ("retic_pct", "rbc"),
    "rpi": ("retic_pct", "hct", "rbc", "mcv", "hb"),
    "tibc": ("iron",),
    "tsat": ("iron", "tibc"),
    "egfr": ("creatinine",),
    "stfr_index": ("stfr", "ferritin"),
    "mentzer": ("mcv", "rbc"),
    "rdwi": ("mcv", "rdw", "rbc"),
    "green_king": ("mcv", "rdw", "hb"),
    "nlr": ("anc", "alc"),
    "body_iron": ("stfr", "ferritin", "crp", "agp"),
    "thomas_quadrant": ("stfr_index", "chr", "crp"),
}

_CANCER_TREATMENT = (*treatment.CHEMOTHERAPY, *treatment.RADIOTHERAPY)
_PREGNANCY = ("pregnancy", "gestational_week", "pregnancy_end")

# Code sets behind a column that is not a history atom (transforms.context, transforms.treatment).
CODED: Mapping[str, tuple[str, ...]] = {
    "pregnant": _PREGNANCY,
    "trimester": _PREGNANCY,
    "transfused_120d": ("transfusion",),
    "transfused_30d": ("transfusion",),
    "hba2_transfused": ("transfusion",),
    "iv_iron_56d": ("intravenous_iron",),
    "stain_after_iron_or_blood": ("intravenous_iron", "transfusion"),
    "iron_before_ferritin": ("any_iron",),
    "iron_start_day": ("any_iron",),
    "iron_study_at_start": ("any_iron",),
    "hb_after_iron_start": ("any_iron",),
    "oral_iron_start_day": ("oral_iron",),
    "oral_iron_supply_days": ("oral_iron",),
    "hb_28_56d_after_oral_iron": ("oral_iron",),
    "hb_best_after_oral_iron_g_l_low": ("oral_iron",),
    "hb_best_after_oral_iron_g_l_high": ("oral_iron",),
    "transfused_after_oral_iron": ("oral_iron", "transfusion"),
    "normal_count_before_treatment": _CANCER_TREATMENT,
}

# Days behind such a column, where the code names them.
_DAYS: Mapping[str, tuple[object, ...]] = {
    "iron_before_ferritin": (treatment.BEFORE_FERRITIN,),
    "iron_start_day": (treatment.START,),
    "iron_study_at_start": (treatment.START, str(treatment.STUDY_BEFORE_START)),
    "hb_after_iron_start": (treatment.START, str(treatment.RECHECK)),
    "oral_iron_start_day": (treatment.START,),
    "oral_iron_supply_days": (treatment.START,),
    "hb_28_56d_after_oral_iron": (treatment.START, str(treatment.FOLLOW_UP)),
    "hb_best_after_oral_iron_g_l_low": (treatment.START, treatment.RESPONSE),
    "hb_best_after_oral_iron_g_l_high": (treatment.START, treatment.RESPONSE),
    "transfused_after_oral_iron": (treatment.START, treatment.TRANSFUSED_AFTER),
    "normal_count_before_treatment": (treatment.CANCER_TREATMENT, str(repeats.BASELINE)),
    "second_count_120_730d": (repeats.PERSISTENCE_DAYS,),
    **{name: (repeats.PERSISTENCE_DAYS, line.id) for name, line in repeats.PERSISTENT.items()},
    **{
        name: (repeats.REPEAT_DAYS, *(settled_criterion(line, DEFAULTS).id for line in lines))
        for name, lines in repeats.TOGETHER.items()
    },
}


# Inputs that a switch computes otherwise (transforms.indices, transforms.iron_panel).
_COMPUTED_BY: Mapping[str, tuple[str, ...]] = {"ri_table": ("rpi",), "tibc_factor": ("tibc", "tsat")}


def columns_read(rule: Rule) -> tuple[str, ...]:
    """The evidence columns that the criteria of the rule read, sorted."""
    return tuple(
        sorted({name for criterion in rule.criteria.values() for name in criterion.expr.meta.root_names()})
    )


def inputs_read(rule: Rule) -> tuple[str, ...]:
    """The laboratory inputs that the rule names or reads, in the order of the evidence."""
    read = {INPUT_OF[name] for name in columns_read(rule) if name in INPUT_OF} | set(rule.inputs)
    return tuple(name for name in INPUTS if name in read)


def histories_read(rule: Rule) -> tuple[str, ...]:
    """The history atoms that the rule names or reads, in the order of the evidence."""
    read = {*columns_read(rule), *rule.inputs}
    return tuple(name for name in HISTORY_ATOMS if name in read)


def contexts_read(rule: Rule) -> tuple[str, ...]:
    """The other columns around a draw that the rule reads (age, sex, transfusions …), in the order of the evidence."""
    read = columns_read(rule)
    return tuple(name for name in CONTEXT if name in read)


def switches_behind(rule: Rule) -> tuple[str, ...]:
    """The switches that decide something in the rule or in how its inputs are computed. rule: with its choices open."""
    chosen = {name for node in rule.parts.values() for name in chosen_between(node)}
    read = set(inputs_read(rule))
    chosen |= {name for name, inputs in _COMPUTED_BY.items() if read & set(inputs)}
    return tuple(name for name in SWITCHES if name in chosen)


def basis(column: str) -> object:
    """Everything declared behind an evidence column, as lists, texts and numbers that compare by content."""
    if column in INPUT_OF:
        return _input_basis(INPUT_OF[column], frozenset())
    if column in HISTORY_ATOMS:
        return [[first, last, _codes(name)] for name, first, last in HISTORY_ATOMS[column].sets]
    codes = [_codes(name) for name in CODED.get(column, ())]
    return [column, CONTEXT.get(column, ""), codes, list(_DAYS.get(column, ()))]


def _input_basis(input_id: str, seen: frozenset[str]) -> object:
    item = INPUTS[input_id]
    parts = [name for name in MADE_OF.get(input_id, ()) if name not in seen]
    deeper = seen | {input_id}
    return [item.id, item.unit, item.window, item.anchor, [_input_basis(name, deeper) for name in parts]]


def _codes(set_id: str) -> object:
    return sorted(
        [CODE_SETS[set_id].domain, line.system, line.match, line.bare] for line in CODE_SETS[set_id].codes
    )
