"""Demo of the book on paper: a page that was photographed, one line of it confirmed, two that wait."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from webapp.community.livelihood.rules import Category
from webapp.community.opinions import actions as opinions
from webapp.community.opinions.book import actions, layout, queries
from webapp.community.opinions.book.seen import FLAT, Line, Seen
from webapp.community.opinions.forms import SayForm
from webapp.community.opinions.rules import OpinionKind
from webapp.grids.models import Grid
from webapp.people.actors import Person
from webapp.services.applications.papers import font

WRITTEN = {
    1: (OpinionKind.SUGGESTION, "【示例】小广场想加两盏灯"),
    2: (OpinionKind.HELP, "【示例】三楼老人需要扶手"),
    4: (None, "【示例】感谢网格员帮忙买药"),
}


def tell(grid: Grid, at: tuple[float, float], worker: Person) -> None:
    """Two pages were printed for the grid, and one of them came back."""
    page, _empty = actions.print_pages(grid, many=2, by=worker)
    lines = tuple(
        Line(number, number != 2, True, kind, _picture(words))
        for number, (kind, words) in WRITTEN.items()
    )
    actions.photograph(Seen(page.code, lines), by=worker)
    first = queries.lines_of(page)[0]
    said = SayForm(
        kind=OpinionKind.SUGGESTION,
        theme=Category.GROUND,
        words=WRITTEN[1][1],
        lon=at[0],
        lat=at[1],
    )
    opinion = opinions.enter_line(said, first, by=worker)
    opinions.answer(opinion, note="【示例】已列入下月灯具更换计划", by=worker)


def _picture(words: str) -> bytes:
    """What the photo of a line looks like, its words in print instead of a hand."""
    area = layout.strip(1)
    picture = Image.new("L", (round(area.w * FLAT), round(area.h * FLAT)), 236)
    pen = ImageDraw.Draw(picture)
    for field in (layout.words(1), layout.contact(1)):
        left, top = (field.x - area.x) * FLAT, (field.y - area.y) * FLAT
        pen.rectangle((left, top, left + field.w * FLAT, top + field.h * FLAT), outline=90, width=2)
    pen.text(((layout.words(1).x - area.x + 4) * FLAT, 70), words, fill=60, font=font(44))
    body = io.BytesIO()
    picture.save(body, "JPEG", quality=70)
    return body.getvalue()
