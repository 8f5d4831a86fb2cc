"""The lock against pyproject.toml, for every Python: what passes its tests on one is what is installed on the others."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# NumPy 2.5 no longer runs on Python 3.11
BY_PYTHON = {"numpy"}


@pytest.fixture(scope="module")
def locked(root: Path) -> Mapping[str, list[str]]:
    """Locked versions by package; several where they differ by Python."""
    versions: dict[str, list[str]] = defaultdict(list)
    for line in (root / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if line[:1].isalnum():
            pin = Requirement(line.removesuffix("\\"))
            versions[canonicalize_name(pin.name)].append(str(pin.specifier).removeprefix("=="))
    return versions


def test_every_pin_is_one_that_the_project_allows(root: Path, locked: Mapping[str, list[str]]) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [
        Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"]["dev"])
    ]
    assert len(asked) > 20
    refused = [
        f"{wanted} is locked as {version}"
        for wanted in asked
        for version in locked[canonicalize_name(wanted.name)] or ["nothing"]
        if version == "nothing" or version not in wanted.specifier
    ]
    assert not refused


def test_no_package_differs_by_python_without_need(locked: Mapping[str, list[str]]) -> None:
    assert {name for name, versions in locked.items() if len(set(versions)) > 1} == BY_PYTHON
