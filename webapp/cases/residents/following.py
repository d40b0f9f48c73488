"""Who follows a place: begun, confirmed, ended; and the news of it, each told once."""

from __future__ import annotations

import secrets
from collections import defaultdict
from datetime import timedelta
from itertools import islice
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext, lazy_gettext as _l
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock, notices, tasks
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import NotOpen, Unacceptable
from webapp.base.language import N_
from webapp.base.spatial import stored, to_metric
from webapp.cases.residents import queries
from webapp.cases.residents.models import Follow, FollowedEvent
from webapp.cases.residents.rules import (
    CONFIRM_DAYS,
    FOLLOWS_EACH,
    LARGEST_AREA_M2,
    NEWS,
    Every,
    Kind,
)
from webapp.grids.models import Grid
from webapp.people import phones, throttle
from webapp.people.throttle import Subject

LonLat = tuple[float, float]

# So many news stand in one text; the others are counted.
IN_A_TEXT = 3


def follow(
    *,
    grid: Grid | None = None,
    spot: LonLat | None = None,
    radius_m: int | None = None,
    corners: list[LonLat] | None = None,
    name: str | None = None,
    class_prefix: str | None = None,
    every: Every,
    by: Actor,
    phone: str | None = None,
    address: str = "",
    locale: str,
) -> Follow:
    """The account follows a grid, a spot with its surroundings, or an area.

    Without an account the phone is sent a link, and follows once this link was used.
    """
    number = None if by.id is not None else phones.normal(phone or "")
    if len(queries.follows_of(by.id, number)) >= FOLLOWS_EACH:
        raise NotOpen(_l("You follow 20 places already. End one of them first."))
    if number is not None:
        throttle.admit(Subject("code", number), Subject("code_address", address))
    new = Follow(
        account_id=by.id,
        phone=number,
        locale=locale,
        name=name,
        class_prefix=class_prefix,
        every=every,
        token=secrets.token_urlsafe(12),
        created_at=clock.now(),
        confirmed_at=clock.now() if by.id is not None else None,
        **_where(grid, spot, radius_m, corners),
    )
    db.session.add(new)
    db.session.flush()
    if number is not None and phones.at_home(number) and phones.takes_texts(number):
        words = N_("Wangge: do you want to follow this place? Open %(url)s. If not, do nothing.")
        notices.send(_channel(), number, words, locale=locale, url=_link(new))
    return new


def _where(
    grid: Grid | None,
    spot: LonLat | None,
    radius_m: int | None,
    corners: list[LonLat] | None,
) -> dict[str, Any]:
    if grid is not None:
        return {"kind": Kind.GRID, "grid_id": grid.id}
    if corners:
        return {"kind": Kind.AREA, "geom": stored(_area(corners))}
    if spot is not None and radius_m:
        return {
            "kind": Kind.SPOT,
            "geom": stored(Point(to_metric(*spot))),
            "radius_m": radius_m,
        }
    words = _l("Choose a grid, a place on the map, or draw an area.")
    raise Unacceptable(words, fields={"where": words})


def _area(corners: list[LonLat]) -> BaseGeometry:
    words = _l("This is no area: draw at least three corners, and no line across another.")
    if len(corners) < 3:
        raise Unacceptable(words, fields={"where": words})
    area = Polygon([to_metric(*each) for each in corners])
    if not area.is_valid or not 0 < area.area <= LARGEST_AREA_M2:
        raise Unacceptable(words, fields={"where": words})
    return area


def confirm(follow: Follow) -> None:
    """The phone has said yes; from now on it is told."""
    if follow.ended_at is not None:
        raise NotOpen(_l("This has ended. Begin anew, please."))
    follow.confirmed_at = follow.confirmed_at or clock.now()


def end(follow: Follow) -> None:
    """Nothing more is told, and the number is forgotten."""
    follow.ended_at = follow.ended_at or clock.now()
    follow.phone = None


@tasks.task("follows.tell_at_once", cron="* * * * *")
def tell_at_once() -> None:
    """Whoever wants news at once has them."""
    gather()
    tell(Every.ONCE)


@tasks.task("follows.tell_daily", cron="0 0 * * *")
def tell_daily() -> None:
    """At eight in the morning (China) those who want one text a day have it."""
    gather()
    tell(Every.DAILY)


@tasks.task("follows.forget", cron="37 2 * * *")
def forget() -> None:
    """Follows that nobody confirmed are gone, with their numbers."""
    old = clock.now() - timedelta(days=CONFIRM_DAYS)
    db.session.execute(delete(Follow).where(Follow.confirmed_at.is_(None), Follow.created_at < old))


def gather() -> int:
    """What is new stands with everybody who follows it; answers how much that is."""
    news = insert(FollowedEvent).from_select(
        ["follow_id", "event_id"], queries.news_for_followers()
    )
    rows = db.session.execute(news.on_conflict_do_nothing().returning(FollowedEvent.event_id)).all()
    return len(rows)


def tell(every: Every) -> int:
    """Each follower has one text and one notice with what is new; answers how many were told."""
    waiting: dict[tuple[int | None, str | None], list[Any]] = defaultdict(list)
    for row in queries.untold(every):
        follow: Follow = row[1]
        waiting[follow.account_id, follow.phone].append(row)
        row[0].told_at = clock.now()
    for rows in waiting.values():
        _tell_one(rows)
    return len(waiting)


def _tell_one(rows: list[Any]) -> None:
    follow: Follow = rows[0][1]
    # The same event may lie in two places that one person follows.
    news = {event.id: (event, case) for _known, _follow, event, case in rows}
    account = follow.account
    locale = (account.locale if account else None) or follow.locale
    with force_locale(locale):
        lines = [
            _line(event.move, case, locale) for event, case in islice(news.values(), IN_A_TEXT)
        ]
        rest = len(news) - len(lines)
        if rest:
            lines.append(gettext("and %(n)s more", n=rest))
    said = {"count": len(news), "news": "; ".join(lines)}
    if account is not None:
        words = N_("News of what you follow (%(count)s): %(news)s")
        notices.notify([account.id], words, url="/follow", **said)
    phone = account.phone if account else follow.phone
    if phone:
        words = N_("Wangge, news of what you follow (%(count)s): %(news)s. To end it: %(url)s")
        notices.send(_channel(), phone, words, locale=locale, url=_link(follow), **said)


def _line(move: str, case: Any, locale: str) -> str:
    english = locale == "en" and case.case_class.name_en
    what = case.case_class.name_en if english else case.case_class.name
    place = f" {case.grid.name}" if case.grid else ""
    return f"{NEWS[move]}: {what}{place} {case.number}"


def _channel() -> str:
    channel: str = current_app.extensions["settings"].sms_channel
    return channel


def _link(follow: Follow) -> str:
    return f"{current_app.extensions['settings'].address}/follow/{follow.token}"
