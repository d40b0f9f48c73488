"""Demo projects: five on levelled land and six being levelled, each with its four ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from shapely import Polygon

from webapp.base import clock
from webapp.base.spatial import layer_rows, metric
from webapp.grids import queries as grids
from webapp.grids.loading import DEFAULT_PACKAGE
from webapp.grids.rules import PlaceKind
from webapp.operation.cast import actor
from webapp.people import days
from webapp.people.actors import Person
from webapp.projects import actions, queries
from webapp.projects.forms import BlockerForm, EntryForm, ProjectForm, Span
from webapp.projects.models import Project
from webapp.projects.rules import Cause, ProjectKind, StageKind, TeamRole

SOURCE = "【示例】项目名称据2022年新闻报道，范围为示意，经过由演示数据生成"

# Of each department, and of the grid, one: `None` is the worker of the grid in which most of the site lies.
TEAM = {
    TeamRole.LIAISON: "d05",
    TeamRole.RELOCATION: "d06",
    TeamRole.LAND: "d13",
    TeamRole.UTILITIES: "d11",
    TeamRole.PAPERS: "d16",
    TeamRole.FUNDS: "d01",
    TeamRole.GRID: None,
}

# The moves of a project after its plan, and so many days after its beginning the plan wants each stage to be over.
MOVES = ("relocate", "level", "hand_over", "enter", "build")
ENDS = {
    StageKind.RELOCATION: 45,
    StageKind.LEVELLING: 90,
    StageKind.ENTRY: 110,
    StageKind.BUILDING: 420,
}


@dataclass(frozen=True)
class Told:
    """A project of the story: how many moves it has made, begun so many days ago, one move in so many days."""

    name: str
    kind: ProjectKind
    moves: int
    ago: int
    every: int
    blocked: tuple[Cause, str] | None = None


STORY = (
    Told("东岛咀海岸公园", ProjectKind.PARK, 5, 205, 28),
    Told("万华三期", ProjectKind.INDUSTRY, 5, 190, 25),
    Told("中节能万润", ProjectKind.INDUSTRY, 5, 180, 24),
    Told("卫生健康职业学院", ProjectKind.EDUCATION, 4, 170, 30),
    Told("九目化学", ProjectKind.INDUSTRY, 3, 150, 36),
    Told("万顺新材料", ProjectKind.INDUSTRY, 2, 84, 40),
    Told(
        "枫林新材料",
        ProjectKind.INDUSTRY,
        2,
        120,
        50,
        (Cause.UTILITIES, "【示例】用地西侧电力线路尚未迁改，平整机械无法作业"),
    ),
    Told("华润锦纶", ProjectKind.INDUSTRY, 2, 70, 33),
    Told("河海新能源", ProjectKind.INDUSTRY, 2, 66, 30),
    Told(
        "高铁西站高压入地",
        ProjectKind.TRANSPORT,
        2,
        110,
        48,
        (Cause.PAPERS, "【示例】跨铁路段施工许可正在办理"),
    ),
    Told("九曲河公园", ProjectKind.PARK, 2, 60, 25),
)

WORDS = (
    "【示例】清表两处，外运土方，现场围挡完好",
    "【示例】入户商谈，测量完成，资料已归档",
    "【示例】与企业对接进场道路和临时用电",
)


def tell() -> int:
    """The projects are there; answers how many are new."""
    known = {place.name for place, _grid in grids.places_of(PlaceKind.PROJECT_SITE)}
    if not known or queries.named(STORY[0].name) is not None:
        return 0
    ground = {row["name"]: row["geometry"] for row in layer_rows(DEFAULT_PACKAGE, "project_sites")}
    cast = {name: actor(name) for name in ("street", "project", *filter(None, TEAM.values()))}
    told = [each for each in STORY if each.name in known & ground.keys()]
    for each in told:
        _told(each, metric(ground[each.name]), cast)
    return len(told)


def _told(told: Told, ground: Polygon, cast: dict[str, Person]) -> None:
    lead, street = cast["project"], cast["street"]
    moments = _mornings(told)
    with next(moments):
        said = ProjectForm(
            name=told.name,
            kind=told.kind,
            leader=street.id,
            words="【示例】一个项目、一名领导、一个方案、一抓到底",
            provenance=SOURCE,
        )
        project = actions.register(said, by=lead)
        actions.lay_out(project, ground, provenance=SOURCE, by=lead)
        actions.step(project, "approve", by=street)
        _team(project, cast)
        actions.step(project, "form_team", by=lead)
    with next(moments):
        begin = days.first_day(clock.now())
        spans, since = {}, begin
        for kind, after in ENDS.items():
            spans[kind] = Span(begins=since, ends=begin + timedelta(days=after))
            since = spans[kind].ends + timedelta(days=1)
        words = "【示例】先征迁后平整，净地交付后企业进场"
        plan = actions.draft_plan(project, words, spans, by=lead, base_version=None)
        actions.approve_plan(project, plan, by=street, base_version=None)
    for name in MOVES[: told.moves]:
        with next(moments):
            note = "【示例】净地现场核验无误" if name == "hand_over" else None
            actions.step(project, name, by=lead, note=note)
    _lately(told, project, cast)


def _mornings(told: Told) -> Iterator[AbstractContextManager[None]]:
    """One morning after another, a week for team and plan, then as far apart as the story says."""
    first = days.start_of(days.today()) - timedelta(days=told.ago) + timedelta(hours=9)
    yield clock.at(first)
    yield clock.at(first + timedelta(days=6))
    at: datetime = first + timedelta(days=8)
    while True:
        yield clock.at(at)
        at += timedelta(days=told.every)


def _team(project: Project, cast: dict[str, Person]) -> None:
    for role, username in TEAM.items():
        if username is not None:
            member = cast[username]
        else:
            grid = next(share.grid for share in project.shares)
            home = grid.display_code.lower()
            member = actor(home)
        actions.set_member(project, role, member.id, by=cast["project"], base_version=None)


def _lately(told: Told, project: Project, cast: dict[str, Person]) -> None:
    today = days.start_of(days.today())
    if told.blocked is not None:
        cause, words = told.blocked
        with clock.at(today - timedelta(days=3) + timedelta(hours=10)):
            actions.hold_up(project, BlockerForm(cause=cause, words=words), by=cast["d13"])
    for back, (username, words) in enumerate(zip(("d13", "d06", "d05"), WORDS, strict=True)):
        with clock.at(today - timedelta(days=back + 1) + timedelta(hours=16)):
            said = EntryForm(words=words, people=6 + told.moves * 2 + back, machines=1 + back)
            actions.write_down(project, said, None, by=cast[username])
