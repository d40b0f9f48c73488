"""The board on the wall, and the figures of alarms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request

from webapp.base import clock
from webapp.base.access import me, permit
from webapp.base.past import told_then
from webapp.base.web import page
from webapp.monitoring.alarms import listing, shown
from webapp.monitoring.alarms.figures import queries as figures
from webapp.monitoring.alarms.figures.queries import Span
from webapp.monitoring.alarms.forms import FiguresForm
from webapp.monitoring.alarms.rules import FLOOD, FLOOD_TIME

bp = Blueprint("alarm_board", __name__)

# What has gone on so long stands.
STANDING = timedelta(hours=24)
# The figures beside the board are of so many days.
BOARD_DAYS = 7


@bp.get("/alarms/board")
@permit("alarms.board")
def board() -> Response:
    """One screen: what is going on, where, the clocks of the ladders, how much there is for whom."""
    return page("monitoring/alarms/board.html", fragment="live", **_live(), **shown.words())


@bp.get("/alarms/figures")
@told_then
@permit("alarms.board")
def counted() -> Response:
    """How many alarms there were for whom, how true they were, how soon somebody came."""
    wish = FiguresForm.of(request.args.to_dict())
    span = _span(timedelta(days=wish.days))
    return page(
        "monitoring/alarms/figures.html",
        wish=wish,
        totals=figures.totals(span),
        load=figures.load(span),
        operators=figures.operators(span),
        bad_actors=figures.bad_actors(span),
        of_rules=figures.of_rules(span),
        of_cameras=figures.of_cameras(span),
        standing=figures.standing(clock.now() - STANDING),
        intervals=figures.intervals(span),
        interval_words=shown.INTERVAL_WORDS,
        flood=FLOOD,
        **shown.words(),
    )


def _live() -> dict[str, Any]:
    now = clock.now()
    week = _span(timedelta(days=BOARD_DAYS))
    return {
        "alarms": listing.on_board(me()),
        "counts": listing.counts(me()),
        "clocks": listing.clocks(),
        "load": figures.load(_span(FLOOD_TIME)),
        "operators": figures.operators(_span(FLOOD_TIME)),
        "week": figures.totals(week),
        "bad_actors": figures.bad_actors(week),
        "of_rules": figures.of_rules(week),
        "standing": figures.standing(now - STANDING),
        "undelivered": listing.undelivered(),
        "failed": listing.failed_since(now - STANDING),
        "flood": FLOOD,
    }


def _span(back: timedelta) -> Span:
    now = clock.now()
    return Span(now - back, now + timedelta(seconds=1))
