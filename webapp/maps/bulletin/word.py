"""A bulletin as a Word document.

The library takes a moment to load: whoever wants the document imports this when they do.
"""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt, RGBColor

from webapp.ledgers.word import faces, filled, numbered, repeated
from webapp.maps.bulletin import shown
from webapp.maps.bulletin.models import Bulletin


def written(bulletin: Bulletin, *, title: str, place: str) -> bytes:
    """The document: figures, maps, lists."""
    paper = Document()
    faces(paper, 10.5)
    part = paper.sections[0]
    part.page_width, part.page_height = Cm(21), Cm(29.7)
    part.left_margin = part.right_margin = part.top_margin = part.bottom_margin = Cm(2)
    paper.core_properties.title = title
    head = paper.add_heading(title, level=1)
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paper.add_paragraph(place).alignment = WD_ALIGN_PARAGRAPH.CENTER
    figures = paper.add_table(rows=0, cols=3, style="Table Grid")
    for line in shown.lines(bulletin):
        filled(figures.add_row(), [str(line.words), line.value, line.change])
        if line.bad:
            figures.rows[-1].cells[1].paragraphs[0].runs[0].font.color.rgb = RGBColor(
                0xB3, 0x20, 0x20
            )
    paper.add_paragraph()
    beside = paper.add_table(rows=1, cols=len(shown.maps()))
    for cell, picture in zip(beside.rows[0].cells, shown.maps(), strict=True):
        drawn = cell.paragraphs[0].add_run()
        drawn.add_picture(io.BytesIO(getattr(bulletin, picture.name)), width=Cm(8.2))
        _caption(cell.add_paragraph(), picture)
    for each in shown.parts(bulletin):
        paper.add_heading(str(each.title), level=2)
        if not each.rows:
            paper.add_paragraph(str(each.empty))
            continue
        table = paper.add_table(rows=1, cols=len(each.heads), style="Table Grid")
        filled(table.rows[0], [str(word) for word in each.heads])
        _head(table.rows[0])
        for row in each.rows:
            filled(table.add_row(), [str(cell) for cell in row])
    numbered(part.footer.paragraphs[0])
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _head(row: Any) -> None:
    """The row stands above its table on every page."""
    for cell in row.cells:
        for run in cell.paragraphs[0].runs:
            run.font.bold = True
    repeated(row)


def _caption(line: Any, picture: shown.Picture) -> None:
    """What the picture shows, and a square in each colour with what it means."""
    line.add_run(f"{picture.words}\n")
    for place, (hue, words) in enumerate(picture.keys):
        # The first is as light as the paper: only its edge is seen.
        mark = line.add_run("■" if place else "□")
        if place:
            mark.font.color.rgb = RGBColor.from_string(hue.removeprefix("#").upper())
        mark.font.size = Pt(11)
        line.add_run(f"\u00a0{words}  ").font.size = Pt(8.5)
