"""Observations that stand inside the report or panel that lists them, as texts of their own.

A contained resource has no life outside its container: its id holds there only, and what it leaves out its container
says. Its text is put together from the members as they stand, so that numbers keep their digits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flows.adapters.fhir_documents import Cursor

Members = Mapping[str, str]  # of a JSON object: name to the text of its value
# Resources that contain results, and where they name them.
_LISTS = {"DiagnosticReport": "result", "Observation": "hasMember"}
_EFFECTIVE = ("effectiveDateTime", "effectiveInstant", "effectivePeriod", "effectiveTiming")
_COLLECTED = {"collectedDateTime": "effectiveDateTime", "collectedPeriod": "effectivePeriod"}
_WITHDRAWN = ("cancelled", "entered-in-error")
_UNFINISHED = ("registered", "partial", "preliminary")


def contained_results(text: str) -> Iterator[str]:
    """The Observations inside a report or panel that it lists, itself or by a panel inside it; of other texts nothing.

    Each has an id of its own, and its container's subject, time, state, laboratory and time of report where it says
    none.
    """
    try:
        container = _members(text)
        if str(_value(container, "resourceType")) not in _LISTS or "contained" not in container:
            return
        inside = {f"#{_value(part, 'id')}": part for part in _objects(container["contained"])}
        yield from [_completed(inside[place], container, inside) for place in _listed(container, inside)]
    except (ValueError, StopIteration, RecursionError):
        return  # broken JSON; the container is set aside as it stands


def _listed(container: Members, inside: Mapping[str, Members]) -> Iterator[str]:
    """The places of the contained Observations that are listed, each once."""
    seen = set()
    waiting = _references(container)
    for place in waiting:  # grows by what panels list
        if place in inside and place not in seen and _value(inside[place], "resourceType") == "Observation":
            seen.add(place)
            yield place
            waiting += _references(inside[place])


def _references(resource: Members) -> list[str]:
    listed = _value(resource, _LISTS[_value(resource, "resourceType")])
    return (
        [str(one.get("reference")) for one in listed if isinstance(one, dict)]
        if isinstance(listed, list)
        else []
    )


def _completed(result: Members, container: Members, inside: Mapping[str, Members]) -> str:
    """The text of a contained Observation with what its container says for it."""
    parts = dict(result)
    for name in ("issued", "performer") if "focus" in parts else ("issued", "performer", "subject"):
        if name in container:
            parts.setdefault(name, container[name])
    whole = _value(container, "id")
    if whole is None:
        parts.pop("id", None)  # another container may have the same one inside
    else:
        parts["id"] = json.dumps(f"{whole}#{_value(result, 'id')}")
    specimen = _value(parts, "specimen")
    place = str(specimen.get("reference")) if isinstance(specimen, dict) else ""
    if whole is not None and place in inside:
        parts["specimen"] = json.dumps({**specimen, "reference": f"#{whole}{place}"})
    if not any(name in parts for name in _EFFECTIVE):
        parts |= _collected(inside.get(place, {})) or {
            name: container[name] for name in _EFFECTIVE if name in container
        }
    state = _value(container, "status")
    if state in _WITHDRAWN or ("status" not in parts and state in _UNFINISHED):
        parts["status"] = json.dumps(state if state in _WITHDRAWN else "preliminary")
    return "{" + ",".join(f"{json.dumps(name)}:{part}" for name, part in parts.items()) + "}"


def _collected(specimen: Members) -> dict[str, str]:
    """When a contained specimen was collected, in the words of an Observation."""
    collection = _value(specimen, "collection")
    fields = collection if isinstance(collection, dict) else {}
    return {effective: json.dumps(fields[name]) for name, effective in _COLLECTED.items() if name in fields}


def _members(text: str) -> dict[str, str]:
    """The members of an object. Raises ValueError or StopIteration where it is none, or broken."""
    cursor = Cursor(text)
    cursor.here()
    found = {}
    for name in cursor.members():
        begins = cursor.at
        cursor.value()
        found[name] = text[begins : cursor.at]
    return found


def _objects(text: str) -> list[dict[str, str]]:
    """The members of each object in an array. Raises as _members does."""
    cursor = Cursor(text)
    found = []
    for _ in cursor.elements():
        begins = cursor.at
        cursor.value()
        found.append(_members(text[begins : cursor.at]))
    return found


def _value(members: Members, name: str) -> Any:
    return json.loads(members[name]) if name in members else None
