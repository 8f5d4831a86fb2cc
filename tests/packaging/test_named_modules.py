"""Every file and module of the project that a page, a docstring or a comment names is there under that name."""

from __future__ import annotations

import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ("*.md", "docs/**/*.md", "sql/**/*.sql")
CODE = ("flows/**/*.py", "transforms/**/*.py", "schemas/**/*.py", "tests/**/*.py", "benchmarks/*.py")
FILE = re.compile(
    r"(?<![\w/.])(?:flows|transforms|schemas|sql|tests|benchmarks)/[a-z0-9_/.-]+\.(?:py|sql|csv|json|txt)\b"
)
MODULE = re.compile(r"(?<![\w/.])(?:flows|transforms|schemas)\.[a-z0-9_]+")


def words(file: Path) -> str:
    """A page as it is; of a program the comments and texts."""
    if file.suffix != ".py":
        return file.read_text(encoding="utf-8")
    with tokenize.open(file) as lines:
        tokens = list(tokenize.generate_tokens(lines.readline))
    return "\n".join(token.string for token in tokens if token.type in (tokenize.COMMENT, tokenize.STRING))


def is_module(name: str) -> bool:
    """Whether a dotted name is a module, a package, or something that its package defines."""
    package, _, inner = name.partition(".")
    place = ROOT / package / inner
    defined = (ROOT / package / "__init__.py").read_text(encoding="utf-8")
    return place.with_suffix(".py").is_file() or place.is_dir() or inner in re.findall(r"\w+", defined)


def test_what_the_texts_name_is_there() -> None:
    missing: dict[str, list[str]] = {}
    for file in (file for pattern in (*PAGES, *CODE) for file in ROOT.glob(pattern)):
        text = words(file)
        gone = [name for name in FILE.findall(text) if not (ROOT / name).is_file()]
        gone += [name for name in MODULE.findall(text) if not is_module(name)]
        if gone:
            missing[str(file.relative_to(ROOT))] = gone
    assert missing == {}
