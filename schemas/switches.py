"""The switches between sources that disagree (RULES.md section 8): what each means, its options, and its default.

A switch is a choice of medicine, not of machinery. Each option is a text, so that a command line, an environment
variable and a settings file name it alike. ``Switches`` is one choice of each; its fingerprint tells two choices apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True)
class Switch:
    """One disagreement: what it is about, and each option in words. The first option is the default."""

    id: str
    title: str
    options: Mapping[str, str]

    @property
    def default(self) -> str:
        return next(iter(self.options))


_SWITCHES = (
    Switch(
        "ferritin_prob",
        "ferritin below which iron deficiency is probable, ug/L",
        {
            "45": "30, and 45 in anemic adults (AGA 2020)",
            "30": "30 in everybody from 5 years on (ECCO 2015, common clinical limit)",
            "15": "none above WHO's 15, which is the confirmed tier (WHO 2020)",
        },
    ),
    Switch(
        "infl_ferritin",
        "ferritin below which, with a TSAT below 20 %, iron deficiency under inflammation is probable, ug/L",
        {
            "100": "100 from 5 years on (ECCO 2015, BSG 2021, NICE NG203)",
            "70": "70 from 5 years on (WHO 2020)",
        },
    ),
    Switch(
        "hf_definition",
        "iron deficiency in heart failure",
        {
            "tsat": "led by the TSAT, whatever the ferritin (Packer, Circulation 2024)",
            "esc2021": "ferritin below 100 ug/L whatever the TSAT, or 100-299 ug/L with a TSAT below 20 % (ESC 2021)",
        },
    ),
    Switch(
        "ckd_rule",
        "iron deficiency in chronic kidney disease",
        {
            "nice": "TSAT below 20 % and ferritin below 100 ug/L; a trial of iron up to 30 % and 500 ug/L only under an "
            "ESA (NICE NG203 2021)",
            "kdigo2012": "a trial of iron up to a TSAT of 30 % and a ferritin of 500 ug/L, ESA or not (KDIGO 2012)",
            "kdigo2026": "without dialysis, ferritin below 100 ug/L with a TSAT below 40 %, or 100-300 ug/L with a TSAT "
            "below 25 % (KDIGO 2026)",
        },
    ),
    Switch(
        "ri_table",
        "maturation factors of the reticulocyte production index, by hematocrit",
        {
            "hillman": "1 from 36 %, 1.5 from 26, 2 from 16, 2.5 below (Hillman)",
            "ebmcalc": "1 from 40 %, 1.5 from 30, 2 from 20, 2.5 below (Merck Manual)",
            "medalg": "1 from 40 %, 1.5 from 35, 2 from 25, 2.5 from 15, 3 below (medicalalgorithms.com)",
        },
    ),
    Switch(
        "ri_cut",
        "reticulocyte production index below which reticulocytes are too few",
        {
            "both": "1 and 2, as two tiers",
            "1": "1 alone",
            "2": "2 alone",
        },
    ),
    Switch(
        "aa_retic",
        "reticulocytes as few as in aplastic anemia, 10*9/L",
        {
            "60": "below 60 (automated counts; Camitta as printed today)",
            "40": "below 40 (older sources)",
            "20": "below 20 (manual counts)",
        },
    ),
    Switch(
        "tibc_factor",
        "iron-binding capacity from transferrin",
        {
            "25.1": "25.1 umol/L per g/L, which is 1.40 ug/dL per mg/dL (2 Fe per 79.57 kDa)",
            "1.25": "1.25 ug/dL per mg/dL (an empirical regression, 12 % lower)",
        },
    ),
    Switch(
        "hb_edition",
        "edition of WHO's hemoglobin cut-offs",
        {
            "2024": "WHO 2024",
            "2011": "WHO 2011: 110 g/L from 6 to 59 months and in every trimester; adjusted for elevation from 1000 m",
        },
    ),
)

SWITCHES: Mapping[str, Switch] = {switch.id: switch for switch in _SWITCHES}


@dataclass(frozen=True)
class Switches:
    """One option of each switch; the defaults are RULES.md's. ValueError for an option that is none."""

    ferritin_prob: str = SWITCHES["ferritin_prob"].default
    infl_ferritin: str = SWITCHES["infl_ferritin"].default
    hf_definition: str = SWITCHES["hf_definition"].default
    ckd_rule: str = SWITCHES["ckd_rule"].default
    ri_table: str = SWITCHES["ri_table"].default
    ri_cut: str = SWITCHES["ri_cut"].default
    aa_retic: str = SWITCHES["aa_retic"].default
    tibc_factor: str = SWITCHES["tibc_factor"].default
    hb_edition: str = SWITCHES["hb_edition"].default

    def __post_init__(self) -> None:
        for item in fields(self):
            option(item.name, getattr(self, item.name))

    @property
    def chosen(self) -> dict[str, str]:
        """The option of each switch by its name."""
        return asdict(self)

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that differ wherever an option differs: a night judged otherwise."""
        text = json.dumps(self.chosen, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def option(switch_id: str, value: object) -> str:
    """The option of a switch that somebody wrote as a text or a number. ValueError names the options."""
    text = f"{value:g}" if isinstance(value, int | float) else str(value).strip().lower()
    if text not in SWITCHES[switch_id].options:
        listed = ", ".join(SWITCHES[switch_id].options)
        raise ValueError(f"{str(value)[:20]!r} is none of {listed}")
    return text


DEFAULTS = Switches()
