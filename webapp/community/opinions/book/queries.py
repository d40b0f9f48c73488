"""Questions about the book on paper: its pages, and the lines that wait to be confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.community.opinions.book.models import BookLine, BookPage
from webapp.grids.models import Grid

RECENT = 20


def page_by_code(code: str) -> BookPage | None:
    """A page by the code in its QR codes."""
    found = select(BookPage).options(joinedload(BookPage.grid)).where(BookPage.code == code)
    return db.session.scalar(found)


def page(page_id: int) -> BookPage | None:
    """A page with its grid."""
    found = select(BookPage).options(joinedload(BookPage.grid).joinedload(Grid.community))
    return db.session.scalar(found.where(BookPage.id == page_id))


def lines_of(page: BookPage) -> Sequence[BookLine]:
    """The lines of a page that were photographed with something written in them."""
    found = select(BookLine).options(joinedload(BookLine.page)).where(BookLine.page_id == page.id)
    return db.session.scalars(found.order_by(BookLine.line)).all()


def line(line_id: int) -> BookLine | None:
    """A line with its page and grid."""
    found = select(BookLine).options(joinedload(BookLine.page).joinedload(BookPage.grid))
    return db.session.scalar(found.where(BookLine.id == line_id))


def next_line(page_id: int) -> BookLine | None:
    """The first line of the page that waits."""
    found = select(BookLine).where(BookLine.page_id == page_id, BookLine.done_at.is_(None))
    return db.session.scalar(found.order_by(BookLine.line).limit(1))


def pages(who: Actor) -> Sequence[Row[BookPage, int]]:
    """(page, how many of its lines wait), those with the most waiting first, then the newest."""
    waiting = func.count(BookLine.id).filter(BookLine.done_at.is_(None))
    found = (
        select(BookPage, waiting)
        .outerjoin(BookLine, BookLine.page_id == BookPage.id)
        .options(joinedload(BookPage.grid))
        .where(visible(BookPage, who, "opinions.page"))
        .group_by(BookPage.id)
        .order_by((waiting > 0).desc(), BookPage.id.desc())
        .limit(RECENT)
    )
    return db.session.execute(found).all()
