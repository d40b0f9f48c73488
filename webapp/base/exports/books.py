"""Files that are whole before they leave: Excel and GeoPackage, written a run of rows at a time."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from flask_babel import gettext as _

from webapp.base.exports.cells import RUNS, Field, read
from webapp.base.exports.rules import WORKBOOK_ROWS
from webapp.base.exports.sheet import Kind
from webapp.base.exports.streams import Batches

# Moments in a workbook have no zone of their own: the heading says it.
MOMENT, DAY = "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"
# On A4 across so many letters of a cell are wide enough to be read.
_A4, _ACROSS, _MARGIN_INCHES = 9, 190, 0.4
_WIDTHS = {Kind.MOMENT: 20, Kind.DAY: 12, Kind.TEXT: 24, Kind.YES: 8}
# A sheet of a workbook is named by no more letters, and by none of these.
_NAME_LENGTH, _NAME_WITHOUT = 31, str.maketrans("", "", "[]:*?/\\'")


def excel(
    path: Path, title: str, columns: Sequence[Field], batches: Batches, *, placed: bool
) -> None:
    """The workbook stands at `path`: text is text and is never run, times are those of the office."""
    heads = [_head(each) for each in columns]
    if placed:
        heads += [_("Longitude"), _("Latitude")]
    book = _Book(title, heads, [_WIDTHS.get(each.kind, 14) for each in columns])
    for rows in batches:
        for row in rows:
            places = (at and round(at, 6) for at in row[len(columns) :])
            book.append([*read(row, columns), *places])
    book.made.save(path)


class _Book:
    """A workbook that is written row by row; what does not fit on a sheet stands on the next one."""

    def __init__(self, title: str, heads: Sequence[str], widths: Sequence[int]) -> None:
        # openpyxl is imported where it is used: no other page has a use for it.
        from openpyxl import Workbook

        self.title = title.translate(_NAME_WITHOUT)[: _NAME_LENGTH - 4]
        self.heads, self.widths = heads, widths
        self.answers = {True: str(_("Yes")), False: str(_("No"))}
        self.made = Workbook(write_only=True)
        self._begin()

    def _begin(self) -> None:
        from openpyxl.utils import get_column_letter

        number = len(self.made.worksheets) + 1
        self.page = self.made.create_sheet(f"{self.title} {number}" if number > 1 else self.title)
        for place, width in enumerate(self.widths, 1):
            self.page.column_dimensions[get_column_letter(place)].width = width
        self.page.freeze_panes = "A2"
        # On paper: across, no smaller than is read, the headings and the first column on each page.
        setup = self.page.page_setup
        setup.orientation, setup.paperSize = "landscape", _A4
        setup.fitToWidth, setup.fitToHeight = math.ceil(sum(self.widths) / _ACROSS), 0
        self.page.sheet_properties.pageSetUpPr.fitToPage = True
        self.page.page_margins.left = self.page.page_margins.right = _MARGIN_INCHES
        self.page.print_title_rows, self.page.print_title_cols = "1:1", "A:A"
        self.page.append([self._cell(each) for each in self.heads])
        self.filled = 1

    def append(self, values: Sequence[Any]) -> None:
        """One more row."""
        if self.filled == WORKBOOK_ROWS:
            self._begin()
        self.page.append([self._cell(each) for each in values])
        self.filled += 1

    def _cell(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, bool):
            return self.answers[value]
        if isinstance(value, datetime):
            return self._shaped(value.replace(tzinfo=None), MOMENT)
        if isinstance(value, date):
            return self._shaped(value, DAY)
        return value if value is None or isinstance(value, (int, float, Decimal)) else str(value)

    def _text(self, value: str) -> Any:
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

        plain = ILLEGAL_CHARACTERS_RE.sub("", value)
        if not plain.startswith(RUNS):
            return plain
        cell = self._shaped(plain, "General")
        # Stored as text and marked as such, it stays text even when somebody edits its cell.
        cell.data_type, cell.quotePrefix = "s", True
        return cell

    def _shaped(self, value: Any, shape: str) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self.page, value)
        cell.number_format = shape
        return cell


def _head(column: Field) -> str:
    return f"{column.title} ({column.zone})" if column.kind is Kind.MOMENT else column.title


def geopackage(
    path: Path,
    title: str,
    columns: Sequence[Field],
    batches: Batches,
    *,
    geometry: str,
    srid: int,
) -> None:
    """The GeoPackage stands at `path`: one layer with the name of the list, east before north in any CRS.

    Its columns have names for programs; the headings stand beside them for whoever looks at the table.
    """
    import pyogrio.raw  # heavy, and only needed where geodata are written

    names = [each.name for each in columns]
    moments = [each.name for each in columns if each.kind is Kind.MOMENT]
    begun = False
    for rows in _at_least_one(batches):
        told = [read(row, columns) for row in rows]
        values = [[row[at] for row in told] for at in range(len(columns))]
        arrays, masks = zip(
            *(_array(each.kind, column) for each, column in zip(columns, values, strict=True)),
            strict=True,
        )
        # Moments are those of Greenwich: GDAL writes 100 as Z.
        offsets = {name: np.full(len(rows), 100, dtype="int8") for name in moments}
        pyogrio.raw.write(
            path,
            geometry=np.asarray([row[-1] and bytes(row[-1]) for row in rows], dtype=object),
            field_data=list(arrays),
            fields=np.asarray(names, dtype=object),
            field_mask=list(masks),
            layer=title,
            driver="GPKG",
            geometry_type=geometry,
            crs=f"EPSG:{srid}",
            encoding="UTF-8",
            append=begun,
            gdal_tz_offsets=offsets,
            # The newest version says nothing more here, and programs of some years ago warn of it.
            **({} if begun else {"VERSION": "1.2"}),
        )
        begun = True
    with closing(sqlite3.connect(path)) as package, package:
        _name_columns(package, title, columns)


def _at_least_one(batches: Batches) -> Iterable[Sequence[Sequence[Any]]]:
    begun = False
    for rows in batches:
        begun = True
        yield rows
    if not begun:
        yield ()


def _array(kind: Kind, values: Sequence[Any]) -> tuple[Any, Any]:
    mask = np.asarray([value is None for value in values], dtype=bool)
    if kind is Kind.WHOLE:
        return np.asarray([value or 0 for value in values], dtype="int64"), mask
    if kind is Kind.NUMBER:
        return np.asarray([np.nan if v is None else float(v) for v in values], "float64"), mask
    if kind is Kind.YES:
        return np.asarray([bool(value) for value in values], dtype=bool), mask
    if kind is Kind.MOMENT:
        return np.asarray([_utc(value) for value in values], dtype="datetime64[ms]"), mask
    if kind is Kind.DAY:
        return np.asarray(list(values), dtype="datetime64[D]"), mask
    return np.asarray([None if v is None else str(v) for v in values], dtype=object), mask


def _utc(value: datetime | None) -> datetime | None:
    return (
        None if value is None else value.replace(tzinfo=None) - (value.utcoffset() or timedelta())
    )


def _name_columns(package: sqlite3.Connection, layer: str, columns: Sequence[Field]) -> None:
    """The headings of the columns, as the schema extension of GeoPackage keeps them."""
    package.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL,"
        " column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,"
        " constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),"
        " CONSTRAINT gdc_tn UNIQUE (table_name, name))"
    )
    package.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (constraint_name TEXT NOT NULL,"
        " constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,"
        " max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,"
        " CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))"
    )
    package.executemany(
        "INSERT OR REPLACE INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema',"
        " 'http://www.geopackage.org/spec121/#extension_schema', 'read-write')",
        [("gpkg_data_columns",), ("gpkg_data_column_constraints",)],
    )
    package.executemany(
        "INSERT OR REPLACE INTO gpkg_data_columns (table_name, column_name, name, title)"
        " VALUES (?, ?, ?, ?)",
        [(layer, each.name, each.title, each.title) for each in columns],
    )
