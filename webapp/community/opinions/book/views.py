"""Pages of the book on paper: printed, photographed, confirmed line by line; answer slips.

OpenCV is loaded with the first page that is printed or read, not with each web process.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.security import limiter
from webapp.base.spatial import to_lonlat
from webapp.base.web import afresh, goto, page, undone
from webapp.community.livelihood.rules import CATEGORY_WORDS
from webapp.community.opinions import actions as opinions, queries as said
from webapp.community.opinions.book import actions, queries
from webapp.community.opinions.book.forms import AsideForm, PrintForm, SlipsForm
from webapp.community.opinions.book.models import BookLine, BookPage
from webapp.community.opinions.forms import SayForm
from webapp.community.opinions.rules import OPINION_WORDS
from webapp.grids import queries as grids
from webapp.grids.models import Grid

bp = Blueprint("opinion_book", __name__, url_prefix="/opinions/book")


@bp.get("")
@permit("opinions.enter")
def home() -> Response:
    """Pages to print, a photo to take, and the pages whose lines wait."""
    return _home()


@bp.post("/pages")
@permit("opinions.enter")
def print_pages() -> ResponseReturnValue:
    """New pages of the book, as a PDF to print."""
    try:
        form = PrintForm.read(request)
        grid = grids.one(form.grid)
        if grid is None:
            words = _l("There is no grid with this code.")
            raise Unacceptable(words, fields={"grid": words})
        made = actions.print_pages(grid, many=form.many, by=me())
    except Refusal as refusal:
        undone(refusal)
        return _home(refusal)
    from webapp.community.opinions.book import printing

    return printing.pages(made)


@bp.get("/pages/<int:page_id>.pdf")
@permit("opinions.page", of=queries.page)
def reprint(found: BookPage) -> Response:
    """The same page once more."""
    from webapp.community.opinions.book import printing

    return printing.pages([found])


@bp.post("/photos")
@limiter.limit("60/hour")
@permit("opinions.enter")
def photograph() -> ResponseReturnValue:
    """The photo of a page: its written lines wait to be confirmed."""
    upload = request.files.get("photo")
    try:
        if upload is None or not upload.filename:
            words = _l("Take a photo of the whole page.")
            raise Unacceptable(words, fields={"photo": words})
        from webapp.community.opinions.book import reading

        found, _waiting = actions.photograph(reading.read(upload.stream), by=me())
    except Refusal as refusal:
        undone(refusal)
        return _home(refusal)
    return goto("opinion_book.show", page_id=found.id)


@bp.get("/pages/<int:page_id>")
@permit("opinions.page", of=queries.page)
def show(found: BookPage) -> Response:
    """A page with the lines that its photos show."""
    lines = queries.lines_of(found)
    return page(
        "community/opinions/book/page.html",
        found=found,
        lines=lines,
        became=said.of_lines([each.id for each in lines]),
        **_words(),
    )


@bp.get("/lines/<int:line_id>")
@permit("opinions.page", of=queries.line)
def confirm(line: BookLine) -> Response:
    """What is written in a line, beside the form for it."""
    return _line(line)


@bp.post("/lines/<int:line_id>")
@permit("opinions.page", of=queries.line)
def enter(line: BookLine) -> ResponseReturnValue:
    """A line becomes an opinion."""
    key = line.id
    try:
        opinions.enter_line(SayForm.read(request), line, by=me())
    except Refusal as refusal:
        return _line(afresh(refusal, lambda: queries.line(key), right="opinions.page"), refusal)
    return _onward(line)


@bp.post("/lines/<int:line_id>/aside")
@permit("opinions.page", of=queries.line)
def aside(line: BookLine) -> ResponseReturnValue:
    """A line is no opinion."""
    key = line.id
    try:
        actions.set_aside(line, why=AsideForm.read(request).why, by=me())
    except Refusal as refusal:
        return _line(afresh(refusal, lambda: queries.line(key), right="opinions.page"), refusal)
    return _onward(line)


@bp.get("/lines/<int:line_id>/picture")
@permit("opinions.page", of=queries.line)
def picture(line: BookLine) -> Response:
    """What was cut out of the photo, until somebody has confirmed it."""
    if line.picture is None:
        abort(404)
    answer = Response(line.picture, mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/slips")
@permit("opinions.enter")
def slips() -> Response:
    """Replies that nobody can read online, to be printed."""
    return page("community/opinions/book/slips.html", rows=said.without_slip(me()), **_words())


@bp.post("/slips")
@permit("opinions.enter")
def print_slips() -> ResponseReturnValue:
    """The chosen slips as a PDF to print and cut."""
    chosen = set(SlipsForm.read(request).opinions)
    found = [each for each in said.without_slip(me()) if each.id in chosen]
    if not found:
        return goto("opinion_book.slips")
    opinions.print_slips(found, by=me())
    from webapp.community.opinions.book import printing

    return printing.slips(found)


def _onward(line: BookLine) -> Response:
    """To the next line of the page that waits, or to the page."""
    following = queries.next_line(line.page_id)
    if following is not None:
        return goto("opinion_book.confirm", line_id=following.id)
    return goto("opinion_book.show", page_id=line.page_id)


def _home(refusal: Refusal | None = None) -> Response:
    who = me()
    mine = [each for each in grids.living() if may(who, "opinions.page", BookPage(grid_id=each.id))]
    return page(
        "community/opinions/book/home.html",
        pages=queries.pages(who),
        grids=[(each.display_code, f"{each.display_code} {each.name}") for each in mine],
        **_told(refusal),
    )


def _line(line: BookLine, refusal: Refusal | None = None) -> Response:
    sent: Any = request.form
    if refusal is None:
        lon, lat = _middle(line.page.grid)
        sent = {"kind": line.ticked, "lon": lon, "lat": lat}
    return page(
        "community/opinions/book/line.html",
        line=line,
        **{**_told(refusal), "sent": sent},
        **_words(),
    )


def _middle(grid: Grid) -> tuple[str, str]:
    """A point well inside the grid of a page: where an opinion lies until somebody moves it."""
    version = grids.version_of(grid)
    if version is None:
        return "", ""
    inside = version.shape.representative_point()
    lon, lat = to_lonlat(inside.x, inside.y)
    return f"{lon:.6f}", f"{lat:.6f}"


def _told(refusal: Refusal | None) -> dict[str, Any]:
    return {
        "errors": refusal.fields if refusal else {},
        "told": refusal.words if refusal else None,
        "sent": request.form,
        "status": refusal.status if refusal else 200,
    }


def _words() -> dict[str, Any]:
    return {"opinion_kinds": OPINION_WORDS, "themes": CATEGORY_WORDS}
