"""What an office lays down counts at once: limits with their history, steps, the working calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask, g
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from tests.cases.stages import brought_to, reported
from tests.world import World, as_user
from webapp.base import audit, clock
from webapp.base.clock import Calendar, Limit, Unit
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.cases import queries, timing
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import Grade, State
from webapp.cases.standards import actions, in_force, queries as standards, recount
from webapp.cases.standards.rules import Pace

# A Monday morning, 09:00 in Yantai.
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


def deferred() -> list[dict[str, object]]:
    """The arguments of the counts that wait for the worker, oldest first."""
    found = text(
        "SELECT args FROM procrastinate_jobs WHERE task_name = 'standards.recount' ORDER BY id"
    )
    return list(db.session.scalars(found))


def count_anew() -> None:
    """The worker does what waits."""
    for arguments in deferred():
        recount.recount(**arguments)
    db.session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'standards.recount'"))


def test_a_new_limit_is_a_new_row_and_the_one_before_it_ends(world: World) -> None:
    before = queries.condition_for("06012")
    assert before is not None
    made = actions.set_limit(
        class_prefix="06012", place=1, words="道路不洁", grade=Grade.NORMAL,
        amount=2, unit=Unit.WORK_HOUR, by=world.shift_leader,
    )  # fmt: skip
    assert queries.condition_for("06012") == made
    rows = [each for each in standards.limits_of("06012") if each.class_prefix == "06012"]
    assert [each.limit_amount for each in rows] == [2, 4]
    assert rows[1].valid.upper == rows[0].valid.lower
    assert rows[0].set_by_id == world.shift_leader.id
    told = audit.last("limit", made.id)
    assert told is not None
    assert told.data["before"]["limit_amount"] == 4
    assert reported(world, class_code="06012").limit_amount == 2


def test_a_case_that_was_filed_keeps_its_limit(world: World) -> None:
    case = brought_to(State.FILED, world)
    due = case.due_at
    actions.set_limit(
        class_prefix="06010", place=1, words="暴露垃圾", grade=Grade.NORMAL,
        amount=1, unit=Unit.WORK_HOUR, by=world.shift_leader,
    )  # fmt: skip
    assert (case.due_at, case.limit_amount) == (due, 4)


def test_a_condition_that_ends_leaves_the_class_to_the_wider_one(world: World) -> None:
    own = queries.condition_for("06012")
    assert own is not None
    actions.end_limit(own, by=world.shift_leader)
    wider = queries.condition_for("06012")
    assert wider is not None
    assert wider.class_prefix == ""
    with pytest.raises(Unacceptable):
        actions.end_limit(wider, by=world.shift_leader)


@pytest.mark.parametrize(("prefix", "field"), [("99", "class_prefix"), ("06099", "class_prefix")])
def test_a_limit_for_no_class_is_refused(world: World, prefix: str, field: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        actions.set_limit(
            class_prefix=prefix, place=1, words="无", grade=Grade.NORMAL,
            amount=1, unit=Unit.WORK_DAY, by=world.shift_leader,
        )  # fmt: skip
    assert field in refused.value.fields


def test_a_step_may_take_what_the_office_says(world: World) -> None:
    actions.set_stage(
        state=State.REPORTED, pace=Pace.NORMAL, amount=2, unit=Unit.WORK_HOUR, by=world.shift_leader
    )
    with clock.at(MONDAY):
        case = reported(world)
    assert case.stage_due_at == MONDAY + timedelta(hours=2)
    actions.set_stage(
        state=State.REPORTED, pace=Pace.NORMAL, amount=3, unit=Unit.WORK_HOUR, by=world.shift_leader
    )
    assert [each.amount for each in standards.stage_history()] == [3, 2]


def test_a_holiday_counts_at_once_in_every_process(world: World) -> None:
    assert timing.office().works(TUESDAY)
    known = in_force.standards()
    actions.set_day(day=TUESDAY, works=False, words="演练", by=world.shift_leader)
    assert not timing.office().works(TUESDAY)
    # Another process remembers what it read before, and asks for the edition.
    in_force._kept.clear()
    in_force._kept[known.edition] = known
    g.pop("standards")
    assert not timing.office().works(TUESDAY)


def test_nothing_is_remembered_of_a_change_that_was_undone(world: World) -> None:
    with db.session.begin_nested() as inner:
        actions.set_day(day=TUESDAY, works=False, words="演练", by=world.shift_leader)
        assert not timing.office().works(TUESDAY)
        inner.rollback()
    g.pop("standards")
    assert timing.office().works(TUESDAY)


def test_what_is_in_force_costs_one_small_question_a_request(app: Flask, world: World) -> None:
    timing.office()
    g.pop("standards")
    asked: list[str] = []

    def note(conn: object, cursor: object, statement: str, *more: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for _each in range(5):
            timing.office()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) == 1


def test_open_cases_are_due_later_when_a_day_becomes_free(world: World) -> None:
    with clock.at(MONDAY):
        case = reported(world, class_code="06011")
        old, stage = case.due_at, case.stage_due_at
        actions.set_day(day=TUESDAY, works=False, words="演练", by=world.shift_leader)
        count_anew()
        assert case.due_at == timing.office().due(MONDAY, Limit(2, Unit.WORK_DAY))
    assert old is not None
    assert case.due_at is not None
    assert case.due_at - old == timedelta(days=1)
    assert case.stage_due_at == stage
    told = audit.last("case", case.id)
    assert told is not None
    assert (told.move, told.actor_id) == ("recounted", None)
    assert told.data["moments"]["due_at"] == [old.isoformat(), case.due_at.isoformat()]


def test_counting_anew_twice_changes_nothing_more(world: World) -> None:
    with clock.at(MONDAY):
        case = reported(world, class_code="06011")
        actions.set_day(day=TUESDAY, works=False, words="演练", by=world.shift_leader)
        arguments = deferred()[-1]
        count_anew()
        due = case.due_at
        recount.recount(**arguments)
        later = reported(world, class_code="06011")
        fresh = later.due_at
        recount.recount(**arguments)
    assert (case.due_at, later.due_at) == (due, fresh)


def test_two_changes_one_after_the_other_add_up(world: World) -> None:
    with clock.at(MONDAY):
        case = reported(world, class_code="06011")
        old = case.due_at
        actions.set_day(day=TUESDAY, works=False, words="演练", by=world.shift_leader)
        actions.set_day(day=WEDNESDAY, works=False, words="演练", by=world.shift_leader)
        count_anew()
        assert case.due_at == timing.office().due(MONDAY, Limit(2, Unit.WORK_DAY))
        for day in (TUESDAY, WEDNESDAY):
            actions.clear_day(day, by=world.shift_leader)
        count_anew()
    assert case.due_at == old


def test_a_limit_by_the_clock_on_the_wall_does_not_move(world: World) -> None:
    with clock.at(MONDAY):
        case = reported(world, class_code="09012")
        due = case.due_at
        actions.set_day(day=MONDAY.date(), works=False, words="演练", by=world.shift_leader)
        count_anew()
    assert case.due_at == due


def test_other_shifts_from_a_day_on(world: World) -> None:
    summer = ((time(8), time(12)), (time(14), time(18)))
    actions.set_shifts(since=WEDNESDAY, shifts=summer, by=world.shift_leader)
    office = timing.office()
    assert office.shifts_on(TUESDAY) == Calendar().shifts
    assert office.shifts_on(WEDNESDAY) == summer
    # A working day from 09:00 on Tuesday ends where half an hour of the longer day is used up.
    ends = office.due(MONDAY + timedelta(days=1), Limit(1, Unit.WORK_DAY))
    assert abs(ends - datetime(2026, 11, 25, 0, 32, tzinfo=UTC)) < timedelta(seconds=1)


@pytest.mark.parametrize(
    "words", ["08:30", "12:00-08:30", "08:00-12:00 11:00-15:00", "noon-night", ""]
)
def test_shifts_that_cannot_be_are_refused(world: World, words: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        actions.set_shifts(
            since=WEDNESDAY, shifts=actions.parsed_shifts(words), by=world.shift_leader
        )
    assert "shifts" in refused.value.fields


def test_an_office_adds_a_class_of_its_own_and_never_one_of_the_standard(world: World) -> None:
    made = actions.add_class(
        code="29901", name="摊点 & 油烟 <夜间>", name_en="Stalls & fumes <night>", major=None,
        by=world.admin,
    )  # fmt: skip
    assert made.major == "民生诉求类"
    for code, name in (("06053", "新"), ("29901", "新"), ("29902", "供暖")):
        with pytest.raises(Unacceptable):
            actions.add_class(code=code, name=name, name_en=None, major=None, by=world.admin)


def test_private_classes_and_those_that_want_a_person_first(session: Session) -> None:
    by_code = {each.code: each for each in session.scalars(select(CaseClass))}
    assert not any(by_code[code].public for code in ("25001", "26001", "31001", "27003"))
    assert by_code["06010"].public
    assert by_code["29001"].triage
    assert not by_code["21004"].triage
    assert by_code["01003"].merge_radius_m < by_code["29001"].merge_radius_m


PAGES = ("/standards", "/standards/classes/06010", "/standards/stages", "/standards/calendar")


@pytest.mark.parametrize("address", PAGES)
def test_the_desk_reads_and_a_stranger_does_not(app: Flask, world: World, address: str) -> None:
    assert as_user(app, world.dispatcher).get(address).status_code == 200
    assert as_user(app, world.stranger).get(address).status_code == 403
    assert app.test_client().get(address).status_code in (302, 303, 401)


def test_only_the_shift_leader_and_the_administrator_change(app: Flask, world: World) -> None:
    sent = {"day": "2026-11-24", "works": "0", "words": "演练"}
    assert (
        as_user(app, world.dispatcher).post("/standards/calendar/days", data=sent).status_code
        == 403
    )
    assert (
        as_user(app, world.stranger).post("/standards/calendar/days", data=sent).status_code == 403
    )
    assert as_user(app, world.admin).post("/standards/calendar/days", data=sent).status_code == 303
    g.pop("standards", None)
    assert not timing.office().works(TUESDAY)


def test_a_limit_is_set_on_the_page_of_the_class(app: Flask, world: World) -> None:
    browser = as_user(app, world.shift_leader)
    sent = {"part": "limit", "class_prefix": "06017", "place": "1", "words": "绿地脏乱", "grade": "normal",
            "amount": "3", "unit": "work_hour", "guard_unit": "minute"}  # fmt: skip
    assert browser.post("/standards/classes/06017/limits", data=sent).status_code == 303
    page = browser.get("/standards/classes/06017").get_data(as_text=True)
    assert "shift_leader" in page
    wrong = browser.post("/standards/classes/06017/limits", data={**sent, "amount": "-1"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.get_data(as_text=True)


def test_the_count_of_a_case_is_that_of_the_calendar_in_force(world: World) -> None:
    case = reported(world)
    assert case.counted_by == in_force.standards().calendar_edition
    assert db.session.get(Case, case.id) is case
