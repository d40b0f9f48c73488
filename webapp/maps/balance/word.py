"""The approval pack of a proposal as a Word document.

The library takes a moment to load: whoever wants the document imports this when they do.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt, RGBColor
from flask_babel import gettext as _

from webapp.ledgers.word import faces, filled, numbered, repeated
from webapp.maps.balance import shown


def written(said: Mapping[str, Any], pictures: Mapping[str, bytes], *, place: str) -> bytes:
    """The document: reasons, measures, both maps, a table for each group, places for seals."""
    paper = Document()
    faces(paper, 9.5)
    part = paper.sections[0]
    part.orientation = WD_ORIENT.LANDSCAPE
    part.page_width, part.page_height = Cm(29.7), Cm(21)
    part.left_margin = part.right_margin = Cm(1.5)
    part.top_margin = part.bottom_margin = Cm(1.6)
    paper.core_properties.title = said["title"]
    paper.add_heading(said["title"], level=1).alignment = WD_ALIGN_PARAGRAPH.CENTER
    paper.add_paragraph(place).alignment = WD_ALIGN_PARAGRAPH.CENTER
    paper.add_heading(_("Reasons"), level=2)
    for each in said["reasons"]:
        paper.add_paragraph(each, style="List Bullet")
    _table(paper, [_("Balance measure"), _("Before"), _("After")], said["measures"])
    paper.add_heading(_("What was asked for"), level=2)
    _table(paper, [_("Question"), _("Answer")], said["asked"])
    paper.add_heading(_("What was weighed"), level=2)
    _table(paper, [_("Load"), _("Source"), _("Weight")], said["shares"])
    paper.add_heading(_("Maps"), level=2)
    _maps(paper, pictures, said["keys"])
    paper.add_heading(_("Grid by grid"), level=2)
    for block in said["cut"]:
        _block(paper, block, said["heads"])
    if said["kept"]:
        paper.add_heading(_("Groups that stay as they are"), level=2)
        _table(paper, [_("Why"), _("Groups")], said["kept"])
    paper.add_paragraph()
    seals = paper.add_table(rows=1, cols=len(said["signatures"]) + 1)
    filled(seals.rows[0], [f"{each}：" for each in (*said["signatures"], _("Seal of the unit"))])
    numbered(part.footer.paragraphs[0])
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _table(paper: Any, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    table = paper.add_table(rows=1, cols=len(heads), style="Table Grid")
    filled(table.rows[0], heads)
    repeated(table.rows[0])
    for row in rows:
        filled(table.add_row(), [str(each) for each in row])
    paper.add_paragraph().paragraph_format.space_after = Pt(2)


def _maps(paper: Any, pictures: Mapping[str, bytes], keys: Sequence[tuple[str, str]]) -> None:
    beside = paper.add_table(rows=2, cols=2)
    for column, (when, words) in enumerate((("before", _("Before")), ("after", _("After")))):
        line = beside.rows[0].cells[column].paragraphs[0]
        line.add_run().add_picture(io.BytesIO(pictures[when]), width=Cm(12.8))
        beside.rows[1].cells[column].text = words
        beside.rows[1].cells[column].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    line = paper.add_paragraph(_("Load in percent of the mean grid of its group:") + "  ")
    for hue, words in keys[1:]:
        mark = line.add_run("■")
        mark.font.color.rgb = RGBColor.from_string(hue.removeprefix("#").upper())
        line.add_run(f" {words}   ")
    line.add_run(_("Blue outline: ground that changes hands."))


def _block(paper: Any, block: shown.Block, heads: Sequence[str]) -> None:
    paper.add_heading(block.title, level=3)
    paper.add_paragraph(
        _(
            "Inequality %(before)s → %(after)s; most : least %(ratio_before)s → %(ratio_after)s",
            before=block.spread[0],
            after=block.spread[1],
            ratio_before=block.ratio[0],
            ratio_after=block.ratio[1],
        )
    )
    _table(
        paper,
        [_("Grid"), *heads, _("Households come / go"), _("Who works there")],
        [
            [
                line.called,
                *(f"{before} → {after}" for before, after in line.pairs),
                f"+{line.come} / -{line.gone}",
                line.who or "–",
            ]
            for line in block.lines
        ],
    )
