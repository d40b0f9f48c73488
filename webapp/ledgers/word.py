"""A ledger as a Word document in an office's own layout: landscape, numbered pages, places for seals.

The library takes a moment to load: whoever wants the document imports this when they do.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from webapp.ledgers.sheets import Sheet, seals, signatures

FACE, CHINESE = "Noto Sans", "Noto Sans CJK SC"


def written(sheet: Sheet, out: BinaryIO) -> int:
    """The document stands in the file; answers how many rows it has."""
    paper = Document()
    faces(paper, 9)
    part = paper.sections[0]
    part.orientation = WD_ORIENT.LANDSCAPE
    part.page_width, part.page_height = Cm(29.7), Cm(21)
    part.left_margin = part.right_margin = Cm(1.5)
    part.top_margin = part.bottom_margin = Cm(1.6)
    paper.core_properties.title = sheet.title
    paper.add_heading(sheet.title, level=1).alignment = WD_ALIGN_PARAGRAPH.CENTER
    if sheet.laid.subtitle:
        paper.add_paragraph(sheet.laid.subtitle).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name, value in sheet.facts:
        paper.add_paragraph(f"{name}：{value}").paragraph_format.space_after = Pt(0)
    table = paper.add_table(rows=1, cols=len(sheet.heads), style="Table Grid")
    filled(table.rows[0], sheet.heads)
    repeated(table.rows[0])
    count = 0
    for row in sheet.rows:
        count += 1
        filled(table.add_row(), [str(each) for each in row])
    paper.add_paragraph()
    below = [f"{each}：" for each in (*signatures(sheet.laid), *seals(sheet.laid))]
    if below:
        filled(paper.add_table(rows=1, cols=len(below)).rows[0], below)
    numbered(part.footer.paragraphs[0])
    paper.save(out)
    return count


def faces(paper: Any, size: float) -> None:
    """The document is set in the faces of the house, Chinese too, at a size (points)."""
    style = paper.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(size)
    for each in ("Normal", "Heading 1", "Heading 2"):
        fonts = paper.styles[each].element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), CHINESE)


def filled(row: Any, words: Any) -> None:
    """The cells of the row say these words."""
    for cell, each in zip(row.cells, words, strict=True):
        cell.text = each


def repeated(row: Any) -> None:
    """The row stands at the head of each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def numbered(line: Any) -> None:
    """The line says which page it is, of how many."""
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for place, field in enumerate(("PAGE", "NUMPAGES")):
        if place:
            line.add_run(" / ")
        for kind in ("begin", None, "end"):
            run = line.add_run()._r
            if kind is None:
                said = OxmlElement("w:instrText")
                said.text = field
                run.append(said)
            else:
                mark = OxmlElement("w:fldChar")
                mark.set(qn("w:fldCharType"), kind)
                run.append(mark)
