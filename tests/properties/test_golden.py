"""The recorded verdicts of random patients: a change that nobody meant is seen here, rule by rule."""

import json

from tests.properties.golden import RECORDED, digests


def test_no_verdict_changed_unnoticed() -> None:
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    now = digests()
    changed = sorted(
        {
            rule_id
            for whose, found in now.items()
            for rule_id in recorded[whose].keys() | found.keys()
            if recorded[whose].get(rule_id) != found.get(rule_id)
        }
    )
    assert not changed, (
        f"Verdicts of {', '.join(changed)} changed. If that is meant, raise the version of each rule whose patients "
        "could differ and record anew: python -m tests.properties.golden (also after a new row in an expert table)"
    )
