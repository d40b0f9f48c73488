"""Muster points from a workbook, a CSV or GeoJSON: all of it is kept, or nothing, with what is wrong where."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Actor
from webapp.monitoring.danger.muster import actions, queries
from webapp.monitoring.danger.muster.forms import MusterForm
from webapp.monitoring.letters import text_of
from webapp.people import workbook
from webapp.people.workbook import Cell, Outcome, Row

COLUMNS: dict[str, LazyString] = {
    "name": _l("Muster point"),
    "capacity": _l("Room for (people)"),
    "lon": _l("Longitude"),
    "lat": _l("Latitude"),
    "words": _l("Note"),
}
NEEDED = ("name", "capacity", "lon", "lat")


def carry_out(body: bytes, *, by: Actor) -> Outcome:
    """The muster points of the file are laid down; one of the same name is changed.

    With a fault in any row nothing is kept. Raises `Unacceptable` when it is no list of muster points.
    """

    def keep(said: dict[str, str]) -> bool:
        form = MusterForm.of(said)
        known = queries.named(form.name)
        if known is None:
            actions.lay_down(form, by=by, provenance=str(_l("From a file")))
        else:
            actions.change(known, form, by=by)
        return known is None

    return workbook.keep_all(_rows(body), COLUMNS, keep, needed=NEEDED, words={})


def _rows(body: bytes) -> list[Row]:
    """The headings, and the rows below them."""
    if len(body) > workbook.MOST_BYTES:
        raise workbook.refused(_l("This file is too large: at most 5 MB."))
    if body.startswith(b"PK"):
        return workbook.rows(body)
    try:
        text = text_of(body)
        geojson = text.lstrip("\ufeff \r\n\t").startswith("{")
        cells = _features(json.loads(text)) if geojson else [*csv.reader(io.StringIO(text))]
    except (ValueError, RecursionError, csv.Error) as error:
        raise workbook.refused(
            _l("This file cannot be read. Send a workbook (.xlsx), a CSV or GeoJSON with points.")
        ) from error
    if len(cells) > workbook.MOST_ROWS + 1:
        raise workbook.refused(
            _l("There are more than %(n)s rows. Send them in parts.", n=workbook.MOST_ROWS)
        )
    return [
        Row(number, tuple(Cell(each.strip()) for each in row))
        for number, row in enumerate(cells, start=0 if geojson else 1)
        if any(map(str.strip, row))
    ]


def _features(said: Any) -> list[list[str]]:
    """The points of GeoJSON as a table: what each is called, and where it is. `ValueError`: it is none."""
    features = said.get("features") if isinstance(said, dict) else None
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        raise ValueError("no collection of features")
    about = [each.get("properties") or {} for each in features]
    names = list(dict.fromkeys(name for each in about for name in each))
    table = [[*names, "lon", "lat"]]
    for feature, each in zip(features, about, strict=True):
        geometry = feature.get("geometry") or {}
        # What is no point has no place, and its row says so.
        spot = geometry.get("coordinates") if geometry.get("type") == "Point" else None
        lon, lat = spot[:2] if isinstance(spot, list) and len(spot) >= 2 else ("", "")
        table.append([_text(each.get(name)) for name in names] + [_text(lon), _text(lat)])
    return table


def _text(value: Any) -> str:
    return "" if value is None else str(value)
