"""How a vessel at sea is shown on a map: its mark and words, and its track as shapes. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

# Nobody heard the vessel for longer than this: between the two positions the way is a guess.
QUIET = timedelta(minutes=30)

# Hours of a track that one may choose.
SPANS = {
    6: _l("6 hours"),
    24: _l("24 hours"),
    72: _l("3 days"),
    168: _l("7 days"),
    744: _l("31 days"),
}


class Seen(NamedTuple):
    """Where a vessel was at a moment, degrees."""

    at: datetime
    lon: float
    lat: float


def sight(*, called: bool, answered: bool, quiet: bool) -> tuple[str, list[LazyString]]:
    """The mark of a vessel at sea, the worst first, and what is said of it."""
    words = [
        said
        for holds, said in (
            (called and not answered, _l("Called back, no answer yet")),
            (called and answered, _l("Called back, knows it")),
            (quiet, _l("Silent at sea")),
        )
        if holds
    ]
    if quiet or (called and not answered):
        return "late", words
    return ("soon", words) if called else ("new", [_l("At sea")])


def shapes(seen: Sequence[Seen], *, pace: timedelta) -> dict[str, Any]:
    """A track as GeoJSON: lines where the vessel was heard (`way`), lines where nobody heard it (`gap`), and its last place.

    `pace` is how far apart positions are because others between them were left out.
    """
    runs: list[list[Seen]] = []
    most = max(QUIET, pace * 2)
    for each in seen:
        if runs and each.at - runs[-1][-1].at <= most:
            runs[-1].append(each)
        else:
            runs.append([each])
    ways = [_line("way", run) for run in runs if len(run) > 1]
    gaps = [_line("gap", [before[-1], after[0]]) for before, after in itertools.pairwise(runs)]
    last = [_feature("newest", "Point", _place(seen[-1]))] if seen else []
    return {"type": "FeatureCollection", "features": [*gaps, *ways, *last]}


def _place(seen: Seen) -> list[float]:
    return [round(seen.lon, 6), round(seen.lat, 6)]


def _line(what: str, seen: Sequence[Seen]) -> dict[str, Any]:
    return _feature(what, "LineString", [_place(each) for each in seen])


def _feature(what: str, kind: str, coordinates: list[Any]) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"what": what}, "geometry": geometry}
