"""People and posts from a workbook: tried out as a whole, then written as a whole or not at all."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.grids import queries as grids
from webapp.people import actions, days, phones, posts, queries, waiting, workbook
from webapp.people.models import Account
from webapp.people.rules import POST_UNITS, ROLES
from webapp.people.workbook import Cell, Row

_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")

# What offices call some posts beside the words of the house.
ALSO = {"专职网格员": "grid_worker", "红心楼长": "building_head", "微网格员": "part_time_worker"}


@dataclass(frozen=True)
class Column:
    """A column of the workbook: its heading, and what belongs in it."""

    heading: LazyString
    hint: LazyString
    needed: bool = False


COLUMNS: dict[str, Column] = {
    "name": Column(_l("Full name"), _l("As colleagues and residents know the person."), True),
    "username": Column(_l("User name"), _l("Letters, digits, dots or dashes. This or a phone.")),
    "phone": Column(_l("Phone number"), _l("For signing in with a code.")),
    "role": Column(_l("Post"), _l("One of the list on the right; empty: only an account.")),
    "grid": Column(_l("Grid code"), _l("For posts held over a grid, for example DJJ-C-001.")),
    "unit": Column(_l("Unit"), _l("For other posts: its name; empty: the subdistrict.")),
    "since": Column(_l("First day"), _l("2026-11-23; empty: today.")),
    "until": Column(_l("Last day"), _l("Empty: without an end.")),
}


@dataclass(frozen=True)
class Entry:
    """One row as it is meant: a person, and perhaps a post."""

    row: int
    name: str
    username: str | None = None
    phone: str | None = None
    role: str | None = None
    grid: str | None = None
    unit: str | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class Fault:
    """What is wrong in a row, and in which column if it is one."""

    row: int
    column: str | None
    words: str

    @property
    def heading(self) -> LazyString | str:
        """The heading of the column."""
        return COLUMNS[self.column].heading if self.column in COLUMNS else ""


@dataclass
class Outcome:
    """What a list of entries comes to. With faults nothing of it may be kept."""

    accounts: list[Account]
    known: int
    posts: int
    faults: list[Fault]


def read(body: bytes) -> tuple[list[Entry], list[Fault]]:
    """The entries of a workbook, and what cannot be read in it.

    Raises `Unacceptable` for the field `file` when it is no such workbook at all.
    """
    found = workbook.rows(body)
    if not found:
        raise workbook.refused(_l("The first sheet is empty."))
    places = _headings(found[0])
    roles = ALSO | workbook.in_every_language({key: role.words for key, role in ROLES.items()})
    entries, faults = [], []
    for row in found[1:]:
        try:
            entries.append(_entry(row, places, roles))
        except Unacceptable as refusal:
            faults += _faults(row.number, refusal)
    if not entries and not faults:
        raise workbook.refused(_l("There are no rows below the headings."))
    return entries, faults


def carry_out(entries: Iterable[Entry], *, by: Actor) -> Outcome:
    """Accounts and posts of all entries are there; those with faults are left out and told."""
    street = queries.street_id()
    units = {unit.name: unit.id for unit in queries.units(POST_UNITS)}
    codes = {code: grid.id for grid in grids.living() for code in (grid.code, grid.display_code)}
    outcome = Outcome([], 0, 0, [])
    for entry in entries:
        try:
            with db.session.begin_nested():
                account = _account(entry, outcome, by)
                if entry.role:
                    _post(account, entry, units, codes, street, by)
                    outcome.posts += 1
        except Refusal as refusal:
            outcome.faults += _faults(entry.row, refusal)
    return outcome


def tried(entries: Iterable[Entry], *, by: Actor) -> Outcome:
    """What `carry_out` would come to; nothing of it is kept."""
    trial = db.session.begin_nested()
    outcome = carry_out(entries, by=by)
    trial.rollback()
    return outcome


def sealed(entries: Sequence[Entry], *, by: Actor) -> str:
    """The entries as a text that only this account gives back, and nobody changes on the way."""
    return waiting.sealed(map(asdict, entries), what="roster", by=by)


def unsealed(text: str, *, by: Actor) -> list[Entry]:
    """The entries of `sealed`. Raises `Unacceptable` when they are too old or not from there."""
    found = waiting.unsealed(text, what="roster", by=by)
    try:
        return [Entry(**each) for each in found]
    except TypeError as error:  # of another version of the house
        raise workbook.refused(waiting.TOO_LONG) from error


def template() -> bytes:
    """A workbook to fill in, with headings and hints in the language of the reader."""
    # openpyxl is imported where it is used: no other page and no command has a use for it.
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active or book.create_sheet()
    sheet.title = str(_l("People"))
    names = [str(role.words) for role in ROLES.values() if role.home != "maps.home"]
    helper = book.create_sheet(str(_l("Hints")))
    for place, column in enumerate(COLUMNS.values(), start=1):
        head = sheet.cell(1, place, str(column.heading) + (" *" if column.needed else ""))
        head.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = 18
        helper.cell(place, 1, str(column.heading)).font = Font(bold=True)
        helper.cell(place, 2, str(column.hint)).alignment = Alignment(wrap_text=True)
    for place, name in enumerate(names, start=1):
        helper.cell(place, 4, name)
    helper.column_dimensions["B"].width = 60
    sheet.freeze_panes = "A2"
    listed = DataValidation("list", f"='{helper.title}'!$D$1:$D${len(names)}", allow_blank=True)
    letter = get_column_letter(list(COLUMNS).index("role") + 1)
    listed.add(f"{letter}2:{letter}{workbook.MOST_ROWS + 1}")
    sheet.add_data_validation(listed)
    for text in ("phone", "since", "until"):
        letter = get_column_letter(list(COLUMNS).index(text) + 1)
        for number in range(2, 202):
            sheet[f"{letter}{number}"].number_format = "@"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _headings(first: Row) -> dict[str, int]:
    places = workbook.headings(first, {key: each.heading for key, each in COLUMNS.items()})
    missing = [
        str(column.heading)
        for key, column in COLUMNS.items()
        if column.needed and key not in places
    ]
    if missing or not places.keys() & {"username", "phone"}:
        words = _l("The first row must hold the headings of the template.")
        raise workbook.refused(words)
    return places


def _entry(row: Row, places: dict[str, int], roles: dict[str, str]) -> Entry:
    cells = {key: row.cells[place] for key, place in places.items() if place < len(row.cells)}
    faults: dict[str, Any] = {
        key: _l("A formula is not computed here. Write what it comes to.")
        for key, cell in cells.items()
        if cell.formula
    }
    said: dict[str, Any] = {}
    for key, cell in cells.items():
        if key in faults or not cell.text:
            continue
        try:
            said[key] = _role(cell, roles) if key == "role" else _READERS.get(key, _text)(cell)
        except Unacceptable as refusal:
            faults[key] = refusal.words
    if "name" not in said and "name" not in faults:
        faults["name"] = _l("This is needed.")
    if not {"username", "phone"} & {*said, *faults}:
        faults["username"] = _l("Give a user name or a phone number, or both.")
    if faults:
        raise Unacceptable(_l("Please check the marked fields."), fields=faults)
    return Entry(row=row.number, **said)


def _text(cell: Cell) -> str:
    return cell.text


def _phone(cell: Cell) -> str:
    return phones.normal(cell.text)


def _role(cell: Cell, roles: dict[str, str]) -> str:
    key = roles.get(workbook.plain(cell.text))
    if key is None:
        raise Unacceptable(_l("There is no such post."))
    return key


def _day(cell: Cell) -> str:
    found = _DAY.fullmatch(cell.text) or _DIGITS.fullmatch(cell.text)
    try:
        if found is None:
            raise ValueError(cell.text)
        return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        raise Unacceptable(_l("This is not a date. Example: 2026-11-23.")) from None


_READERS: dict[str, Callable[[Cell], str]] = {
    "phone": _phone,
    "since": _day,
    "until": _day,
}


def _account(entry: Entry, outcome: Outcome, by: Actor) -> Account:
    by_name = queries.by_username(entry.username) if entry.username else None
    by_phone = queries.by_phone(entry.phone) if entry.phone else None
    known = by_name or by_phone
    if known is None:
        made = actions.create_account(
            name=entry.name, username=entry.username, phone=entry.phone, by=by
        )
        outcome.accounts.append(made)
        return made
    if (entry.username and by_name is not known) or (entry.phone and by_phone is not known):
        words = _l("User name and phone number do not belong to the same account.")
        raise Unacceptable(words, fields={"username": words})
    if known.name != entry.name:
        words = _l("This user name or phone number belongs to somebody of another name.")
        raise Unacceptable(words, fields={"name": words})
    if known not in outcome.accounts:
        outcome.known += 1
    return known


def _post(
    account: Account,
    entry: Entry,
    units: dict[str, int],
    codes: dict[str, int],
    street: int | None,
    by: Actor,
) -> None:
    role = entry.role or ""
    over_grid = ROLES[role].over_grid
    if over_grid and entry.grid and entry.grid not in codes:
        words = _l("There is no grid with this code.")
        raise Unacceptable(words, fields={"grid": words})
    if not over_grid and entry.unit and entry.unit not in units:
        words = _l("There is no unit of this name.")
        raise Unacceptable(words, fields={"unit": words})
    posts.give(
        account,
        role=role,
        grid_id=codes.get(entry.grid or "") if over_grid else None,
        unit_id=None if over_grid else units.get(entry.unit or "", street),
        since=days.start_of(date.fromisoformat(entry.since) if entry.since else days.today()),
        until=days.end_of(date.fromisoformat(entry.until)) if entry.until else None,
        by=by,
    )


def _faults(row: int, refusal: Refusal) -> list[Fault]:
    fields = {key: words for key, words in refusal.fields.items() if words}
    if not fields:
        return [Fault(row, "role", str(refusal.words))]
    return [Fault(row, key, str(words)) for key, words in fields.items()]
