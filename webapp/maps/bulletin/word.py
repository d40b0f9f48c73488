"""A bulletin as a Word document.

The library takes a moment to load: whoever wants the document imports this when they do.
"""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt, RGBColor

from webapp.ledgers.word import faces, filled, numbered
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
    for picture in shown.maps():
        paper.add_paragraph()
        paper.add_picture(io.BytesIO(getattr(bulletin, picture.name)), width=Cm(15.5))
        paper.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER
        _caption(paper, picture)
    for each in shown.parts(bulletin):
        paper.add_heading(str(each.title), level=2)
        if not each.rows:
            paper.add_paragraph(str(each.empty))
            continue
        table = paper.add_table(rows=1, cols=len(each.heads), style="Table Grid")
        filled(table.rows[0], [str(word) for word in each.heads])
        for row in each.rows:
            filled(table.add_row(), [str(cell) for cell in row])
    numbered(part.footer.paragraphs[0])
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _caption(paper: Any, picture: shown.Picture) -> None:
    """What the picture shows, and a square in each colour with what it means."""
    line = paper.add_paragraph(f"{picture.words}  ")
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for hue, words in picture.keys[1:]:
        mark = line.add_run("■")
        mark.font.color.rgb = RGBColor.from_string(hue.removeprefix("#").upper())
        mark.font.size = Pt(12)
        line.add_run(f" {words}   ")
