"""Workbooks from strangers: opened without macros, formulas, bombs or links, as plain rows of text."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from flask_babel import force_locale, lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.language import LANGUAGES, listed

T = TypeVar("T")

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 40 * 1024 * 1024
MOST_MEMBERS = 400
MOST_ROWS = 1000
MOST_COLUMNS = 30

# Parts of a workbook that can do something, or fetch something.
ACTIVE = ("vbaproject", "macrosheet", "activex", "externallink", "embeddings/", "oleobject")

# What reading a broken workbook ends in, in the library and in what it stands on.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    OSError,
    EOFError,
)


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, as text; a date as `2026-11-23`. `formula`: it would have to be computed."""

    text: str
    formula: bool = False


@dataclass(frozen=True)
class Row:
    """A row that is not empty, under the number that the reader sees."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong in a row, under which heading if it is one."""

    row: int
    heading: LazyString | str
    words: str


@dataclass(frozen=True)
class Outcome:
    """What a workbook comes to: how many rows are new, how many changed what was known, what is wrong."""

    added: int
    changed: int
    faults: list[Fault]


def rows(body: bytes, *, most: int = MOST_ROWS) -> list[Row]:
    """The rows of the first sheet of a workbook (.xlsx), the empty ones left out; at most so many.

    Raises `Unacceptable` for the field `file` when it is none, holds macros, or unpacks too large.
    """
    _refuse_harm(body)
    from openpyxl import load_workbook  # heavy, and only for workbooks

    try:
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=False, keep_links=False)
        try:
            return list(_rows(book.worksheets[0], most))
        finally:
            book.close()
    except _BROKEN as error:
        raise refused(_l("This workbook cannot be read. Save it again as .xlsx.")) from error


def _refuse_harm(body: bytes) -> None:
    if len(body) > MOST_BYTES:
        raise refused(_l("This file is too large: at most 5 MB."))
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            members = packed.infolist()
    except _BROKEN as error:
        raise refused(_l("This is no workbook. Save it as .xlsx.")) from error
    if len(members) > MOST_MEMBERS or sum(each.file_size for each in members) > MOST_UNPACKED:
        raise refused(_l("This workbook unpacks to far more than a list of people needs."))
    names = [each.filename.lower() for each in members]
    if any(active in name for active in ACTIVE for name in names):
        words = _l("This workbook holds macros, embedded objects or links. Save it without them.")
        raise refused(words)
    if "xl/workbook.xml" not in names:
        raise refused(_l("This is no workbook. Save it as .xlsx."))


def _rows(sheet: Any, most: int) -> Iterator[Row]:
    # The size that a sheet claims is not believed: what lies beyond the limits is refused, not read.
    sheet.reset_dimensions()
    last = most + 2
    read = sheet.iter_rows(max_row=last, max_col=MOST_COLUMNS)
    for number, cells in enumerate(read, start=1):
        row = tuple(_cell(each) for each in cells)
        if any(each.text for each in row):
            if number == last:
                words = _l("There are more than %(n)s rows. Send them in parts.", n=most)
                raise refused(words)
            yield Row(number, row)


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return Cell("")
    if cell.data_type == "f":
        return Cell(str(value), formula=True)
    if isinstance(value, datetime):
        return Cell(value.date().isoformat())
    if isinstance(value, date):
        return Cell(value.isoformat())
    if isinstance(value, float) and value.is_integer():
        # Excel keeps a phone number that was typed as a number as a number.
        return Cell(str(int(value)))
    return Cell(str(value).strip())


def headings(first: Row, columns: Mapping[str, Any]) -> dict[str, int]:
    """In which place of its rows a workbook has which column, by the headings of its first row.

    `columns`: what each is called; a heading may be in any language of the house.
    """
    known = in_every_language(columns)
    places: dict[str, int] = {}
    for place, cell in enumerate(first.cells):
        key = known.get(plain(cell.text.rstrip("* ")))
        if key is not None:
            places.setdefault(key, place)
    return places


class Reader:
    """Reads the rows below the headings of a workbook.

    `columns`: what each is called; `words`: of some columns the words that stand for a key. Raises
    `Unacceptable` for the field `file` where a heading that is needed is missing.
    """

    def __init__(
        self,
        first: Row | None,
        columns: Mapping[str, Any],
        *,
        needed: Sequence[str],
        words: Mapping[str, Mapping[Any, Any]],
    ) -> None:
        self.places = headings(first, columns) if first else {}
        lacking = [str(columns[name]) for name in needed if name not in self.places]
        if lacking:
            raise refused(_l("These headings are missing: %(names)s", names=listed(lacking)))
        self.words = {name: in_every_language(each) for name, each in words.items()}

    def said(self, row: Row) -> dict[str, str]:
        """What stands in a row, words of any language as their keys."""
        found = {}
        for name, place in self.places.items():
            text = row.cells[place].text if place < len(row.cells) else ""
            if text:
                found[name] = self.words.get(name, {}).get(plain(text), text)
        return found


def keep_all(
    rows: Sequence[Row],
    columns: Mapping[str, Any],
    keep: Callable[[dict[str, str]], bool],
    *,
    needed: Sequence[str],
    words: Mapping[str, Mapping[Any, Any]],
) -> Outcome:
    """Each row below the headings is kept by `keep` (True: it is new), or none is, with what is wrong where.

    `columns`, `needed` and `words` as `Reader` has them; raises what it raises.
    """
    reader = Reader(rows[0] if rows else None, columns, needed=needed, words=words)
    return whole_or_none(((row.number, reader.said(row)) for row in rows[1:]), columns, keep)


def whole_or_none(
    items: Iterable[tuple[int, T]],
    columns: Mapping[str, Any],
    keep: Callable[[T], bool],
    *,
    wrong: Sequence[Fault] = (),
) -> Outcome:
    """Each item, under the number of its row, is kept by `keep` (True: it is new), or none is, with what is
    wrong where; `wrong` is what was wrong before."""
    trial = db.session.begin_nested()
    added, changed, found = 0, 0, list(wrong)
    for number, item in items:
        try:
            if keep(item):
                added += 1
            else:
                changed += 1
        except Refusal as refusal:
            found += faults(refusal, number, columns)
    if found:
        trial.rollback()
        return Outcome(0, 0, sorted(found, key=lambda each: each.row))
    trial.commit()
    return Outcome(added, changed, [])


def faults(refusal: Refusal, number: int, columns: Mapping[str, Any]) -> list[Fault]:
    """What a refusal finds wrong in the row of this number, each under its heading."""
    fields = refusal.fields or {"": refusal.words}
    return [Fault(number, columns.get(name, name), str(words)) for name, words in fields.items()]


def in_every_language(words: Mapping[Any, Any]) -> dict[str, str]:
    """Keys by their words in each language, and by themselves; as `plain` has them."""
    found = {plain(str(key)): str(key) for key in words}
    for code in LANGUAGES:
        with force_locale(code):
            found |= {plain(str(text)): str(key) for key, text in words.items()}
    return found


def plain(text: str) -> str:
    """A text as it is compared: without regard to capitals and to how wide its gaps are."""
    return re.sub(r"\s+", " ", text).strip().casefold()


def refused(words: Any) -> Unacceptable:
    """The file itself cannot be used."""
    return Unacceptable(words, fields={"file": words})
