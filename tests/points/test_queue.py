"""Numbers are taken, called, served; the queue that is told is the queue that is there."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.points.conftest import MORNING, Station
from tests.world import World, as_user, someone
from webapp.base import clock, notices
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.points import queries, tickets
from webapp.points.actions import Span, set_hours
from webapp.points.models import Ticket
from webapp.points.rules import STALE_S, TicketState
from webapp.points.waiting import Unknown, wait


def number(station: Station, **more: object) -> Ticket:
    """Somebody at the door gets a number."""
    return tickets.take(station.point, item=None, by=station.clerk, own=False, **more)  # type: ignore[arg-type]


def open_window(station: Station, place: int = 0, by: object = None) -> None:
    tickets.open_window(station.point.windows[place], by=by or station.clerk)  # type: ignore[arg-type]


def test_numbers_count_from_one_and_are_called_in_their_order(station: Station) -> None:
    first, second, third = (number(station) for _each in range(3))
    assert [each.label for each in (first, second, third)] == ["A001", "A002", "A003"]
    open_window(station)
    window = station.point.windows[0]
    assert tickets.call_next(window, by=station.clerk) is first
    with pytest.raises(NotOpen, match="先办完"):
        tickets.call_next(window, by=station.clerk)
    tickets.finish(first, by=station.clerk)
    assert tickets.call_next(window, by=station.clerk) is second
    tickets.miss(second, by=station.clerk)
    assert tickets.call_next(window, by=station.clerk) is third
    tickets.finish(third, by=station.clerk)
    assert tickets.call_next(window, by=station.clerk) is None
    assert {each.state for each in (first, third)} == {TicketState.SERVED}


def test_whoever_needs_it_is_called_first(station: Station) -> None:
    number(station)
    elder = number(station, priority=True)
    assert queries.in_line(station.point)[0] is elder
    assert queries.ahead_of(elder) == 0


def test_who_did_not_come_and_is_here_after_all_is_next(station: Station) -> None:
    late = number(station)
    number(station, priority=True)
    open_window(station)
    tickets.call(late, station.point.windows[0], by=station.clerk)
    tickets.miss(late, by=station.clerk)
    tickets.wait_again(late, by=station.clerk)
    assert queries.in_line(station.point)[0] is late


def test_a_window_calls_only_for_what_it_does(station: Station) -> None:
    special, anything = number(station), number(station)
    special.item_code = "JY01"
    window = station.point.windows[0]
    window.items = ["MZ01"]
    open_window(station)
    assert tickets.call_next(window, by=station.clerk) is anything


def test_a_resident_has_one_number_and_may_give_it_back(station: Station) -> None:
    mine = tickets.take(station.point, item=None, by=station.resident)
    with pytest.raises(Changed, match="已经取过号"):
        tickets.take(station.point, item=None, by=station.resident)
    tickets.cancel(mine, by=station.resident)
    assert tickets.take(station.point, item=None, by=station.resident).label == "A003"


def test_a_stranger_neither_calls_nor_gives_back_another_ones_number(station: Station) -> None:
    mine = tickets.take(station.point, item=None, by=station.resident)
    other = someone("another_resident")
    with pytest.raises(NotAllowed):
        tickets.cancel(mine, by=other)
    with pytest.raises(NotAllowed):
        tickets.open_window(station.point.windows[0], by=station.elsewhere)
    open_window(station)
    with pytest.raises(NotAllowed):
        tickets.call(mine, station.point.windows[0], by=station.elsewhere)


def test_a_closed_point_gives_no_numbers(station: Station) -> None:
    with clock.at(MORNING.replace(hour=14)), pytest.raises(NotOpen, match="不开放"):
        number(station)


def test_what_is_not_offered_is_refused_beside_its_field(station: Station) -> None:
    with pytest.raises(Unacceptable) as refusal:
        tickets.take(station.point, item="NONE", by=station.clerk, own=False)
    assert "item" in refusal.value.fields


def test_one_window_a_person_and_one_person_a_window(station: Station) -> None:
    open_window(station)
    with pytest.raises(Changed, match="另一窗口"):
        tickets.open_window(station.point.windows[1], by=station.clerk)
    db.session.refresh(station.point.windows[1])
    with pytest.raises(Changed, match="正在该窗口"):
        tickets.open_window(station.point.windows[0], by=station.second)
    tickets.close_window(station.point.windows[0], by=station.clerk)
    tickets.open_window(station.point.windows[0], by=station.second)


def test_a_window_at_which_somebody_is_called_stays_open(station: Station) -> None:
    number(station)
    open_window(station)
    tickets.call_next(station.point.windows[0], by=station.clerk)
    with pytest.raises(NotOpen):
        tickets.close_window(station.point.windows[0], by=station.clerk)


def test_the_database_itself_refuses_two_people_at_one_window(
    session: Session, station: Station
) -> None:
    first, second = number(station), number(station)
    open_window(station)
    tickets.call(first, station.point.windows[0], by=station.clerk)
    second.state, second.window_id = TicketState.CALLED, first.window_id
    with pytest.raises(IntegrityError, match="uq_ticket_at_window"), session.begin_nested():
        session.flush()


def serve(station: Station, seconds: float, count: int) -> None:
    """So many people are served, each for so long."""
    window = station.point.windows[0]
    for each in range(count):
        begin = MORNING + timedelta(seconds=each * seconds)
        with clock.at(begin):
            number(station)
            called = tickets.call_next(window, by=station.clerk)
            assert called is not None
        with clock.at(begin + timedelta(seconds=seconds)):
            tickets.finish(called, by=station.clerk)


def test_the_wait_is_measured_from_those_who_were_served(station: Station) -> None:
    open_window(station)
    usual = queries.queues([station.point])[station.point.id]
    assert (usual.mean_s, usual.samples) == (station.point.usual_s, 0)
    serve(station, 100, 6)
    with clock.at(MORNING + timedelta(seconds=600)):
        for _each in range(3):
            number(station)
        known = queries.queues([station.point])[station.point.id]
        assert known.samples == 6
        assert known.mean_s == pytest.approx(100)
        assert known.waiting == 3
        assert wait(known).expected_s == pytest.approx(300)


def test_what_was_not_heard_of_for_a_while_is_unknown(station: Station) -> None:
    open_window(station)
    known = queries.queues([station.point])[station.point.id]
    assert known.unknown(MORNING) is None
    assert known.unknown(MORNING + timedelta(seconds=STALE_S + 1)) is Unknown.STALE


def test_the_trend_of_the_day_counts_who_waited_at_each_quarter(station: Station) -> None:
    with clock.at(MORNING):
        waiting = number(station)
    with clock.at(MORNING + timedelta(minutes=20)):
        open_window(station)
        tickets.call(waiting, station.point.windows[0], by=station.clerk)
    with clock.at(MORNING + timedelta(minutes=40)):
        counts = {moment: count for moment, count in queries.trend(station.point, queries.today())}
    assert counts[MORNING] == 1
    assert counts[MORNING + timedelta(minutes=15)] == 1
    assert counts[MORNING + timedelta(minutes=30)] == 0
    assert max(counts) <= MORNING + timedelta(minutes=40)


def test_who_is_called_is_told(station: Station) -> None:
    mine = tickets.take(station.point, item=None, by=station.resident)
    open_window(station)
    tickets.call_next(station.point.windows[0], by=station.clerk)
    (notice,) = notices.unread(station.resident.id or 0)
    assert mine.label in str(notice)
    assert notice.url == f"/tickets/{mine.token}"


def test_yesterdays_numbers_are_void(station: Station) -> None:
    left, called = number(station), number(station)
    open_window(station)
    tickets.call(called, station.point.windows[0], by=station.clerk)
    with clock.at(MORNING + timedelta(days=1)):
        for ticket in queries.of_earlier_days():
            assert ticket in (left, called)
        tickets.lapse()
    assert {left.state, called.state} == {TicketState.CANCELLED}


class TestAppointments:
    """Times that are booked."""

    def slot(self, station: Station) -> datetime:
        return tickets.slots(station.point)[0][0]

    def test_a_week_may_be_set_to_what_it_is(self, station: Station) -> None:
        week = {day: [Span(time(9), time(12)), Span(time(13), time(17))] for day in range(5)}
        for _each in range(2):
            set_hours(station.point, week, base_version=None, by=None)
        assert len(station.point.hours) == 10

    def test_slots_lie_in_the_opening_hours_and_seats_run_out(self, station: Station) -> None:
        slots = tickets.slots(station.point)
        step = timedelta(minutes=station.point.slot_minutes)
        hours = queries.hours(station.point)
        for starts_at, free in slots:
            opening = hours.at(starts_at)
            assert opening is not None
            assert starts_at + step <= opening.until
            assert free == station.point.slot_seats
        first = slots[0][0]
        for who in ("one", "two"):
            tickets.book(station.point, first, item=None, by=someone(who))
        assert first not in dict(tickets.slots(station.point))
        with pytest.raises(Unacceptable):
            tickets.book(station.point, first, item=None, by=someone("three"))

    def test_one_appointment_a_person_and_none_in_between(self, station: Station) -> None:
        tickets.book(station.point, self.slot(station), item=None, by=station.resident)
        with pytest.raises(Changed, match="已有预约"):
            tickets.book(station.point, self.slot(station), item=None, by=station.resident)
        with pytest.raises(Unacceptable):
            tickets.book(
                station.point,
                self.slot(station) + timedelta(minutes=1),
                item=None,
                by=someone("odd"),
            )

    def test_who_has_an_appointment_is_called_before_the_others(self, station: Station) -> None:
        made = tickets.book(station.point, self.slot(station), item=None, by=station.resident)
        number(station)
        with clock.at(made.starts_at):
            mine = tickets.arrive(made, by=station.resident)
        assert mine.label.startswith("B")
        assert queries.in_line(station.point)[0] is mine

    def test_who_does_not_come_has_missed_it_and_the_seat_was_freed_by_calling_off(
        self, station: Station
    ) -> None:
        slot = self.slot(station)
        made = tickets.book(station.point, slot, item=None, by=station.resident)
        tickets.call_off(made, by=station.resident)
        again = tickets.book(station.point, slot, item=None, by=station.resident)
        with clock.at(slot + timedelta(minutes=21)):
            tickets.lapse()
            assert again.state == "missed"
            late = tickets.arrive(again, by=station.resident)
        assert late.priority == 1


def test_pages_of_the_counter_are_for_those_who_serve_there(
    app: Flask, station: Station, world: World
) -> None:
    key = station.point.id
    assert as_user(app, station.clerk).get(f"/counter/{key}").status_code == 200
    assert as_user(app, station.elsewhere).get(f"/counter/{key}").status_code == 403
    assert as_user(app, world.stranger).get(f"/counter/{key}").status_code == 403
    assert as_user(app, world.stranger).post(f"/counter/{key}/tickets").status_code == 403
    assert app.test_client().get(f"/points/{key}").status_code == 200
    assert app.test_client().post(f"/points/{key}/tickets").status_code == 401


def test_a_number_is_seen_by_its_secret_address_only(app: Flask, station: Station) -> None:
    mine = tickets.take(station.point, item=None, by=station.resident)
    anybody = app.test_client()
    page = anybody.get(f"/tickets/{mine.token}")
    assert page.status_code == 200
    assert "A001" in page.get_data(as_text=True)
    assert anybody.get("/tickets/00000000-0000-0000-0000-000000000000").status_code == 404
    app.config["WTF_CSRF_METHODS"] = []
    assert anybody.post(f"/tickets/{mine.token}/cancel").status_code == 403
    other = number(station)
    assert anybody.post(f"/tickets/{other.token}/cancel").status_code == 303
    db.session.refresh(other)
    assert other.state == TicketState.CANCELLED


def test_an_open_counter_keeps_the_queue_known(app: Flask, station: Station) -> None:
    clerk = as_user(app, station.clerk)
    key, window = station.point.id, station.point.windows[0].id
    assert clerk.post(f"/counter/{key}/alive").status_code == 204
    db.session.refresh(station.point)
    assert station.point.heard_at is None, "no window is open"
    assert clerk.post(f"/counter/windows/{window}/open").status_code == 303
    assert clerk.post(f"/counter/{key}/alive").status_code == 204
    db.session.refresh(station.point)
    assert station.point.heard_at is not None
