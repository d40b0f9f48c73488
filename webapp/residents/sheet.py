"""A workbook of residents: its columns, a row as it is written and as it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

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


def written(rows: Iterable[Mapping[str, Any]], out: Any) -> int:
    """The workbook of these rows stands in the file, written row by row; answers how many."""
    # openpyxl is imported where it is used: no other page and no command has a use for it.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([str(each) for each in COLUMNS.values()])
    count = 0
    for row in rows:
        count += 1
        sheet.append([_cell(name, row.get(name)) for name in COLUMNS])
    book.save(out)
    return count


def _cell(name: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if name in WORDS:
        return str(WORDS[name][value])
    if hasattr(value, "isoformat"):
        return value.isoformat()
    # A cell that begins like a formula is text, whoever opens it.
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@" else value
