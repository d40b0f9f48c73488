"""Demo projects: five on levelled land and six being levelled, each with its four ones, by seven teams of seven."""

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
from webapp.operation import project_ground, project_work
from webapp.operation.cast import actor
from webapp.people import days, queries as people
from webapp.people.actors import Person
from webapp.projects import actions, queries
from webapp.projects.forms import BlockerForm, EntryForm, ProjectForm, Span
from webapp.projects.models import Project
from webapp.projects.rules import Cause, ProjectKind, StageKind, TeamRole

SOURCE = "【示例】项目名称据2022年新闻报道，范围为示意，经过由演示数据生成"

# The first team is of departments, led by the street's leader; the other six are of people who are there for
# nothing else. Contact in the grids is the worker of the grid in which most of the site lies.
TEAMS = 7
FIRST = {
    TeamRole.LIAISON: "d05",
    TeamRole.RELOCATION: "d06",
    TeamRole.LAND: "d13",
    TeamRole.UTILITIES: "d11",
    TeamRole.PAPERS: "d16",
    TeamRole.FUNDS: "d01",
}
TASKS = {
    TeamRole.LIAISON: "企业联络",
    TeamRole.RELOCATION: "征迁",
    TeamRole.LAND: "平整",
    TeamRole.UTILITIES: "管线",
    TeamRole.PAPERS: "手续",
    TeamRole.FUNDS: "资金",
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
    firm: str | None = None
    blocked: tuple[Cause, str] | None = None


STORY = (
    Told("东岛咀海岸公园", ProjectKind.PARK, 5, 205, 28),
    Told("万华三期", ProjectKind.INDUSTRY, 5, 190, 25),
    Told("中节能万润", ProjectKind.INDUSTRY, 5, 180, 24, "中节能万润"),
    Told("卫生健康职业学院", ProjectKind.EDUCATION, 4, 170, 30),
    Told("九目化学", ProjectKind.INDUSTRY, 3, 150, 36, "九目化学"),
    Told("万顺新材料", ProjectKind.INDUSTRY, 2, 84, 40, "万顺新材料"),
    Told(
        "枫林新材料",
        ProjectKind.INDUSTRY,
        2,
        120,
        50,
        "枫林新材料",
        (Cause.UTILITIES, "【示例】用地西侧电力线路尚未迁改，平整机械无法作业"),
    ),
    Told("华润锦纶", ProjectKind.INDUSTRY, 2, 70, 33, "华润锦纶"),
    Told("河海新能源", ProjectKind.INDUSTRY, 2, 66, 30, "河海新能源"),
    Told(
        "高铁西站高压入地",
        ProjectKind.TRANSPORT,
        2,
        110,
        48,
        None,
        (Cause.PAPERS, "【示例】跨铁路段施工许可正在办理"),
    ),
    Told("九曲河公园", ProjectKind.PARK, 2, 60, 25),
)

WORDS = (
    "【示例】清表两处，外运土方，现场围挡完好",
    "【示例】入户商谈，测量完成，资料已归档",
    "【示例】与企业对接进场道路和临时用电",
)


@dataclass(frozen=True)
class Team:
    """Who leads, and who has which task; the contact in the grids comes with the project."""

    leader: Person
    members: dict[TeamRole, Person]


def tell() -> int:
    """The projects are there; answers how many are new."""
    known = {place.name for place, _grid in grids.places_of(PlaceKind.PROJECT_SITE)}
    if not known or queries.named(STORY[0].name) is not None:
        return 0
    ground = {row["name"]: row["geometry"] for row in layer_rows(DEFAULT_PACKAGE, "project_sites")}
    chiefs = Chiefs(lead=actor("project"), street=actor("street"))
    teams = [_first(chiefs.street), *(_formed(number) for number in range(2, TEAMS + 1))]
    told = [each for each in STORY if each.name in known & ground.keys()]
    for number, each in enumerate(told):
        team = teams[number % TEAMS]
        project = _told(each, metric(ground[each.name]), chiefs, team)
        project_work.add(project, each.name, team.members, team.leader, chiefs.street)
    return len(told)


@dataclass(frozen=True)
class Chiefs:
    """Who keeps the projects, and who decides on them."""

    lead: Person
    street: Person


def _first(leader: Person) -> Team:
    return Team(leader, {role: actor(username) for role, username in FIRST.items()})


def _formed(number: int) -> Team:
    words = "一二三四五六七"[number - 1]
    leader = project_work.account(f"lead{number}", f"包项目领导·{words}组", "project_lead")
    members = {
        role: project_work.account(
            f"team{number}{role[:2]}", f"项目专班{words}组·{task}", "support_team"
        )
        for role, task in TASKS.items()
    }
    return Team(leader, members)


def _told(told: Told, ground: Polygon, chiefs: Chiefs, team: Team) -> Project:
    lead, street = chiefs.lead, chiefs.street
    firm = (
        next(iter(people.enterprises(lead, words=told.firm, limit=1).rows)) if told.firm else None
    )
    moments = _mornings(told)
    with next(moments):
        said = ProjectForm(
            name=told.name,
            kind=told.kind,
            leader=team.leader.id,
            enterprise=firm.id if firm else None,
            words="【示例】一个项目、一名领导、一个方案、一抓到底",
            provenance=SOURCE,
        )
        project = actions.register(said, by=lead)
        actions.lay_out(project, ground, provenance=SOURCE, by=lead)
        actions.step(project, "approve", by=street)
        _team(project, team, lead)
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
            actions.step(project, name, by=team.leader, note=note)
        if name == "level":
            flat = told.moves > MOVES.index("level") + 1
            project_ground.level(project, team.members, team.leader, every=told.every, flat=flat)
    _lately(told, project, team)
    return project


def _mornings(told: Told) -> Iterator[AbstractContextManager[None]]:
    """One morning after another, a week for team and plan, then as far apart as the story says."""
    first = days.start_of(days.today()) - timedelta(days=told.ago) + timedelta(hours=9)
    yield clock.at(first)
    yield clock.at(first + timedelta(days=6))
    at: datetime = first + timedelta(days=8)
    while True:
        yield clock.at(at)
        at += timedelta(days=told.every)


def _team(project: Project, team: Team, lead: Person) -> None:
    grid = next(share.grid for share in project.shares)
    members = {**team.members, TeamRole.GRID: actor(grid.display_code.lower())}
    for role, member in members.items():
        actions.set_member(project, role, member.id, by=lead, base_version=None)


def _lately(told: Told, project: Project, team: Team) -> None:
    today = days.start_of(days.today())
    if told.blocked is not None:
        cause, words = told.blocked
        with clock.at(today - timedelta(days=3) + timedelta(hours=10)):
            actions.hold_up(
                project, BlockerForm(cause=cause, words=words), by=team.members[TeamRole.LAND]
            )
    writers = (TeamRole.LAND, TeamRole.RELOCATION, TeamRole.LIAISON)
    for back, (role, words) in enumerate(zip(writers, WORDS, strict=True)):
        with clock.at(today - timedelta(days=back + 1) + timedelta(hours=16)):
            said = EntryForm(words=words, people=6 + told.moves * 2 + back, machines=1 + back)
            actions.write_down(project, said, None, by=team.members[role])
