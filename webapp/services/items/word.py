"""The process manual as a Word document.

The library takes a moment to load: whoever wants the document imports this when they do.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from flask_babel import format_date, gettext as _

from webapp.services.items.manual import Manual
from webapp.services.items.models import ItemVersion
from webapp.services.items.rules import (
    ACCEPT,
    BASIS_WORDS,
    FIELD_WORDS,
    KIND_WORDS,
    STEP_WORDS,
    Basis,
    Field,
    Kind,
)
from webapp.services.shown import days, percent, said

FACE, CHINESE = "Noto Sans", "Noto Sans CJK SC"


def written(manual: Manual) -> bytes:
    """The document: a table of what is in it, then each item with its papers, steps and remedies."""
    paper = Document()
    style = paper.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(10.5)
    for each in ("Normal", "Title", "Heading 1", "Heading 2"):
        fonts = paper.styles[each].element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), CHINESE)
    paper.core_properties.title = _("Process manual of %(name)s", name=said(manual.body, "name"))
    paper.add_heading(paper.core_properties.title, level=0)
    made = format_date(manual.made_at, "yyyy-MM-dd")
    paper.add_paragraph(
        _(
            "%(n)s items in force on %(day)s. Together they take %(share)s less time than the law allows.",
            n=len(manual.items),
            day=made,
            share=percent(manual.compression),
        )
    )
    paper.add_paragraph(_("Example data: assumed until the subdistrict lays down its own items."))
    _table(
        paper,
        (_("Code"), _("Item"), _("Statutory"), _("Promised")),
        (
            (
                each.item.code,
                said(each, "name"),
                days(each.statutory_days),
                days(each.promised_days),
            )
            for each in manual.items
        ),
    )
    for version in manual.items:
        _item(paper, version)
    body = io.BytesIO()
    paper.save(body)
    return body.getvalue()


def _item(paper: Any, version: ItemVersion) -> None:
    rules = version.said
    paper.add_heading(f"{version.item.code} {said(version, 'name')}", level=1)
    _table(
        paper,
        (_("What"), _("How")),
        (
            (_("Field"), str(FIELD_WORDS[Field(version.field)])),
            (_("Kind"), str(KIND_WORDS[Kind(version.kind)])),
            (_("Department"), said(version.department, "name")),
            (_("For whom"), said(rules, "object")),
            (_("Conditions"), "\n".join(said(rules, "conditions"))),
            (_("Basis in law"), said(rules, "law")),
            (_("Statutory"), days(rules.statutory_days)),
            (_("Promised"), days(rules.promised_days)),
            (_("The limits are"), str(BASIS_WORDS[Basis(version.basis)])),
            (_("Fee"), said(rules, "fee")),
            (_("Where"), said(rules, "window")),
            (_("When"), said(rules, "hours")),
            (_("Result"), said(rules, "result")),
            (_("Remedies"), said(rules, "remedies")),
        ),
    )
    paper.add_heading(_("Papers"), level=2)
    _table(
        paper,
        (_("Paper"), _("Issued by"), _("Needed"), _("May follow later")),
        (
            (
                said(each, "name"),
                said(each, "source"),
                _("always needed") if each.required else _("where it applies"),
                _("yes") if each.lenient else _("no"),
            )
            for each in rules.materials
        ),
    )
    paper.add_heading(_("Steps"), level=2)
    _table(
        paper,
        (_("Step"), _("Limit")),
        ((str(STEP_WORDS[step]), days(rules.limits[step])) for step in (ACCEPT, *rules.levels)),
    )


def _table(paper: Any, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    table = paper.add_table(rows=1, cols=len(head), style="Light Grid Accent 1")
    for cell, words in zip(table.rows[0].cells, head, strict=True):
        cell.text = words
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
