"""The four ones hold, in the words of a refusal and in the database; the ground knows its grids."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st
from shapely import box, union_all
from sqlalchemy import Update, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.projects.yard import Yard, said, span, square, yard
from tests.world import someone
from webapp.base import audit, clock
from webapp.base.access import may
from webapp.base.db import db
from webapp.base.flow import (
    Changed,
    EvidenceMissing,
    NotAllowed,
    NotOpen,
    Unacceptable,
)
from webapp.base.spatial import shape_of
from webapp.grids import queries as grids
from webapp.people import days
from webapp.projects import actions, gantt, queries, shown
from webapp.projects.forms import BlockerForm, EntryForm
from webapp.projects.models import Project, Share, TeamMember
from webapp.projects.rules import Cause, ProjectState, StageKind, TeamRole

__all__ = ["yard"]


def ends_well(deed: Update | None = None) -> None:
    """What the database asks when a transaction ends is asked now, perhaps after a deed."""
    if deed is not None:
        db.session.execute(deed)
    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    db.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))


def test_a_project_goes_from_proposal_to_its_archive(yard: Yard) -> None:
    project = yard.project
    yard.at_work()
    for name in ("relocate", "level"):
        actions.step(project, name, by=yard.leader)
    actions.step(project, "hand_over", by=yard.leader, note="净地已交付")
    for name in ("enter", "build", "complete", "accept"):
        actions.step(project, name, by=yard.leader)
    actions.step(project, "visit", by=yard.leader, note="企业满意")
    actions.step(project, "archive", by=yard.chief)
    ends_well()
    assert project.state == ProjectState.ARCHIVED
    assert project.handed_over_on == project.visited_on == days.today()
    assert {each.kind for each in project.stages} == set(StageKind)
    assert all(each.ended_on for each in project.stages)
    with pytest.raises(NotOpen):
        actions.hold_up(project, BlockerForm(cause=Cause.OTHER, words="晚了"), by=yard.leader)


def test_the_team_is_complete_with_seven_and_not_with_six(yard: Yard) -> None:
    actions.step(yard.project, "approve", by=yard.chief)
    yard.team(but=TeamRole.FUNDS)
    with pytest.raises(EvidenceMissing):
        actions.step(yard.project, "form_team", by=yard.leader)
    (missing,) = shown.missing_roles(yard.project)
    assert "债券" in str(missing) or "Funds" in str(missing)


def test_nobody_has_two_tasks_of_one_team(yard: Yard) -> None:
    member = yard.seven[0]
    actions.set_member(yard.project, TeamRole.LAND, member.id, by=yard.leader, base_version=None)
    with pytest.raises(Unacceptable):
        actions.set_member(
            yard.project, TeamRole.FUNDS, member.id, by=yard.leader, base_version=None
        )


def test_a_member_at_work_is_changed_for_another_and_never_for_nobody(yard: Yard) -> None:
    yard.at_work()
    ends_well()
    other = someone("other", "support_team", grid=yard.world.home)
    with pytest.raises(Unacceptable):
        actions.set_member(yard.project, TeamRole.LAND, None, by=yard.leader, base_version=None)
    actions.set_member(yard.project, TeamRole.LAND, other.id, by=yard.leader, base_version=None)
    ends_well()
    assert len(yard.project.team) == 7


def test_the_database_itself_refuses_a_team_of_six(yard: Yard, session: Session) -> None:
    yard.at_work()
    ends_well()
    land = TeamMember.role == TeamRole.LAND
    gone = update(TeamMember).where(land).values(until=TeamMember.since)
    with pytest.raises(IntegrityError, match="without its team of 7"), session.begin_nested():
        ends_well(gone)


def test_the_database_itself_refuses_to_go_on_without_a_plan(yard: Yard, session: Session) -> None:
    actions.step(yard.project, "approve", by=yard.chief)
    yard.team()
    actions.step(yard.project, "form_team", by=yard.leader)
    ends_well()
    with pytest.raises(IntegrityError, match="without an approved plan"), session.begin_nested():
        ends_well(update(Project).values(state="plan_approved"))


def test_the_database_itself_refuses_an_archive_before_hand_over_and_visit(
    yard: Yard, session: Session
) -> None:
    yard.at_work()
    with pytest.raises(IntegrityError, match="handed_over"), session.begin_nested():
        session.execute(update(Project).values(state="archived"))
    handed = update(Project).values(state="archived", handed_over_on=days.today())
    with pytest.raises(IntegrityError, match="visited"), session.begin_nested():
        session.execute(handed)


def test_one_version_of_the_plan_is_approved_and_by_somebody_else(yard: Yard) -> None:
    yard.at_work()
    first = yard.project.plan
    assert first is not None
    again = actions.draft_plan(
        yard.project, "改线", {StageKind.LEVELLING: span(0, 30)}, by=yard.chief, base_version=None
    )
    with pytest.raises(NotAllowed):
        actions.approve_plan(yard.project, again, by=yard.chief, base_version=None)
    other = someone("chief2", "street_leader")
    actions.approve_plan(yard.project, again, by=other, base_version=None)
    ends_well()
    assert yard.project.plan is again
    assert first.replaced_at is not None


def test_only_who_holds_such_a_post_leads(yard: Yard) -> None:
    for nobody in (yard.world.stranger, yard.world.worker):
        with pytest.raises(Unacceptable):
            actions.register(said(nobody, name="另一个"), by=yard.deputy)
    with pytest.raises(Unacceptable):
        actions.register(said(yard.leader), by=yard.deputy)


def test_who_saw_an_older_version_is_told(yard: Yard) -> None:
    seen = yard.project.version
    actions.step(yard.project, "approve", by=yard.chief, base_version=seen)
    with pytest.raises(Changed):
        actions.set_leader(yard.project, yard.deputy.id or 0, by=yard.chief, base_version=seen)


def test_what_is_held_up_does_not_move_until_it_is_cleared(yard: Yard) -> None:
    yard.at_work()
    blocker = actions.hold_up(
        yard.project, BlockerForm(cause=Cause.GRAVES, words="三座坟未迁"), by=yard.seven[0]
    )
    with pytest.raises(NotOpen):
        actions.step(yard.project, "relocate", by=yard.leader)
    actions.clear(yard.project, blocker, "已迁至公墓", by=yard.seven[0])
    actions.step(yard.project, "relocate", by=yard.leader)
    with pytest.raises(NotOpen):
        actions.clear(yard.project, blocker, "再来一次", by=yard.seven[0])


def test_the_shares_of_a_site_are_the_ground_itself(yard: Yard) -> None:
    """The same shares as by plain geometry, with the precedence of grids, and nothing twice."""
    home = grids.version_of(yard.world.home)
    assert home is not None
    west, south, east, north = home.shape.bounds
    actions.lay_out(
        yard.project,
        box(west - 50, south - 50, east + 50, north + 50),
        provenance="试",
        by=yard.deputy,
    )
    site = yard.project.sites[-1]
    ground, taken = shape_of(site.geom), []
    expected = {}
    versions = sorted(grids.active_versions(), key=lambda each: (each.precedence, each.code))
    for version in versions:
        inside = version.shape.intersection(ground)
        if not inside.is_empty:
            area = inside.difference(union_all(taken)).area
            taken.append(version.shape)
            if area >= 1:
                expected[version.grid_id] = area
    rows = db.session.scalars(select(Share).where(Share.site_id == site.id)).all()
    assert {each.grid_id for each in rows} == set(expected)
    for each in rows:
        assert each.area_m2 == pytest.approx(expected[each.grid_id], rel=1e-6)
    assert len(rows) > 1
    assert sum(each.share for each in rows) <= 1.000001


def test_a_site_that_is_moved_lies_in_other_grids_whoever_moves_it(
    yard: Yard, session: Session
) -> None:
    (site,) = yard.project.sites
    there = square(*yard.world.spot(yard.world.next_door))
    site.geom = f"SRID={site.geom.srid};{there.wkt}"
    session.flush()
    session.expire_all()
    assert [each.grid_id for each in yard.project.shares] == [yard.world.next_door.id]
    assert yard.project.grid_id == yard.world.next_door.id


def test_the_ground_follows_the_borders_and_the_log_says_so(yard: Yard, session: Session) -> None:
    session.execute(update(Share).values(grid_id=yard.world.next_door.id))
    moved = actions.follow_borders(grids.active_set(), yard.world.admin)  # type: ignore[arg-type]  # it is there
    assert moved == 1
    assert [each.grid_id for each in yard.project.shares] == [yard.world.home.id]
    last = audit.last("project", yard.project.id)
    assert last is not None
    assert last.move == "relocate"
    assert actions.follow_borders(grids.active_set(), yard.world.admin) == 0  # type: ignore[arg-type]  # as above


def test_who_sees_a_project(yard: Yard) -> None:
    world = yard.world
    sees = {
        who: may(who, "projects.see", yard.project)
        for who in (world.worker, world.neighbour, world.stranger, yard.leader, yard.chief)
    }
    assert list(sees.values()) == [True, False, False, True, True]
    assert not may(yard.seven[0], "projects.enter", yard.project)
    yard.team()
    assert may(yard.seven[0], "projects.enter", yard.project)
    assert not may(world.worker, "projects.enter", yard.project)
    # A list says the same as each page.
    for who in (*sees, *yard.seven):
        listed = queries.listed(who, queries.Narrowed(), today=days.today()).rows
        assert bool(listed) == may(who, "projects.see", yard.project)


def test_the_list_knows_what_is_late_and_held_up(yard: Yard) -> None:
    actions.step(yard.project, "approve", by=yard.chief)
    yard.team()
    actions.step(yard.project, "form_team", by=yard.leader)
    yard.planned(relocation=(-30, -3), levelling=(0, 9))
    late = queries.Narrowed(late=True)
    (row,) = queries.listed(yard.chief, late, today=days.today()).rows
    assert row.late_since == days.today() - timedelta(days=3)
    assert queries.listed(yard.chief, queries.Narrowed(blocked=True), today=days.today()).rows == []
    actions.hold_up(yard.project, BlockerForm(cause=Cause.FUNDS, words="资金未到"), by=yard.leader)
    (row,) = queries.listed(yard.chief, queries.Narrowed(blocked=True), today=days.today()).rows
    assert row.blockers == 1
    found = queries.counts(yard.chief, today=days.today())
    assert (found.living, found.blocked, found.late) == (1, 1, 1)


def test_what_was_done_today_arrives_once(yard: Yard) -> None:
    yard.team()
    form = EntryForm.of(
        {"words": "迁坟两座", "people": "12", "mark": "00000000-0000-4000-8000-000000000001"}
    )
    first = actions.write_down(yard.project, form, None, by=yard.seven[0])
    assert actions.write_down(yard.project, form, None, by=yard.seven[0]) is first
    assert queries.written_on(days.today(), yard.seven[0]) == {yard.project.id}


def test_what_a_phone_kept_stands_on_the_day_on_which_it_was_written(yard: Yard) -> None:
    yard.team()
    mark = "00000000-0000-4000-8000-000000000002"
    then = clock.now() - timedelta(days=3)
    sent = {"words": "清表一处", "client_id": mark, "happened_at": then.isoformat()}
    first = actions.write_down(yard.project, EntryForm.of(sent), None, by=yard.seven[0])
    assert first.day == days.first_day(then)
    assert actions.write_down(yard.project, EntryForm.of(sent), None, by=yard.seven[0]) is first
    with pytest.raises(Unacceptable):
        EntryForm.of({**sent, "happened_at": (then - timedelta(days=40)).isoformat()})


@given(
    st.dictionaries(
        st.sampled_from(list(StageKind)),
        st.tuples(st.integers(-400, 400), st.integers(0, 500), st.integers(-400, 400)),
        min_size=1,
    ),
    st.sampled_from([gantt.NARROW, gantt.WIDE]),
)
def test_no_bar_leaves_its_drawing_and_dates_have_room(
    known: dict[StageKind, tuple[int, int, int]], size: tuple[int, int]
) -> None:
    day = date(2026, 6, 15)
    plan = {
        kind: (day + timedelta(days=a), day + timedelta(days=a + long))
        for kind, (a, long, _b) in known.items()
    }
    fact = {kind: (day + timedelta(days=b), None) for kind, (_a, _long, b) in known.items()}
    drawing = gantt.draw(gantt.stages_of(plan, fact), today=day, size=size)
    assert drawing is not None
    for row in drawing.rows:
        for bar in (row.plan, row.fact):
            assert bar is not None
            assert drawing.left <= bar.x
            assert bar.x + bar.width <= drawing.width + 2.1
        assert row.fact_y + gantt.BAR <= drawing.height
    places = [x for x, _day in drawing.ticks]
    assert all(b - a >= gantt.APART * 0.85 for a, b in pairwise(places))
