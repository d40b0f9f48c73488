"""How projects are shown: words, what the map draws, the check list of the four ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base.language import listed
from webapp.base.spatial import degrees, shape_of, to_lonlat
from webapp.projects import gantt
from webapp.projects.ground.rules import UTILITY_WORDS
from webapp.projects.models import Project
from webapp.projects.rules import (
    CAUSE_WORDS,
    KIND_WORDS,
    PROJECT_FLOW,
    ROLE_WORDS,
    STAGE_WORDS,
    STATE_CHIPS,
    TEAM,
    TeamRole,
)

# What the log of a project calls what was done beside its moves.
DONE = {
    "register": _l("Project registered"),
    "lead": _l("Another leader"),
    "team": _l("Team changed"),
    "draft_plan": _l("Plan written"),
    "replace_plan": _l("Plan replaced by another version"),
    "lay_out": _l("Site drawn"),
    "hold_up": _l("Held up"),
    "clear": _l("Cleared away"),
    "relocate": _l("Follows new borders"),
    "draw_parcel": _l("Parcel drawn"),
    "take_on": _l("Tough item taken on"),
    "meet": _l("Meeting held"),
    "minute": _l("Minutes written"),
    "resolve": _l("Resolved at a meeting"),
    "contact": _l("Contact of the enterprise named"),
    "contact_ended": _l("Contact of the enterprise ended"),
    "promise": _l("Utility promised"),
    "connected": _l("Utility is there"),
}


@dataclass(frozen=True)
class Checked:
    """A line of the check list: is it there, and what is missing or stands there."""

    words: Any
    done: bool
    detail: Any


def words() -> dict[str, Any]:
    """The words that every page of projects needs."""
    return {
        "kinds": KIND_WORDS,
        "states": PROJECT_FLOW.states,
        "state_chips": STATE_CHIPS,
        "causes": CAUSE_WORDS,
        "roles": ROLE_WORDS,
        "stage_words": STAGE_WORDS,
        "utility_words": UTILITY_WORDS,
        "done": done,
    }


def done(event: Any) -> Any:
    """What an event of a project was."""
    return DONE.get(event.move) or PROJECT_FLOW.words_of(event.move)


def missing_roles(project: Project) -> list[Any]:
    """The tasks of the team that nobody has."""
    held = {each.role for each in project.team}
    return [ROLE_WORDS[role] for role in TeamRole if role not in held]


def four_ones(project: Project) -> list[Checked]:
    """The four ones of the project, each with what is missing."""
    missing = listed(missing_roles(project))
    team = _l("%(n)s of %(all)s", n=len(project.team), all=TEAM)
    plan = project.plan
    return [
        Checked(
            _l("One project: its site is drawn"),
            bool(project.sites),
            None if project.sites else _l("No site is drawn."),
        ),
        Checked(_l("One leader"), True, project.leader.name),
        Checked(
            _l("One plan: one approved version"),
            plan is not None,
            _l("Version %(n)s", n=plan.number) if plan else _l("No version is approved."),
        ),
        Checked(
            _l("One team of seven"),
            not missing,
            _l("%(team)s, missing: %(tasks)s", team=team, tasks=missing) if missing else team,
        ),
        Checked(
            _l("To the end: clean land handed over"),
            project.handed_over_on is not None,
            project.handed_over_on,
        ),
        Checked(
            _l("To the end: after-visit made"), project.visited_on is not None, project.visited_on
        ),
    ]


def stages_of(project: Project) -> list[gantt.Planned]:
    """The stages of a project: the approved plan against what happened."""
    planned = project.plan.stages if project.plan else []
    return gantt.stages_of(
        {each.kind: (each.begins, each.ends) for each in planned},
        {each.kind: (each.begun_on, each.ended_on) for each in project.stages},
    )


def drawings(stages: Sequence[gantt.Planned], today: date) -> list[tuple[str, gantt.Drawing]]:
    """The bars for a phone and for a desk."""
    sizes = {"narrow": gantt.NARROW, "wide": gantt.WIDE}
    made = {name: gantt.draw(stages, today=today, size=size) for name, size in sizes.items()}
    return [(name, drawing) for name, drawing in made.items() if drawing is not None]


def ground_of(project: Project) -> dict[str, Any]:
    """What the map draws of a project, as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"what": "site", "name": site.name or project.name},
            "geometry": degrees(shape_of(site.geom)),
        }
        for site in project.sites
    ]
    return {"type": "FeatureCollection", "features": features}


def area_m2(project: Project) -> float:
    """The ground of all sites."""
    return float(sum(shape_of(site.geom).area for site in project.sites))


def shares(project: Project) -> list[tuple[Any, float, float]]:
    """Each grid with how much of the ground lies in it (m²), and which share of all of it, most first."""
    whole, by_grid = area_m2(project), {share.grid_id: share.grid for share in project.shares}
    areas = dict.fromkeys(by_grid, 0.0)
    for share in project.shares:
        areas[share.grid_id] += share.area_m2
    rows = [(by_grid[key], area, area / whole) for key, area in areas.items()]
    return sorted(rows, key=lambda row: -row[1])


def middle(project: Project) -> tuple[float, float] | None:
    """A point inside of the first site, degrees WGS 84."""
    if not project.sites:
        return None
    inside = shape_of(project.sites[0].geom).representative_point()
    return to_lonlat(inside.x, inside.y)
