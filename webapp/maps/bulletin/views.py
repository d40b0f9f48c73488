"""The bulletin as a page, as PDF, as Word, and its maps."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, abort, render_template
from flask_babel import format_date, gettext as _

from webapp.base.access import permit
from webapp.base.web import page
from webapp.maps import queries as maps
from webapp.maps.bulletin import queries, shown
from webapp.maps.bulletin.models import Bulletin

bp = Blueprint("bulletin", __name__, url_prefix="/bulletin")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("")
@permit("bulletin.read")
def newest() -> Response:
    """The newest bulletin; before the first of them, when there will be one."""
    return _page(queries.newest())


@bp.get("/<day>")
@permit("bulletin.read")
def one(day: str) -> Response:
    """The bulletin of a day."""
    found = queries.of_day(_day(day))
    if found is None:
        abort(404)
    return _page(found)


@bp.get("/<day>.pdf")
@permit("bulletin.read")
def pdf(day: str) -> Response:
    """The bulletin of a day on paper."""
    from webapp.base import paper  # the fonts take a moment to load

    bulletin = _whole(day)
    sheet = render_template("maps/bulletin/sheet.html", on_sheet=True, **_said(bulletin))
    photos = {each.name: getattr(bulletin, each.name) for each in shown.maps()}
    return _file(paper.made(sheet, photos), bulletin, "pdf", "application/pdf")


@bp.get("/<day>.docx")
@permit("bulletin.read")
def docx(day: str) -> Response:
    """The bulletin of a day as a Word document."""
    from webapp.maps.bulletin import word  # as above

    bulletin = _whole(day)
    place = maps.territory().name or ""
    body = word.written(bulletin, title=_title(bulletin), place=place)
    return _file(body, bulletin, "docx", DOCX)


@bp.get("/<day>/<any(loads, weeks):name>.png")
@permit("bulletin.read")
def picture(day: str, name: str) -> Response:
    """A map of the bulletin."""
    answer = Response(getattr(_whole(day), name), mimetype="image/png")
    answer.cache_control.private = True
    answer.cache_control.max_age = 86400
    return answer


def _page(bulletin: Bulletin | None) -> Response:
    return page(
        "maps/bulletin/page.html",
        days=queries.days(),
        **(_said(bulletin) if bulletin is not None else {"bulletin": None}),
    )


def _said(bulletin: Bulletin) -> dict[str, object]:
    return {
        "bulletin": bulletin,
        "title": _title(bulletin),
        "lines": shown.lines(bulletin),
        "parts": shown.parts(bulletin),
        "maps": shown.maps(),
    }


def _file(body: bytes, bulletin: Bulletin, ending: str, media_type: str) -> Response:
    answer = Response(body, mimetype=media_type)
    name = f"bulletin-{bulletin.day.isoformat()}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _title(bulletin: Bulletin) -> str:
    said: str = _("Bulletin of %(day)s", day=format_date(bulletin.day))
    return said


def _whole(day: str) -> Bulletin:
    found = queries.with_pictures(_day(day))
    if found is None:
        abort(404)
    return found


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        abort(404)
