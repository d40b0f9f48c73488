"""Critical alarms for systems of others, as CAP 1.2: a feed and single messages, never for strangers."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, url_for
from flask_babel import force_locale, gettext

from webapp.base import audit, feed, web
from webapp.base.access import me, permit
from webapp.base.config import Settings
from webapp.base.feed import Entry, Feed
from webapp.base.spatial import lonlat_of
from webapp.base.web import part_of_address
from webapp.grids import queries as grids
from webapp.monitoring.alarms import cap, listing
from webapp.monitoring.alarms.cap import Sender, Told
from webapp.monitoring.alarms.models import Alarm

bp = Blueprint("cap_api", __name__)

web.face("/cap/", feed.plainly)

FEED = 50
BASE = "/api/v1/cap"


@bp.get("/cap/alerts.<any(atom, xml):form>")
@bp.get(f"{BASE}/alerts", endpoint="feed")
@permit("alarms.see")
def alerts(form: str = "atom") -> Response:
    """The newest messages about critical alarms that one may see: as Atom, or (.xml) as RSS."""
    settings: Settings = current_app.extensions["settings"]
    found = listing.critical(me(), limit=FEED)
    with force_locale("zh_CN"):
        told = [each for alarm, events in found for each in cap.messages(alarm, events)]
        told.sort(key=lambda each: (each.event.at, each.event.id), reverse=True)
        made = Feed(
            title=gettext("Critical alarms"),
            words=gettext("Critical alarms, as CAP 1.2"),
            page=url_for("alarm_board.board", _external=True),
            by=_sender(settings).words,
            entries=[_entry(each) for each in told[:FEED]],
            private=True,
        )
        return feed.atom(made) if form == "atom" else feed.rss(made)


@bp.get(f"{BASE}/alerts/<int:alarm_id>/<int:number>")
@permit("alarms.see", of=lambda alarm_id, number: listing.one(alarm_id))
def one(alarm: Alarm) -> Response:
    """One of these messages, as CAP 1.2 writes it."""
    settings: Settings = current_app.extensions["settings"]
    number = int(part_of_address("number"))
    told = cap.messages(alarm, audit.history("alarm", alarm.id))
    found = next((each for each in told if each.event.seq == number), None)
    if found is None:
        abort(404)
    with force_locale("zh_CN"):
        return Response(cap.written(found, _sender(settings)), mimetype=cap.MEDIA_TYPE)


def _entry(told: Told) -> Entry:
    address = url_for("cap_api.one", alarm_id=told.alarm.id, number=told.event.seq, _external=True)
    return Entry(
        key=address,
        title=f"{told.kind} · {cap.headline(told)}",
        href=address,
        words=cap.headline(told),
        at=told.event.at,
        kinds=("Exercise",) if told.alarm.exercise else (),
        spot=lonlat_of(told.alarm.geom),
        media_type=cap.MEDIA_TYPE,
    )


def _sender(settings: Settings) -> Sender:
    street = grids.root()
    name = f"{settings.case_prefix.lower()}.wangge"
    return Sender(name, street.name if street else name, ZoneInfo(settings.timezone))
