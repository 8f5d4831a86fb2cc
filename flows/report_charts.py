"""Charts of the report as inline SVG: drawn by vl-convert without a network, colored by the page's CSS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import vl_convert

# The page defines these custom properties for light, dark and print.
_CONFIG: dict[str, Any] = {
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--ink)",
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 300,
    },
    "legend": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--ink)",
        "labelFontSize": 12,
        "titleFontSize": 12,
    },
}
_WIDTH = 560
_ROW_HEIGHT = 26


def stacked_bars(
    rows: Sequence[tuple[str, str, int]], *, parts: Sequence[str], colors: Sequence[str], title: str
) -> str:
    """Horizontal stacked bars from (label, part, count) rows, labels and parts in the order given."""
    values = [{"label": label, "part": part, "count": count} for label, part, count in rows]
    encoding: dict[str, Any] = {
        "color": {
            "field": "part",
            "type": "nominal",
            "scale": {"domain": list(parts), "range": list(colors)},
            "legend": {"title": None, "orient": "top", "symbolType": "square"},
        },
        "order": {"field": "rank", "type": "quantitative"},
    }
    for value in values:
        value["rank"] = list(parts).index(str(value["part"]))
    return _bars(values, title=title, encoding=encoding)


def bars(rows: Sequence[tuple[str, int]], *, title: str, color: str = "var(--bar)") -> str:
    """Horizontal bars from (label, count) rows in the order given, each with its number."""
    values = [{"label": label, "count": count} for label, count in rows]
    return _bars(values, title=title, encoding={"color": {"value": color}}, numbers=True)


def _bars(
    values: list[dict[str, Any]], *, title: str, encoding: dict[str, Any], numbers: bool = False
) -> str:
    y = {"field": "label", "type": "nominal", "sort": None, "title": None}
    largest = max((value["count"] for value in values), default=0)
    x = {
        "field": "count",
        "type": "quantitative",
        "title": title,
        "axis": {"format": ",d", "tickCount": min(5, max(largest, 1)), "tickMinStep": 1},
    }
    layers: list[dict[str, Any]] = [{"mark": {"type": "bar"}, "encoding": {"x": x, "y": y, **encoding}}]
    if numbers:
        text = {
            "text": {"field": "count", "type": "quantitative", "format": ",d"},
            "color": {"value": "var(--ink)"},
        }
        layers.append(
            {"mark": {"type": "text", "align": "left", "dx": 4}, "encoding": {"x": x, "y": y, **text}}
        )
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": values},
        "width": _WIDTH,
        "height": {"step": _ROW_HEIGHT},
        "layer": layers,
        "config": _CONFIG,
    }
    return _inline(vl_convert.vegalite_to_svg(spec))


def _inline(svg: str) -> str:
    """The SVG for use inside a page: without namespaces (HTML knows them), and silent to screen readers.

    The table beside each chart says the same in text.
    """
    svg = re.sub(r'\sxmlns(?::xlink)?="[^"]*"', "", svg, count=2)
    svg = re.sub(r'\s(?:aria-[a-z]+|role)="[^"]*"', "", svg)
    return svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
