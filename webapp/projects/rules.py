"""The life of a project from proposal to after-visit, what the four ones want, and who may do what."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false

from webapp.base import flow, live
from webapp.base.access import Actor, Anywhere, Holds, Owns, Rule
from webapp.base.flow import EVIDENCE_WORDS, Flow, move
from webapp.base.language import N_
from webapp.grids.rules import STAFF


class ProjectKind(StrEnum):
    """What is built."""

    INDUSTRY = "industry"
    EDUCATION = "education"
    PARK = "park"
    TRANSPORT = "transport"
    OTHER = "other"


KIND_WORDS = {
    ProjectKind.INDUSTRY: _l("Industrial project"),
    ProjectKind.EDUCATION: _l("School or college"),
    ProjectKind.PARK: _l("Park or shore"),
    ProjectKind.TRANSPORT: _l("Roads, rail and lines"),
    ProjectKind.OTHER: _l("Another project"),
}


class ProjectState(StrEnum):
    """Where a project stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    TEAM_FORMED = "team_formed"
    PLAN_APPROVED = "plan_approved"
    RELOCATING = "relocating"
    LEVELLING = "levelling"
    HANDED_OVER = "handed_over"
    ENTERED = "entered"
    BUILDING = "building"
    COMPLETED = "completed"
    ACCEPTED = "accepted"
    AFTER_VISIT = "after_visit"
    ARCHIVED = "archived"


def since(state: ProjectState) -> tuple[ProjectState, ...]:
    """This state and all that come after it."""
    order = list(ProjectState)
    return tuple(order[order.index(state) :])


# What the database wants of a project from these states on.
WITH_TEAM = since(ProjectState.TEAM_FORMED)
WITH_PLAN = since(ProjectState.PLAN_APPROVED)
WITH_CLEAN_LAND = since(ProjectState.HANDED_OVER)
WITH_VISIT = since(ProjectState.AFTER_VISIT)

LIVING = tuple(state for state in ProjectState if state is not ProjectState.ARCHIVED)


class StageKind(StrEnum):
    """A stretch of a project that is planned with days and happens on days."""

    RELOCATION = "relocation"
    LEVELLING = "levelling"
    ENTRY = "entry"
    BUILDING = "building"
    ACCEPTANCE = "acceptance"
    VISIT = "visit"


STAGE_WORDS = {
    StageKind.RELOCATION: _l("Relocation of households"),
    StageKind.LEVELLING: _l("Levelling of the land"),
    StageKind.ENTRY: _l("Hand-over to entry"),
    StageKind.BUILDING: _l("Building works"),
    StageKind.ACCEPTANCE: _l("Acceptance of the works"),
    StageKind.VISIT: _l("After-visit"),
}

# The stage that runs while a project stands in a state.
STAGE_OF = {
    ProjectState.RELOCATING: StageKind.RELOCATION,
    ProjectState.LEVELLING: StageKind.LEVELLING,
    ProjectState.HANDED_OVER: StageKind.ENTRY,
    ProjectState.ENTERED: StageKind.BUILDING,
    ProjectState.BUILDING: StageKind.BUILDING,
    ProjectState.COMPLETED: StageKind.ACCEPTANCE,
    ProjectState.ACCEPTED: StageKind.VISIT,
}


class TeamRole(StrEnum):
    """The seven tasks of a team, one member each."""

    LIAISON = "liaison"
    RELOCATION = "relocation"
    LAND = "land"
    UTILITIES = "utilities"
    PAPERS = "papers"
    FUNDS = "funds"
    GRID = "grid"


ROLE_WORDS = {
    TeamRole.LIAISON: _l("Liaison with the enterprise"),
    TeamRole.RELOCATION: _l("Households and relocation"),
    TeamRole.LAND: _l("Land and levelling"),
    TeamRole.UTILITIES: _l("Pipes and power lines"),
    TeamRole.PAPERS: _l("Permits and papers"),
    TeamRole.FUNDS: _l("Funds and bonds"),
    TeamRole.GRID: _l("Contact in the grids"),
}

TEAM = len(TeamRole)


class Cause(StrEnum):
    """What holds a project up."""

    HOUSEHOLD = "household"
    UTILITIES = "utilities"
    GRAVES = "graves"
    PAPERS = "papers"
    FUNDS = "funds"
    WEATHER = "weather"
    DISPUTE = "dispute"
    OTHER = "other"


CAUSE_WORDS = {
    Cause.HOUSEHOLD: _l("A household is not agreed with"),
    Cause.UTILITIES: _l("Pipes or lines are in the way"),
    Cause.GRAVES: _l("Graves or trees are in the way"),
    Cause.PAPERS: _l("A permit is missing"),
    Cause.FUNDS: _l("Funds are missing"),
    Cause.WEATHER: _l("Weather stops the work"),
    Cause.DISPUTE: _l("Somebody hinders the work"),
    Cause.OTHER: _l("Held up by something else"),
}

STATE_CHIPS = {
    ProjectState.PROPOSED: "new",
    ProjectState.APPROVED: "new",
    ProjectState.COMPLETED: "done",
    ProjectState.ACCEPTED: "done",
    ProjectState.AFTER_VISIT: "done",
    ProjectState.ARCHIVED: "done",
}

PROJECT_FLOW = flow.register(
    Flow(
        "project",
        {
            ProjectState.PROPOSED: _l("Project proposed"),
            ProjectState.APPROVED: _l("Project approved"),
            ProjectState.TEAM_FORMED: _l("Team formed"),
            ProjectState.PLAN_APPROVED: _l("Plan approved"),
            ProjectState.RELOCATING: _l("Households relocate"),
            ProjectState.LEVELLING: _l("Land is levelled"),
            ProjectState.HANDED_OVER: _l("Clean land handed over"),
            ProjectState.ENTERED: _l("The enterprise has entered"),
            ProjectState.BUILDING: _l("Under construction"),
            ProjectState.COMPLETED: _l("Construction completed"),
            ProjectState.ACCEPTED: _l("Project accepted"),
            ProjectState.AFTER_VISIT: _l("After-visit made"),
            ProjectState.ARCHIVED: _l("Project archived"),
        },
        {
            "approve": move(
                ProjectState.PROPOSED,
                to=ProjectState.APPROVED,
                may="projects.decide",
                words=_l("Approve the project"),
            ),
            "form_team": move(
                ProjectState.APPROVED,
                to=ProjectState.TEAM_FORMED,
                may="projects.lead",
                words=_l("The team is complete"),
                needs=("team_of_seven",),
            ),
            "approve_plan": move(
                ProjectState.TEAM_FORMED,
                to=ProjectState.PLAN_APPROVED,
                may="projects.decide",
                words=_l("Approve the plan"),
                needs=("approved_plan",),
            ),
            "relocate": move(
                ProjectState.PLAN_APPROVED,
                to=ProjectState.RELOCATING,
                may="projects.lead",
                words=_l("Begin the relocation"),
            ),
            "level": move(
                ProjectState.PLAN_APPROVED,
                ProjectState.RELOCATING,
                to=ProjectState.LEVELLING,
                may="projects.lead",
                words=_l("Begin to level the land"),
            ),
            "hand_over": move(
                ProjectState.RELOCATING,
                ProjectState.LEVELLING,
                to=ProjectState.HANDED_OVER,
                may="projects.lead",
                words=_l("Hand over the clean land"),
                needs=("site", "clean", "levelled", "note"),
            ),
            "enter": move(
                ProjectState.HANDED_OVER,
                to=ProjectState.ENTERED,
                may="projects.lead",
                words=_l("The enterprise enters"),
            ),
            "build": move(
                ProjectState.ENTERED,
                to=ProjectState.BUILDING,
                may="projects.lead",
                words=_l("Construction begins"),
            ),
            "complete": move(
                ProjectState.BUILDING,
                to=ProjectState.COMPLETED,
                may="projects.lead",
                words=_l("Construction is completed"),
            ),
            "accept": move(
                ProjectState.COMPLETED,
                to=ProjectState.ACCEPTED,
                may="projects.lead",
                words=_l("Accept what was built"),
            ),
            "visit": move(
                ProjectState.ACCEPTED,
                to=ProjectState.AFTER_VISIT,
                may="projects.lead",
                words=_l("Write down the after-visit"),
                needs=("note",),
            ),
            "archive": move(
                ProjectState.AFTER_VISIT,
                to=ProjectState.ARCHIVED,
                may="projects.decide",
                words=_l("Archive the project"),
            ),
        },
    )
)

EVIDENCE_WORDS["team_of_seven"] = _l("The team has not all of its seven members.")
EVIDENCE_WORDS["approved_plan"] = _l("Choose the version of the plan that is approved.")
EVIDENCE_WORDS["clean"] = _l("Not every household has left its land clean.")
EVIDENCE_WORDS["levelled"] = _l("Not every parcel is level and accepted.")
EVIDENCE_WORDS["site"] = _l("Draw the site first.")


class InTeam(Rule):
    """Is a member of the team now."""

    words = N_("is in the team of the project")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When the team of the thing names the one who asks."""
        if thing is None or who.id is None:
            return False
        return any(member.account_id == who.id for member in thing.team)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows whose team names the one who asks."""
        if who.id is None:
            return false()
        named: ColumnElement[bool] = model.team.any(account_id=who.id)
        return named


class OverGround(Rule):
    """Holds one of the roles over a grid in which a part of the site lies."""

    def __init__(self, *roles: str) -> None:
        self.roles = frozenset(roles)
        self.words = N_("whoever watches a grid of the site")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When a share of the site lies in a grid over which the role is held."""
        if thing is None:
            return False
        held = who.grids(self.roles)
        return any(share.grid_id in held for share in thing.shares)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows with a share in these grids."""
        held = who.grids(self.roles)
        if not held:
            return false()
        share = model.shares.property.mapper.class_
        lies: ColumnElement[bool] = model.shares.any(share.grid_id.in_(held))
        return lies


class OfProject(Rule):
    """What a rule says of the project to which the thing belongs."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        # Of these the page of rights tells who has it.
        self.rules = (rule,)

    @property
    def words(self) -> str:  # type: ignore[override]  # those of the rule
        """The words of the rule itself."""
        return self.rule.words

    def allows(self, who: Actor, thing: Any) -> bool:
        """When the rule allows it over the project of the thing."""
        return self.rule.allows(who, thing.project if thing is not None else None)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows of the projects over which the rule allows it."""
        project = model.project.property.mapper.class_
        belongs: ColumnElement[bool] = model.project.has(self.rule.clause(who, project))
        return belongs


# Who can answer for a project, and who can work for it.
LEADERS = ("street_leader", "dept_head", "project_lead")
MEMBERS = STAFF

_GROUND = ("grid_secretary", "grid_leader", "grid_worker")
_DESK = Anywhere(
    "street_leader", "project_lead", "dept_head", "supervisor", "shift_leader", "admin"
)
_LEADS = Owns("leader_id", N_("leads the project"))

MAY = {
    "projects.list": Anywhere(*STAFF),
    "projects.see": _LEADS | InTeam() | OverGround(*_GROUND) | _DESK,
    # News of a project are a line with its grid: who leads it and who is in its team have notices of their own.
    "projects.watch": Holds(*_GROUND) | _DESK,
    "projects.register": Anywhere("street_leader", "project_lead"),
    "projects.lead": _LEADS | Anywhere("project_lead"),
    "projects.decide": Anywhere("street_leader"),
    "projects.enter": _LEADS | InTeam(),
}

live.watch("project", "projects.watch")
