"""The SQL of the project: one statement a file under ``sql/``, read by name."""

from functools import cache
from pathlib import Path

_INSTALLED = Path(__file__).parent / "sql"  # inside a wheel sql/ travels in the flows package
_ROOT = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parent.parent / "sql"


@cache
def statement(name: str) -> str:
    """Text of ``sql/<name>.sql``, say of ``evidence/events``. FileNotFoundError if there is none."""
    return (_ROOT / f"{name}.sql").read_text(encoding="utf-8")
