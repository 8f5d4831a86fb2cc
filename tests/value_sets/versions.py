"""Record what each version of a value set holds: ``python -m tests.value_sets.versions`` from the repository.

A digest of codes and matches; displays and sources are words. A version that is recorded is not overwritten:
``--overwrite`` does so, for a version that nobody has run yet.
"""

import hashlib
import json
import sys
from pathlib import Path

from schemas.value_sets import CODE_SETS, CodeSet

RECORDED = Path(__file__).with_name("versions.json")


def digest(item: CodeSet) -> str:
    """Digest of what a set matches."""
    lines = sorted(f"{line.system} {line.match} {line.bare}" for line in item.codes)
    return hashlib.sha256("\n".join([item.domain, *lines]).encode()).hexdigest()[:16]


def recorded() -> dict[str, dict[str, str]]:
    """Set, version, digest as recorded."""
    return json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}


def record(*, overwrite: bool) -> None:
    """Add the versions that are not recorded yet."""
    before = recorded()
    after = {}
    for name, item in CODE_SETS.items():
        versions, now = before.get(name, {}), {str(item.version): digest(item)}
        after[name] = versions | now if overwrite else now | versions
    RECORDED.write_text(json.dumps(after, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record(overwrite="--overwrite" in sys.argv[1:])
