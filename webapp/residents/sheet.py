"""A workbook of residents: its columns, and the words that stand in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.residents import detail_queries as details
from webapp.residents.detail_rules import DETAILS
from webapp.residents.forms import DETAIL
from webapp.residents.rules import (
    BUILDING_WORDS,
    RELATION_WORDS,
    SEX_WORDS,
    USE_WORDS,
)

COLUMNS: dict[str, LazyString] = {
    "grid": _l("Code of the grid"),
    "building": _l("Name of the building"),
    "kind": _l("Kind of building"),
    "address": _l("Address"),
    "lon": _l("Longitude"),
    "lat": _l("Latitude"),
    "stair": _l("Stair"),
    "floor": _l("Floor"),
    "door": _l("Door"),
    "use": _l("How they live there"),
    "since": _l("Lives here since"),
    "name": _l("Full name"),
    "relation": _l("What they are to the head"),
    "id_number": _l("Identity number"),
    "sex": _l("Sex"),
    "born": _l("Birthday"),
    "phone": _l("Phone number"),
    "registered_here": _l("Registered here"),
}

NEEDED = ("grid", "building", "name", "relation")

# Columns in which one of a list of words stands.
WORDS: dict[str, Mapping[Any, LazyString]] = {
    "kind": BUILDING_WORDS,
    "use": USE_WORDS,
    "relation": RELATION_WORDS,
    "sex": SEX_WORDS,
    "registered_here": {"1": _l("yes"), "0": _l("no")},
}


def columns() -> dict[str, LazyString]:
    """The columns with those of the fields beyond the minimum that are asked now."""
    return {**COLUMNS, **{DETAIL + kind: DETAILS[kind].words for kind in details.on()}}


def words() -> dict[str, Mapping[Any, LazyString]]:
    """Of which columns the words of a list stand for a key, those of `columns` too."""
    chosen = {DETAIL + kind: DETAILS[kind].choices for kind in details.on()}
    return {**WORDS, **{name: choices for name, choices in chosen.items() if choices}}
