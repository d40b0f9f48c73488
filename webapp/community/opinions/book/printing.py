"""Pages of the book and answer slips as PDFs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import segno
from flask import Response, render_template

from webapp.base import clock
from webapp.community.opinions.book import layout
from webapp.community.opinions.book.layout import Area
from webapp.community.opinions.book.models import BookPage
from webapp.community.opinions.book.reading import MARKS
from webapp.community.opinions.models import Opinion
from webapp.community.opinions.rules import OPINION_WORDS


def pages(printed: Sequence[BookPage]) -> Response:
    """The pages as one PDF to print, without scaling, on both sides of nothing but A4."""
    sheet = render_template(
        "community/opinions/book/sheet.html",
        pages=[(each, _codes(each)) for each in printed],
        marks=[_mark(number, area) for number, area in layout.MARKS.items()],
        layout=layout,
        kinds=OPINION_WORDS,
    )
    return _pdf(sheet, "opinions")


def slips(opinions: Sequence[Opinion]) -> Response:
    """Answer slips to cut out, for those who have no phone."""
    sheet = render_template(
        "community/opinions/book/slips_sheet.html", opinions=opinions, now=clock.now()
    )
    return _pdf(sheet, "slips")


def _pdf(sheet: str, name: str) -> Response:
    # Setting paper takes fonts and half a second to load: whoever prints first pays.
    from webapp.base import paper

    answer = Response(paper.made(sheet), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _codes(page: BookPage) -> list[str]:
    """The outlines of the codes of a page: its own, then those of its lines."""
    own = _drawn(segno.make(layout.said(page.code), error="q", micro=False), layout.PAGE_CODE)
    lines = (
        _drawn(
            segno.make(layout.said(page.code, line), error="q", micro=False),
            layout.code_of_line(line),
        )
        for line in range(1, layout.LINES + 1)
    )
    return [own, *lines]


def _mark(number: int, area: Area) -> str:
    squares = cv2.aruco.generateImageMarker(MARKS, number, MARKS.markerSize + 2)
    return _outline([[not light for light in row] for row in squares], area)


def _drawn(code: Any, area: Area) -> str:
    return _outline(code.matrix, area)


def _outline(dark: Sequence[Sequence[Any]], area: Area) -> str:
    """The dark squares as the path of an SVG, in millimetres."""
    side = area.w / len(dark)
    return "".join(
        f"M{area.x + x * side:.3f} {area.y + y * side:.3f}h{side:.3f}v{side:.3f}h-{side:.3f}z"
        for y, row in enumerate(dark)
        for x, on in enumerate(row)
        if on
    )
