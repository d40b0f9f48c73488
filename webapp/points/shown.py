"""Points, ways and waits in the words of a page."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask_babel import format_datetime, gettext as _, ngettext

from webapp.base import clock
from webapp.points import queries
from webapp.points.hours import Opening
from webapp.points.models import ServicePoint
from webapp.points.nearest import Ranked
from webapp.points.rules import LANES, Template
from webapp.points.waiting import Queue, Wait, wait


def minutes(seconds: float) -> str:
    """A time in minutes, hours or days, rounded up."""
    whole = max(1, -int(-seconds // 60))
    if whole < 60:
        return str(ngettext("%(num)s minute", "%(num)s minutes", whole))
    hours, rest = divmod(whole, 60)
    if hours < 24:
        return str(_("%(h)s h %(m)s min", h=hours, m=rest)) if rest else str(_("%(h)s h", h=hours))
    return str(ngettext("%(num)s day", "%(num)s days", hours // 24))


def distance(metres: float) -> str:
    """A distance as people say it."""
    if metres < 1000:
        return str(_("%(m)s m", m=round(metres / 10) * 10))
    return str(_("%(km)s km", km=f"{metres / 1000:.1f}"))


def span(told: Wait) -> str:
    """The range of a wait."""
    low, high = told.minutes
    if high == 0:
        return str(_("no wait"))
    if low == high or high == 1:
        return str(ngettext("about %(num)s minute", "about %(num)s minutes", high))
    return str(_("%(low)s to %(high)s minutes", low=low, high=high))


def moment(at: datetime) -> str:
    """An hour of today, or the day with it."""
    local, today = at.astimezone(queries.ZONE), queries.today()
    if local.date() == today:
        return str(_("today %(time)s", time=format_datetime(at, "HH:mm")))
    if local.date() == today + timedelta(days=1):
        return str(_("tomorrow %(time)s", time=format_datetime(at, "HH:mm")))
    return str(format_datetime(at, "EEE MM-dd HH:mm"))


def opening(point: ServicePoint) -> tuple[str, str]:
    """(kind of a chip, words): open until when, or when it opens."""
    found: Opening | None = queries.hours(point).next(clock.now())
    if found is None:
        return "rest", str(_("Not open"))
    if found.since > clock.now():
        return "rest", str(_("Opens %(when)s", when=moment(found.since)))
    if found.until - found.since >= timedelta(days=7):
        return "done", str(_("Open day and night"))
    return "done", str(_("Open until %(time)s", time=_end(found.until)))


def closing(at: time) -> str:
    """When a span of a day ends: midnight is the end of the day."""
    return "24:00" if at == time() else f"{at:%H:%M}"


def _end(until: datetime) -> str:
    local = until.astimezone(queries.ZONE)
    if local.time() == time() and local.date() == queries.today() + timedelta(days=1):
        return "24:00"
    return (
        moment(until) if local.date() != queries.today() else str(format_datetime(until, "HH:mm"))
    )


def queue_words(queue: Queue, *, open_now: bool) -> tuple[str, Wait | None]:
    """What can be said of a queue now in a few words, and the wait when it is known."""
    if not open_now:
        return "", None
    why = queue.unknown(clock.now())
    if why is not None:
        return str(_("Queue unknown")), None
    told = wait(queue)
    people = ngettext("%(num)s waits", "%(num)s wait", told.ahead)
    return f"{people} · {span(told)}", told


def turn(each: Ranked) -> str:
    """When it would be one's turn, from now."""
    if each.total_s is None:
        return str(_("not within two weeks"))
    return minutes(each.total_s)


def window(point: ServicePoint, number: int) -> str:
    """A window or lane by its number."""
    lanes = Template(point.template) in LANES
    return str(_("Lane %(n)s", n=number) if lanes else _("Window %(n)s", n=number))
