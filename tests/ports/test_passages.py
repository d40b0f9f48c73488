"""Crossings are found from what is stored: each once, whatever comes late or twice."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.ports.harbour import LAT, LON, Harbour, harbour
from tests.ports.nmea import MMSI
from tests.world import as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.monitoring.signals import Position
from webapp.ports import actions
from webapp.ports.forms import GateLineForm
from webapp.ports.sea import keeping
from webapp.ports.sea.models import Passage

__all__ = ["harbour"]

# The gate runs from west to east a hundred metres and more south of the quay: the port lies to its left.
GATE = f"{LON - 0.005} {LAT - 0.003}\n{LON + 0.005} {LAT - 0.003}"
# Degrees of latitude in 100 m.
STEP = 0.0009


def gate(harbour: Harbour, drawn: str = GATE) -> None:
    form = GateLineForm.of({"name": "mouth", "corners": drawn})
    actions.draw_gate_line(harbour.port, form, by=harbour.keeper)


def trip(begin: datetime, *, far: int = 12, every_s: int = 30) -> list[Position]:
    """Out to the south and back again, 100 m between two positions, after a while at the quay."""
    souths = [0] * 4 + list(range(far)) + [far] * 4 + list(range(far, 0, -1)) + [0] * 4
    return [
        Position(
            MMSI, begin + timedelta(seconds=every_s * n), (LON, LAT - STEP * south), 5.0, 180.0
        )
        for n, south in enumerate(souths)
    ]


def tell(positions: list[Position], source: str = "shore") -> None:
    keeping.keep(positions, source=source, received_at=clock.now())


def passages() -> list[tuple[datetime, bool, datetime]]:
    found = select(Passage).order_by(Passage.at)
    return [(each.at, each.out, each.settled_at) for each in db.session.scalars(found)]


@pytest.fixture
def begin() -> datetime:
    """Some hours ago."""
    return clock.now() - timedelta(hours=3)


def test_a_trip_is_out_and_in(harbour: Harbour, begin: datetime) -> None:
    gate(harbour)
    told = trip(begin)
    tell(told)
    (out, is_out, _settled), (back, is_back, _too) = passages()
    assert (is_out, is_back) == (True, False)
    assert told[4].at < out < back < told[-4].at


def test_without_a_gate_line_nothing_is_crossed(harbour: Harbour, begin: datetime) -> None:
    tell(trip(begin))
    assert passages() == []


@pytest.mark.parametrize("seed", range(6))
def test_in_whatever_order_and_however_often_they_come_the_crossings_are_the_same(
    harbour: Harbour, begin: datetime, seed: int
) -> None:
    gate(harbour)
    told = trip(begin) + trip(begin + timedelta(minutes=40))
    in_order = db.session.begin_nested()
    for at in range(0, len(told), 7):
        tell(told[at : at + 7])
    wanted = passages()
    assert [out for _at, out, _settled in wanted] == [True, False] * 2
    in_order.rollback()
    db.session.expire_all()
    dice = random.Random(seed)
    pieces = [told[at : at + 5] for at in range(0, len(told), 5)]
    dice.shuffle(pieces)
    for piece in pieces:
        tell(piece)
    assert passages() == wanted
    tell(told)
    tell(told, source="other")
    assert passages() == wanted


def test_a_crossing_that_was_none_is_taken_back(harbour: Harbour, begin: datetime) -> None:
    gate(harbour)
    told = trip(begin)
    # Of the way round the end of the line only its two ends came at first.
    quay, sea = told[:4], told[16:20]
    tell([*quay, *sea])
    assert len(passages()) == 1
    round_the_end = [
        Position(MMSI, told[4 + n].at, (LON + 0.008, LAT - STEP * south), 5.0, 180.0)
        for n, south in enumerate((0, 6, 11))
    ]
    tell(round_the_end)
    assert passages() == []


def test_a_line_drawn_anew_begins_anew(harbour: Harbour, begin: datetime) -> None:
    gate(harbour)
    told = trip(begin)
    tell(told[:10])
    gate(harbour, f"{LON - 0.005} {LAT - 0.001}\n{LON + 0.005} {LAT - 0.001}")
    tell(told[10:20])
    assert passages() == []
    tell(told[20:])
    assert [out for _at, out, _settled in passages()] == [False]


def test_the_page_of_a_vessel_shows_which_crossing_was_reported(
    app: Flask, harbour: Harbour, session: Session, begin: datetime
) -> None:
    gate(harbour)
    with clock.at(begin):
        harbour.leave()
    tell(trip(begin))
    session.commit()
    page = as_user(app, harbour.keeper).get(f"/vessels/{harbour.vessel.id}").text
    assert "未报告" in page
    assert page.count("mouth") >= 2
    assert page.count("未报告") == 1
