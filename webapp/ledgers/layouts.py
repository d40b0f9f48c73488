"""How a ledger stands on paper in an office's own layout: title, columns, places for signatures and seals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString, lazy_gettext as _l

from webapp.base.flow import Unacceptable
from webapp.ledgers.source import Column

# So long may be what somebody writes, and so many places stand below the rows.
TITLE, SUBTITLE, CAPTION = 60, 120, 30
MOST_SIGNATURES, MOST_SEALS = 6, 3


@dataclass(frozen=True)
class Laid:
    """A layout. What is None is as the house has it: the usual title, all columns in their order, its places.

    `columns`: the key of each that is printed, in order, with its own caption or None.
    """

    title: str | None = None
    subtitle: str | None = None
    columns: tuple[tuple[str, str | None], ...] | None = None
    signatures: tuple[str, ...] | None = None
    seals: tuple[str, ...] | None = None

    def kept(self) -> dict[str, Any]:
        """As it stands in its row: what is as usual is left out."""
        said = {
            "title": self.title,
            "subtitle": self.subtitle,
            "columns": [list(each) for each in self.columns] if self.columns else None,
            "signatures": list(self.signatures) if self.signatures is not None else None,
            "seals": list(self.seals) if self.seals is not None else None,
        }
        return {name: value for name, value in said.items() if value is not None}


USUAL = Laid()


@dataclass(frozen=True)
class Printed:
    """A column that is printed: where its value stands in a row, what it is, what stands above it."""

    place: int
    column: Column
    caption: str


def of(said: Mapping[str, Any]) -> Laid:
    """The layout that a row keeps."""
    signatures, seals = said.get("signatures"), said.get("seals")
    columns = said.get("columns")
    return Laid(
        title=said.get("title"),
        subtitle=said.get("subtitle"),
        columns=tuple((key, caption) for key, caption in columns) if columns else None,
        signatures=tuple(signatures) if signatures is not None else None,
        seals=tuple(seals) if seals is not None else None,
    )


def printed(laid: Laid, columns: Sequence[Column]) -> list[Printed]:
    """What is printed of these columns, in order; those that the rows do not have any more are left out."""
    places = {each.key: place for place, each in enumerate(columns)}
    wanted = laid.columns or tuple((each.key, None) for each in columns)
    return [
        Printed(places[key], columns[places[key]], caption or str(columns[places[key]].words))
        for key, caption in wanted
        if key in places
    ]


def read(sent: Mapping[str, str], columns: Sequence[Column]) -> Laid:
    """The layout that a form says.

    `place-<key>` is the place of a column (none: it is not printed), `caption-<key>` what stands above
    it; signatures and seals have a line each. Raises `Unacceptable` with the words for every field that
    cannot be used.
    """
    errors: dict[str, LazyString] = {}
    title = _short(sent, "title", TITLE, errors)
    subtitle = _short(sent, "subtitle", SUBTITLE, errors)
    placed: dict[int, tuple[str, str | None]] = {}
    for column in columns:
        caption = _short(sent, f"caption-{column.key}", CAPTION, errors)
        where = sent.get(f"place-{column.key}", "").strip()
        if not where:
            continue
        place = int(where) if where.isascii() and where.isdigit() else 0
        if not 1 <= place <= 999:
            errors[f"place-{column.key}"] = _l("Say its place as a number from 1 to 999.")
        elif place in placed:
            errors[f"place-{column.key}"] = _l("Another column has this place.")
        else:
            placed[place] = (column.key, caption)
    if not placed and not errors:
        errors["columns"] = _l("At least one column is printed.")
    signatures = _lines(sent, "signatures", MOST_SIGNATURES, errors)
    seals = _lines(sent, "seals", MOST_SEALS, errors)
    if errors:
        raise Unacceptable(_l("Please check the marked fields."), fields=errors)
    return Laid(
        title=title,
        subtitle=subtitle,
        columns=tuple(placed[place] for place in sorted(placed)),
        signatures=signatures,
        seals=seals,
    )


def _short(
    sent: Mapping[str, str], name: str, most: int, errors: dict[str, LazyString]
) -> str | None:
    words = " ".join(sent.get(name, "").split())
    if len(words) > most:
        errors[name] = _l("At most %(n)s letters.", n=most)
    return words or None


def _lines(
    sent: Mapping[str, str], name: str, most: int, errors: dict[str, LazyString]
) -> tuple[str, ...]:
    lines = tuple(
        filter(None, (" ".join(each.split()) for each in sent.get(name, "").splitlines()))
    )
    if len(lines) > most:
        errors[name] = _l("At most %(n)s lines.", n=most)
    elif any(len(each) > CAPTION for each in lines):
        errors[name] = _l("At most %(n)s letters in a line.", n=CAPTION)
    return lines
