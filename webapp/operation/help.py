"""Help: how the house is used, a page for each way of working and a guide for each role, in each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, redirect, url_for
from flask_babel import get_locale, lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response as BaseResponse

from webapp.base.access import me, public
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


@dataclass(frozen=True)
class Guide:
    """What somebody in these posts does all day, on one page with one picture of this size (pixels)."""

    words: LazyString
    roles: frozenset[str]
    size: tuple[int, int]


PHONE, DESK = (390, 700), (960, 600)


def _guide(words: LazyString, *roles: str, size: tuple[int, int] = DESK) -> Guide:
    return Guide(words, frozenset(roles), size)


# Whoever holds none of these posts reads the one for residents.
RESIDENT = "resident"
GUIDES: dict[str, Guide] = {
    "worker": _guide(
        _l("Grid worker"),
        *("grid_worker", "part_time_worker", "building_head", "support_team", "forest_ranger"),
        size=PHONE,
    ),
    "leader": _guide(_l("Grid leader"), "grid_leader", "grid_secretary", size=PHONE),
    "desk": _guide(_l("Acceptor and dispatcher"), "acceptor", "dispatcher"),
    "shift": _guide(_l("Shift leader"), "shift_leader"),
    "handler": _guide(_l("Department"), "handler", "dept_head"),
    "window": _guide(_l("Window and workstation"), "point_staff", "station_head"),
    "agent": _guide(_l("Agent"), "agent", size=PHONE),
    "street": _guide(_l("Street leader and supervisor"), "street_leader", "supervisor"),
    "safety": _guide(_l("Safety officer"), "safety_officer"),
    "project": _guide(_l("Project lead"), "project_lead"),
    "port": _guide(_l("Port manager and skipper"), "port_manager"),
    RESIDENT: _guide(
        *(_l("Resident"), "resident", "party_household", "good_neighbor", "job_seeker"),
        size=PHONE,
    ),
    "employer": _guide(_l("Employer"), "employer", size=PHONE),
    "admin": _guide(_l("Administrator"), "admin", "machine"),
}


@bp.get("/help")
@public("help is for everybody")
def contents() -> Response:
    """What there is help on."""
    return page("help/contents.html", pages=PAGES, guides=GUIDES, own=_own())


@bp.get("/help/guide")
@public("help is for everybody")
def own() -> BaseResponse:
    """The guide of whoever asks, by the first post that has one."""
    return redirect(url_for("help.guide", name=_own()))


@bp.get("/help/guides/<name>")
@public("help is for everybody")
def guide(name: str) -> Response:
    """The guide of one role."""
    if name not in GUIDES:
        abort(404)
    return page("help/guide.html", name=name, guide=GUIDES[name], language=_language())


def _own() -> str:
    held: Any = getattr(me(), "held", ())
    found = (name for each in held for name, guide in GUIDES.items() if each.role in guide.roles)
    return next(found, RESIDENT)


def _language() -> str:
    return "en" if get_locale().language == "en" else "zh_CN"


@bp.get("/help/<topic>")
@public("help is for everybody")
def show(topic: str) -> Response:
    """One page of help."""
    if topic not in PAGES:
        abort(404)
    text = f"help/{topic}.{_language()}.html"
    return page("help/page.html", pages=PAGES, topic=topic, text=text)
