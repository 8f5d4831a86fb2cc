"""Record the verdicts of the random patients: ``python -m tests.properties.golden`` from the repository.

One digest a rule, so that a change says whose verdicts changed. Record anew only with a change that means to change them.
"""

import hashlib
import json
from pathlib import Path

from tests.properties.cases import GOLDEN_PATIENTS, GOLDEN_SEED, population
from tests.testbed import verdicts_of
from transforms.rules import RULES

RECORDED = Path(__file__).with_name("golden.json")


def digests() -> dict[str, str]:
    """Digest of the sorted verdicts of every rule, reasons of unknown included."""
    verdicts = verdicts_of(population(GOLDEN_SEED, GOLDEN_PATIENTS))
    return {
        rule.rule_id: hashlib.sha256(
            "\n".join(f"{who} {verdicts[who][rule.rule_id]}" for who in sorted(verdicts)).encode()
        ).hexdigest()[:16]
        for rule in RULES
    }


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(digests(), indent=2) + "\n", encoding="utf-8")
