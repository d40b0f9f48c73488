"""Postings and seekers as workbooks: read with a fault for each row, tried as a whole, and written out."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.grids import queries as grids
from webapp.jobs import desk_queries as desk, employers, postings, pushing, queries, seekers
from webapp.jobs.forms import OfferForm, ProfileForm
from webapp.jobs.models import Posting, Seeker
from webapp.jobs.pay import PayUnit
from webapp.jobs.rules import (
    BENEFIT_WORDS,
    CERTIFICATE_WORDS,
    EMPLOYMENT_WORDS,
    PAY_WORDS,
    SHIFT_WORDS,
)
from webapp.jobs.sentences import MODE_NAMES
from webapp.people import phones, waiting, workbook
from webapp.people.workbook import Row


@dataclass(frozen=True)
class Column:
    """A column of a workbook: its heading, and the words that stand for keys in it."""

    heading: LazyString
    needed: bool = False
    words: Mapping[Any, Any] | None = None
    many: bool = False


@dataclass(frozen=True)
class Fault:
    """What is wrong in a row, and in which column if it is one."""

    row: int
    heading: LazyString | str
    words: str


@dataclass
class Outcome:
    """What a list of rows comes to. With faults nothing of it may be kept."""

    made: int
    faults: list[Fault]


POSTING_COLUMNS: dict[str, Column] = {
    "credit_code": Column(_l("Unified social credit code"), needed=True),
    "title": Column(_l("Title of the work"), needed=True),
    "occupation": Column(_l("Code of the kind of work"), needed=True),
    "openings": Column(_l("How many people"), needed=True),
    "duties": Column(_l("Duties"), needed=True),
    "pay_low": Column(_l("Pay from"), needed=True),
    "pay_high": Column(_l("Pay to")),
    "pay_unit": Column(_l("Counted by"), words=PAY_WORDS),
    "shifts": Column(_l("Shifts"), needed=True, words=SHIFT_WORDS, many=True),
    "week_hours": Column(_l("Hours a week"), needed=True),
    "employment": Column(_l("Form of employment"), needed=True, words=EMPLOYMENT_WORDS),
    "must_skills": Column(_l("Skills needed")),
    "nice_skills": Column(_l("Skills welcome")),
    "certificates": Column(_l("Certificates required"), words=CERTIFICATE_WORDS, many=True),
    "education": Column(_l("Schooling at least (0 to 5)")),
    "years": Column(_l("Years in this line at least")),
    "benefits": Column(_l("Benefits"), words=BENEFIT_WORDS, many=True),
    "address": Column(_l("Address of the work"), needed=True),
    "valid_until": Column(_l("Last day of the posting"), needed=True),
    "contact_post": Column(_l("Whom to ask for (post)"), needed=True),
    "contact_phone": Column(_l("Phone for applicants"), needed=True),
}

SEEKER_COLUMNS: dict[str, Column] = {
    "name": Column(_l("Full name"), needed=True),
    "phone": Column(_l("Phone number"), needed=True),
    "birth_year": Column(_l("Year of birth"), needed=True),
    "grid": Column(_l("Grid code"), needed=True),
    "wanted": Column(_l("Codes of the work wanted"), needed=True),
    "lines": Column(_l("Work done, code:years")),
    "skills": Column(_l("Skills")),
    "certificates": Column(_l("Certificates"), words=CERTIFICATE_WORDS, many=True),
    "education": Column(_l("Schooling (0 to 5)")),
    "pay_ask": Column(_l("Pay I ask for (yuan a month)")),
    "pay_floor": Column(_l("I do not come for less than")),
    "shifts": Column(_l("Shifts I would work"), words=SHIFT_WORDS, many=True),
    "mode": Column(_l("How I go to work"), words=MODE_NAMES),
    "max_minutes": Column(_l("At most (minutes)")),
}

KINDS = {"postings": POSTING_COLUMNS, "seekers": SEEKER_COLUMNS}
_BETWEEN = re.compile(r"[,，、;；|/]+")


def read(kind: str, body: bytes) -> tuple[list[dict[str, Any]], list[Fault]]:
    """The rows of a workbook as forms want them, and what cannot be read in it.

    Raises `Unacceptable` for the field `file` when it is no such workbook at all.
    """
    columns = KINDS[kind]
    found = workbook.rows(body)
    if not found:
        raise workbook.refused(_l("The first sheet is empty."))
    places = _headings(found[0], columns)
    entries: list[dict[str, Any]] = []
    faults: list[Fault] = []
    for row in found[1:]:
        said: dict[str, Any] = {"row": row.number}
        for key, place in places.items():
            if place < len(row.cells) and row.cells[place].text:
                try:
                    said[key] = _cell(row, place, columns[key])
                except Unacceptable as refusal:
                    faults.append(Fault(row.number, columns[key].heading, str(refusal.words)))
        faults += [
            Fault(row.number, column.heading, str(_l("This is needed.")))
            for key, column in columns.items()
            if column.needed and key not in said
        ]
        entries.append(said)
    if not entries:
        raise workbook.refused(_l("There are no rows below the headings."))
    return entries, faults


def carry_out(kind: str, entries: Iterable[Mapping[str, Any]], *, by: Actor) -> Outcome:
    """Postings wait for review, seekers look for work; rows with faults are left out and told."""
    outcome = Outcome(0, [])
    one = {"postings": _posting, "seekers": _seeker}[kind]
    made: list[Any] = []
    for entry in entries:
        try:
            with db.session.begin_nested():
                made.append(one(entry, by))
                outcome.made += 1
        except Refusal as refusal:
            outcome.faults += _faults(int(entry["row"]), refusal, KINDS[kind])
    if kind == "seekers" and not outcome.faults:
        pushing.for_seekers(queries.seekers(each.id for each in made))
    return outcome


def tried(kind: str, entries: Sequence[Mapping[str, Any]], *, by: Actor) -> Outcome:
    """What `carry_out` would come to; nothing of it is kept."""
    trial = db.session.begin_nested()
    outcome = carry_out(kind, entries, by=by)
    trial.rollback()
    return outcome


def sealed(kind: str, entries: Sequence[Mapping[str, Any]], *, by: Actor) -> str:
    """The rows as a text that only this account gives back, and nobody changes on the way."""
    return waiting.sealed(entries, what=f"jobs-{kind}", by=by)


def unsealed(kind: str, text: str, *, by: Actor) -> list[dict[str, Any]]:
    """The rows of `sealed`. Raises `Unacceptable` when they are too old or not from there."""
    return waiting.unsealed(text, what=f"jobs-{kind}", by=by)


def template(kind: str) -> bytes:
    """A workbook to fill in, with the headings in the language of the reader."""
    return _written(KINDS[kind], [])


def of_postings(found: Iterable[Posting]) -> bytes:
    """Postings as a workbook that can be read again; how to reach the employer is masked."""
    rows = []
    for each in found:
        row = {key: getattr(each, key, None) for key in POSTING_COLUMNS}
        row["credit_code"] = each.employer.enterprise.credit_code
        row["contact_phone"] = phones.masked(each.contact_phone)
        rows.append(row)
    return _written(POSTING_COLUMNS, rows)


def of_seekers(found: Iterable[Seeker]) -> bytes:
    """Seekers as a workbook; name and number are masked, for nobody agreed to their being carried away."""
    rows = []
    for each in found:
        row = {key: getattr(each, key, None) for key in SEEKER_COLUMNS}
        row["name"] = f"{each.id:04d}"
        row["phone"] = phones.masked(each.account.phone)
        row["birth_year"] = None
        row["grid"] = each.home_grid.display_code
        row["certificates"] = list(each.certificates)
        row["lines"] = [f"{code}:{years:g}" for code, years in (each.lines or {}).items()]
        rows.append(row)
    return _written(SEEKER_COLUMNS, rows)


def _posting(entry: Mapping[str, Any], by: Actor) -> Posting:
    said = {key: value for key, value in entry.items() if key != "row"}
    said.setdefault("pay_unit", PayUnit.MONTH)
    firm = desk.enterprise_by_code(str(said.pop("credit_code", "")))
    if firm is None:
        words = _l("No enterprise with this code is registered.")
        raise Unacceptable(words, fields={"credit_code": words})
    employer = employers.enlist(firm, by=by)
    made = postings.draft(employer, OfferForm.of(said).offer(), by=by)
    postings.submit(made, by=by)
    return made


def _seeker(entry: Mapping[str, Any], by: Actor) -> Seeker:
    said = {key: value for key, value in entry.items() if key != "row"}
    number = str(said.pop("phone"))
    name = str(said.pop("name"))
    grid = grids.one(str(said.pop("grid")))
    if grid is None:
        words = _l("There is no grid with this code.")
        raise Unacceptable(words, fields={"grid": words})
    sent: dict[str, Any] = {}
    for place, line in enumerate(_BETWEEN.split(str(said.pop("lines", ""))), start=1):
        code, _colon, years = line.strip().partition(":")
        sent |= {f"line{place}": code, f"years{place}": years or "0"}
    sent |= {f"certificate.{each}": "1" for each in said.pop("certificates", [])}
    said["wanted"] = [each.strip() for each in _BETWEEN.split(str(said["wanted"])) if each.strip()]
    form = ProfileForm.of({**said, "home_grid_id": grid.id, "push": True})
    return seekers.register(form.profile(sent), name=name, phone=number, by=by)


def _cell(row: Row, place: int, column: Column) -> Any:
    cell = row.cells[place]
    if cell.formula:
        raise Unacceptable(_l("A formula is not computed here. Write what it comes to."))
    if column.words is None:
        return cell.text
    known = workbook.in_every_language(column.words)
    parts = [each.strip() for each in _BETWEEN.split(cell.text)] if column.many else [cell.text]
    keys = [known.get(workbook.plain(each)) for each in parts if each]
    if None in keys:
        raise Unacceptable(_l("Choose one of the list."))
    return keys if column.many else keys[0]


def _headings(first: Row, columns: Mapping[str, Column]) -> dict[str, int]:
    places = workbook.headings(first, {key: each.heading for key, each in columns.items()})
    if any(column.needed and key not in places for key, column in columns.items()):
        raise workbook.refused(_l("The first row must hold the headings of the template."))
    return places


def _written(columns: Mapping[str, Column], rows: Iterable[Mapping[str, Any]]) -> bytes:
    # openpyxl is imported where it is used: no other page and no command has a use for it.
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active or book.create_sheet()
    sheet.append([str(each.heading) + (" *" if each.needed else "") for each in columns.values()])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([_text(row.get(key), column) for key, column in columns.items()])
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(value: Any, column: Column) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        value = "、".join(str(column.words[each]) if column.words else str(each) for each in value)
    elif column.words is not None:
        value = str(column.words[value])
    if hasattr(value, "isoformat"):
        return value.isoformat()
    # A cell that begins like a formula is text, whoever opens it.
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@" else value


def _faults(row: int, refusal: Refusal, columns: Mapping[str, Column]) -> list[Fault]:
    fields = {key: words for key, words in refusal.fields.items() if words}
    if not fields:
        return [Fault(row, "", str(refusal.words))]
    return [
        Fault(row, columns[key].heading if key in columns else "", str(words))
        for key, words in fields.items()
    ]
