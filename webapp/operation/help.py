"""Help: how the house is used, one page for each way of working, whole in each language."""

from __future__ import annotations

from flask import Blueprint, Response, abort
from flask_babel import get_locale, lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import public
from webapp.base.web import page

bp = Blueprint("help", __name__)

PAGES: dict[str, LazyString] = {
    "residents": _l("For residents"),
    "services": _l("Services and applications"),
    "jobs": _l("Jobs: seekers, employers, staff"),
    "points": _l("Service points, numbers and news"),
    "phone": _l("On the phone"),
    "desk": _l("At the desk"),
    "borders": _l("Borders of the grids"),
    "people": _l("People and posts"),
    "standards": _l("Classes and limits"),
    "gates": _l("At the gate of a point"),
    "cameras": _l("Cameras and what they see"),
    "machines": _l("Machines that tell of alarms"),
    "alarms": _l("Alarms, ladders and exercises"),
    "danger": _l("Danger zones, muster points and roll-calls"),
    "safety": _l("Safety: enterprises, hidden dangers, inspections"),
    "ports": _l("Fishing ports and vessels"),
    "homes": _l("Homes, residents and visits"),
    "community": _l("Community: livelihood items, opinions, deliberation"),
    "ledgers": _l("Ledgers: rows, frozen and signed, files"),
    "exports": _l("Lists as files"),
    "briefings": _l("Briefings and the morning bulletin"),
    "projects": _l("Projects and their four ones"),
    "relocation": _l("Relocation: households, promises, clean land"),
    "open311": _l("Other programs: Open311"),
    "feeds": _l("Feeds and calendars"),
    "webhooks": _l("Other programs: Webhooks"),
    "ogc": _l("Other programs: GIS and OGC API"),
}


@bp.get("/help")
@public("help is for everybody")
def contents() -> Response:
    """What there is help on."""
    return page("help/contents.html", pages=PAGES)


@bp.get("/help/<topic>")
@public("help is for everybody")
def show(topic: str) -> Response:
    """One page of help."""
    if topic not in PAGES:
        abort(404)
    language = "en" if get_locale().language == "en" else "zh_CN"
    return page("help/page.html", pages=PAGES, topic=topic, text=f"help/{topic}.{language}.html")
