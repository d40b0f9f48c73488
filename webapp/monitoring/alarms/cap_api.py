"""Critical alarms for systems of others, as CAP 1.2: a feed and single messages, never for strangers."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from feedgen.feed import FeedGenerator
from flask import Blueprint, Response, abort, current_app, make_response, request, url_for
from flask_babel import force_locale, gettext

from webapp.base import audit
from webapp.base.access import me, permit
from webapp.base.config import Settings
from webapp.base.web import part_of_address
from webapp.grids import queries as grids
from webapp.monitoring.alarms import cap, listing
from webapp.monitoring.alarms.cap import Sender, Told
from webapp.monitoring.alarms.models import Alarm

bp = Blueprint("cap_api", __name__, url_prefix="/api/v1/cap")

FEED = 50


@bp.get("/alerts")
@permit("alarms.see")
def feed() -> Response:
    """The newest messages about critical alarms that one may see, as an Atom feed."""
    settings: Settings = current_app.extensions["settings"]
    found = listing.critical(me(), limit=FEED)
    with force_locale("zh_CN"):
        told = [each for alarm, events in found for each in cap.messages(alarm, events)]
        told.sort(key=lambda each: (each.event.at, each.event.id), reverse=True)
        made = _feed(told[:FEED], _sender(settings))
    answer = make_response(made.atom_str(pretty=True))
    answer.mimetype = "application/atom+xml"
    answer.add_etag()
    return answer.make_conditional(request)  # type: ignore[return-value]  # it is still ours


@bp.get("/alerts/<int:alarm_id>/<int:number>")
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


def _feed(told: list[Told], sender: Sender) -> FeedGenerator:
    made = FeedGenerator()
    here = url_for("cap_api.feed", _external=True)
    made.id(here)
    made.title(gettext("Critical alarms"))
    made.author(name=sender.words)
    made.link(href=here, rel="self")
    if told:
        made.updated(told[0].event.at)
    for each in told:
        address = url_for(
            "cap_api.one", alarm_id=each.alarm.id, number=each.event.seq, _external=True
        )
        entry = made.add_entry(order="append")
        entry.id(address)
        entry.title(f"{each.kind} · {cap.headline(each)}")
        entry.updated(each.event.at)
        entry.link(href=address, type=cap.MEDIA_TYPE)
        if each.alarm.exercise:
            entry.category(term="Exercise")
    return made


def _sender(settings: Settings) -> Sender:
    street = grids.root()
    name = f"{settings.case_prefix.lower()}.wangge"
    return Sender(name, street.name if street else name, ZoneInfo(settings.timezone))
