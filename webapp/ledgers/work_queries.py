"""Rows of the ledgers of work: matters, visits, patrols, requests, matters done by agents."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, join, or_, select
from sqlalchemy.orm import aliased

from webapp.cases.appeals.models import Appeal
from webapp.cases.appeals.rules import APPEAL_FLOW, APPEAL_WORDS
from webapp.cases.field.models import Patrol, PatrolPoint
from webapp.cases.field.rules import PATROL_FLOW, PointState
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import CASE_FLOW, GRADE_WORDS, SOURCE_WORDS, State
from webapp.grids.models import Grid, Unit
from webapp.ledgers.source import GRID, Column, Kind, Source
from webapp.people.models import Account
from webapp.residents.models import Building, Dwelling, HomeVisit, Household, Resident
from webapp.residents.rules import Relation
from webapp.residents.visit_rules import HOME_VISIT_FLOW, MANNER_WORDS, NEED_WORDS
from webapp.services.applications.models import Application
from webapp.services.applications.rules import APPLICATION_FLOW, CHANNEL_WORDS, Channel
from webapp.services.items.models import ItemVersion

_DEPARTMENT = aliased(Unit)


def _matters(*which: ColumnElement[bool]) -> Source:
    return Source(
        rows=join(Case, CaseClass, Case.class_code == CaseClass.code)
        .join(Grid, Case.grid_id == Grid.id, isouter=True)
        .join(_DEPARTMENT, Case.department_id == _DEPARTMENT.id, isouter=True),
        model=Case,
        key=Case.id,
        grid_id=Case.grid_id,
        at=Case.received_at,
        which=which,
        columns=(
            Column("number", _l("Number"), Case.number, found=True),
            *GRID,
            Column("class", _l("Class"), CaseClass.name, found=True),
            Column("source", _l("Who brought it"), Case.source, Kind.CHOICE, SOURCE_WORDS),
            Column("grade", _l("Grade"), Case.grade, Kind.CHOICE, GRADE_WORDS),
            Column("department", _l("Department"), _DEPARTMENT.name, found=True),
            Column("received_at", _l("Received on"), Case.received_at, Kind.MOMENT),
            Column("due_at", _l("Due by"), Case.due_at, Kind.MOMENT),
            Column("state", _l("State"), Case.state, Kind.CHOICE, CASE_FLOW.states),
            Column("closed_at", _l("Closed on"), Case.closed_at, Kind.MOMENT),
        ),
    )


def _of_class(*beginnings: str) -> ColumnElement[bool]:
    return or_(*(Case.class_code.startswith(each) for each in beginnings))


def _many(*which: ColumnElement[bool]) -> Any:
    return func.count().filter(*which) if which else func.count()


EVALUATION = Source(
    rows=join(Case, Grid, Case.grid_id == Grid.id),
    model=Case,
    key=Grid.id,
    grid_id=Case.grid_id,
    at=Case.received_at,
    group=(Grid.id,),
    columns=(
        *GRID,
        Column("reported", _l("Matters reported"), _many(), Kind.NUMBER),
        Column("filed", _l("Matters filed"), _many(Case.filed_at.is_not(None)), Kind.NUMBER),
        Column("closed", _l("Matters closed"), _many(Case.closed_at.is_not(None)), Kind.NUMBER),
        Column(
            "in_time",
            _l("Matters closed in time"),
            _many(
                Case.closed_at.is_not(None),
                or_(Case.due_at.is_(None), Case.closed_at <= Case.due_at),
            ),
            Kind.NUMBER,
        ),
        Column("void", _l("Matters void"), _many(Case.state == State.VOID), Kind.NUMBER),
        Column("reworked", _l("Handled again"), _many(Case.reworks > 0), Kind.NUMBER),
        Column("reopened", _l("Reopened"), _many(Case.reopenings > 0), Kind.NUMBER),
    ),
)

VISITS = Source(
    rows=join(HomeVisit, Household, HomeVisit.household_id == Household.id)
    .join(Dwelling, Household.dwelling_id == Dwelling.id)
    .join(Building, Dwelling.building_id == Building.id)
    .join(Grid, Building.grid_id == Grid.id, isouter=True)
    .join(Account, HomeVisit.account_id == Account.id, isouter=True),
    model=Building,
    key=HomeVisit.id,
    grid_id=Building.grid_id,
    at=HomeVisit.due_on,
    columns=(
        *GRID,
        Column("building", _l("Building"), Building.name, found=True),
        Column("door", _l("Door"), Dwelling.door),
        Column(
            "head",
            _l("Head of the household"),
            select(func.max(Resident.name))
            .where(
                Resident.household_id == Household.id,
                Resident.relation == Relation.HEAD,
                Resident.left_at.is_(None),
            )
            .correlate(Household)
            .scalar_subquery(),
            Kind.NAME,
        ),
        Column("due_on", _l("Due by"), HomeVisit.due_on, Kind.DAY),
        Column("state", _l("State"), HomeVisit.state, Kind.CHOICE, HOME_VISIT_FLOW.states),
        Column("manner", _l("How it was made"), HomeVisit.manner, Kind.CHOICE, MANNER_WORDS),
        Column("needs", _l("Needs found"), HomeVisit.needs, Kind.CHOICE, NEED_WORDS),
        Column("ended_at", _l("Visited on"), HomeVisit.ended_at, Kind.MOMENT),
        Column("by", _l("By whom"), Account.name, found=True),
    ),
)

PATROLS = Source(
    rows=join(Patrol, Grid, Patrol.grid_id == Grid.id).join(
        Account, Patrol.walker_id == Account.id, isouter=True
    ),
    model=Patrol,
    key=Patrol.id,
    grid_id=Patrol.grid_id,
    at=Patrol.day,
    columns=(
        *GRID,
        Column("title", _l("Patrol"), Patrol.title, found=True),
        Column("day", _l("Day"), Patrol.day, Kind.DAY),
        Column("state", _l("State"), Patrol.state, Kind.CHOICE, PATROL_FLOW.states),
        Column("walker", _l("By whom"), Account.name, found=True),
        Column(
            "points",
            _l("Points"),
            select(func.count(PatrolPoint.id))
            .where(PatrolPoint.patrol_id == Patrol.id)
            .correlate(Patrol)
            .scalar_subquery(),
            Kind.NUMBER,
        ),
        Column(
            "seen",
            _l("Points seen"),
            select(func.count(PatrolPoint.id))
            .where(PatrolPoint.patrol_id == Patrol.id, PatrolPoint.state == PointState.VISITED)
            .correlate(Patrol)
            .scalar_subquery(),
            Kind.NUMBER,
        ),
        Column("finished_at", _l("Finished on"), Patrol.finished_at, Kind.MOMENT),
    ),
)

_APPEAL_CASE = aliased(Case)

APPEALS = Source(
    rows=join(Appeal, _APPEAL_CASE, Appeal.case_id == _APPEAL_CASE.id, isouter=True)
    .join(Grid, _APPEAL_CASE.grid_id == Grid.id, isouter=True)
    .join(_DEPARTMENT, Appeal.unit_id == _DEPARTMENT.id, isouter=True),
    model=Appeal,
    key=Appeal.id,
    grid_id=_APPEAL_CASE.grid_id,
    at=Appeal.received_at,
    columns=(
        Column("sheet_no", _l("Sheet"), Appeal.sheet_no, found=True),
        *GRID,
        Column("kind", _l("Kind"), Appeal.kind, Kind.CHOICE, APPEAL_WORDS),
        Column("department", _l("Department"), _DEPARTMENT.name, found=True),
        Column("received_at", _l("Received on"), Appeal.received_at, Kind.MOMENT),
        Column("due_at", _l("Due by"), Appeal.due_at, Kind.MOMENT),
        Column("state", _l("State"), Appeal.state, Kind.CHOICE, APPEAL_FLOW.states),
        Column("contacted", _l("Contacted"), Appeal.contacted_at, Kind.MOMENT),
        Column("solved", _l("Solved"), Appeal.solved, Kind.YES_NO),
        Column("satisfied", _l("Satisfied"), Appeal.satisfied, Kind.YES_NO),
    ),
)

AGENCY = Source(
    rows=join(Application, ItemVersion, Application.version_id == ItemVersion.id)
    .join(Grid, Application.grid_id == Grid.id, isouter=True)
    .join(_DEPARTMENT, Application.department_id == _DEPARTMENT.id)
    .join(Account, Application.agent_id == Account.id, isouter=True),
    model=Application,
    key=Application.id,
    grid_id=Application.grid_id,
    at=Application.submitted_at,
    which=(Application.channel != Channel.ONLINE, Application.submitted_at.is_not(None)),
    columns=(
        Column("number", _l("Number"), Application.number, found=True),
        *GRID,
        Column("item", _l("Item"), ItemVersion.name, found=True),
        # What lists show of an applicant anywhere.
        Column("applicant", _l("Applicant"), Application.shown_name),
        Column("channel", _l("How it came in"), Application.channel, Kind.CHOICE, CHANNEL_WORDS),
        Column("agent", _l("Agent"), Account.name, found=True),
        Column("department", _l("Department"), _DEPARTMENT.name, found=True),
        Column("submitted_at", _l("Handed in"), Application.submitted_at, Kind.MOMENT),
        Column("state", _l("State"), Application.state, Kind.CHOICE, APPLICATION_FLOW.states),
        Column("decided_at", _l("Outcome given on"), Application.decided_at, Kind.MOMENT),
    ),
)

SOURCES = {
    "fire": _matters(_of_class("01013", "21008", "09012")),
    "forest": _matters(_of_class("22")),
    "disputes": _matters(_of_class("25")),
    "visits": VISITS,
    "patrols": PATROLS,
    "appeals": APPEALS,
    "agency": AGENCY,
    "evaluation": EVALUATION,
}
