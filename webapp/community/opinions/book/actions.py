"""What is done with pages of the book: printed, photographed, their lines confirmed or set aside."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, Unacceptable
from webapp.community.opinions.book import layout, queries
from webapp.community.opinions.book.models import BookLine, BookPage
from webapp.community.opinions.book.seen import Seen
from webapp.grids.models import Grid


def print_pages(grid: Grid, *, many: int, by: Actor) -> list[BookPage]:
    """There are so many new pages for the grid, each with a code of its own."""
    if by.id is None or not may(by, "opinions.page", BookPage(grid_id=grid.id)):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    made = [
        BookPage(
            code=layout.new_code(), grid_id=grid.id, printed_by_id=by.id, printed_at=clock.now()
        )
        for _each in range(many)
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def photograph(seen: Seen, *, by: Actor) -> tuple[BookPage, int]:
    """The lines in which something is written wait for somebody to confirm them; answers how many.

    A line that was confirmed stays as it is; one that still waits has the newer picture.
    """
    page = queries.page_by_code(seen.code)
    if page is None:
        words = _l("This page was not printed by this house.")
        raise Unacceptable(words, fields={"photo": words})
    if not may(by, "opinions.page", page):
        raise NotAllowed(
            _l("This page is of the grid %(grid)s, which is not yours.", grid=page.grid.name)
        )
    lock(page)
    page.photographed_at = clock.now()
    known = {each.line: each for each in queries.lines_of(page)}
    waiting = 0
    for each in seen.lines:
        line = known.get(each.line)
        if not each.filled or (line is not None and line.done_at is not None):
            continue
        if line is None:
            line = BookLine(page_id=page.id, line=each.line)
            db.session.add(line)
        line.code_read, line.ticked, line.picture = each.code_read, each.ticked, each.picture
        line.read_at = clock.now()
        waiting += 1
    db.session.flush()
    return page, waiting


def take(line: BookLine) -> None:
    """The line is ours until the transaction ends; `Changed` when it was confirmed before."""
    lock(line)
    if line.done_at is not None:
        raise twice()


def twice() -> Changed:
    """Somebody was faster with this line."""
    return Changed(_l("Somebody has confirmed this line already."))


def close_line(line: BookLine, *, by: Actor, aside_why: str | None = None) -> None:
    """The line, which the caller has taken, is confirmed, and its picture is gone."""
    line.done_at, line.done_by_id = clock.now(), by.id
    line.aside_why, line.picture = aside_why, None
    db.session.flush()


def set_aside(line: BookLine, *, why: str | None, by: Actor) -> None:
    """Nothing in this line is an opinion; the reason stands beside it."""
    take(line)
    if not why:
        words = _l("Say in a few words why.")
        raise EvidenceMissing(words, fields={"why": words})
    close_line(line, by=by, aside_why=why)
