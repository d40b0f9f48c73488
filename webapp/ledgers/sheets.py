"""A ledger as it leaves the house: one sheet of headings and rows, written as Excel, Word or PDF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from flask import render_template
from flask_babel import format_datetime, gettext as _

from webapp.base.exports.cells import safe
from webapp.ledgers.layouts import USUAL, Laid
from webapp.ledgers.rules import Form, Ledger

MEDIA_TYPES = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Form.PDF: "application/pdf",
}


@dataclass(frozen=True)
class Sheet:
    """What stands on it: whose and of when it is, its columns, its rows as they are read.

    `sha256` and `snapshot` are those of a frozen ledger; without them it is a view of this moment.
    `laid` is how the office has it, or had it when it was frozen.
    """

    title: str
    place: str
    month: str
    by: str
    at: datetime
    heads: Sequence[str]
    rows: Iterable[Sequence[Any]]
    sha256: str | None = None
    snapshot: int | None = None
    laid: Laid = USUAL

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The lines below the title."""
        made = str(format_datetime(self.at, "yyyy-MM-dd HH:mm"))
        facts = [
            (_("Place of the ledger"), self.place),
            (_("Time of the ledger"), self.month),
            (_("Signed by") if self.sha256 else _("Taken out by"), f"{self.by}  {made}"),
        ]
        if self.sha256:
            facts.append((_("Frozen ledger no. %(n)s", n=self.snapshot), f"SHA-256 {self.sha256}"))
        return facts


def write(sheet: Sheet, form: Form, out: BinaryIO) -> int:
    """The file stands in `out`; answers how many rows it has."""
    return {Form.XLSX: _excel, Form.DOCX: _word, Form.PDF: _pdf}[form](sheet, out)


def title_of(ledger: Ledger) -> str:
    """The usual title of a ledger."""
    return str(_("%(name)s ledger", name=ledger.words))


def signatures(laid: Laid = USUAL) -> list[str]:
    """The places for signatures, in words."""
    if laid.signatures is not None:
        return list(laid.signatures)
    return [_("Made out by"), _("Looked through by"), _("Answered for by")]


def seals(laid: Laid) -> list[str]:
    """The places for seals, in words."""
    return list(laid.seals) if laid.seals is not None else [_("Seal of the unit")]


def _excel(sheet: Sheet, out: BinaryIO) -> int:
    """Row by row: however long it is, a few rows are in memory."""
    # openpyxl is imported where it is used: no other page and no command has a use for it.
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.utils import get_column_letter

    def cell(value: Any) -> Any:
        return ILLEGAL_CHARACTERS_RE.sub("", safe(value)) if isinstance(value, str) else value

    book = Workbook(write_only=True)
    page = book.create_sheet()
    for place in range(1, len(sheet.heads) + 1):
        page.column_dimensions[get_column_letter(place)].width = 16
    head = [[cell(sheet.title)], *([[cell(sheet.laid.subtitle)]] if sheet.laid.subtitle else [])]
    for each in head:
        page.append(each)
    for name, value in sheet.facts:
        page.append([cell(name), cell(value)])
    page.append([cell(each) for each in sheet.heads])
    page.freeze_panes = f"A{len(head) + len(sheet.facts) + 2}"
    count = 0
    for row in sheet.rows:
        count += 1
        page.append([cell(each) for each in row])
    page.append([])
    page.append([cell(f"{each}：") for each in (*signatures(sheet.laid), *seals(sheet.laid))])
    book.save(out)
    return count


def _word(sheet: Sheet, out: BinaryIO) -> int:
    # The library takes a moment to load.
    from webapp.ledgers import word

    return word.written(sheet, out)


def _pdf(sheet: Sheet, out: BinaryIO) -> int:
    # Setting paper takes fonts and half a second to load: whoever prints first pays.
    from webapp.base import paper

    rows = list(sheet.rows)
    out.write(
        paper.made(
            render_template(
                "ledgers/sheet.html",
                sheet=sheet,
                rows=rows,
                signatures=signatures(sheet.laid),
                seals=seals(sheet.laid),
            )
        )
    )
    return len(rows)
