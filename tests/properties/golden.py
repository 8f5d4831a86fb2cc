"""Record the verdicts of the random patients and the perturbed rows: ``python -m tests.properties.golden`` from the repository.

One digest a rule, so that a change says whose verdicts changed. Record anew only with a change that means to change them.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from tests.properties.cases import GOLDEN_PATIENTS, GOLDEN_SEED, population
from tests.properties.perturbed import base_rows, of_rule, perturbed
from tests.testbed import verdicts_of
from transforms.judging import judge
from transforms.rules import RULES

RECORDED = Path(__file__).with_name("golden.json")


def digests() -> dict[str, dict[str, str]]:
    """Digest of the sorted verdicts of every rule: of the random patients, reasons of unknown included, and of the
    perturbed rows of its own expert tables.
    """
    verdicts = verdicts_of(population(GOLDEN_SEED, GOLDEN_PATIENTS))
    judged = judge(perturbed(base_rows()), RULES).verdicts
    return {
        "patients": {
            rule.rule_id: _digest(f"{who} {verdicts[who][rule.rule_id]}" for who in sorted(verdicts))
            for rule in RULES
        },
        "perturbed": {
            rule.rule_id: _digest(
                map(str, judged.filter(of_rule(rule.rule_id))[rule.status_column].to_list())
            )
            for rule in RULES
        },
    }


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(digests(), indent=2) + "\n", encoding="utf-8")
