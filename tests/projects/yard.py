"""A project in the worker's grid with its leader, its deputy and seven people for its team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from shapely import Polygon, box
from sqlalchemy.orm import Session

from tests.world import World, someone
from webapp.base.spatial import to_metric
from webapp.people import days
from webapp.people.actors import Person
from webapp.projects import actions
from webapp.projects.forms import ProjectForm, Span
from webapp.projects.models import Project
from webapp.projects.rules import StageKind, TeamRole


@dataclass
class Yard:
    """`leader` leads the project, `deputy` is a project lead, `chief` decides; `seven` can be its team."""

    world: World
    leader: Person
    deputy: Person
    chief: Person
    seven: list[Person]
    project: Project

    def team(self, *, but: TeamRole | None = None) -> None:
        """Each of the seven has a task, but for one of them."""
        for role, member in zip(TeamRole, self.seven, strict=True):
            if role is not but:
                actions.set_member(self.project, role, member.id, by=self.leader, base_version=None)

    def planned(self, **stages: tuple[int, int]) -> None:
        """A version of the plan is approved: stages as days from today."""
        spans = {StageKind(kind): span(*ends) for kind, ends in stages.items()}
        plan = actions.draft_plan(
            self.project, "先征迁，后平整", spans, by=self.deputy, base_version=None
        )
        actions.approve_plan(self.project, plan, by=self.chief, base_version=None)

    def at_work(self) -> None:
        """The project has its team and its plan and may begin."""
        actions.step(self.project, "approve", by=self.chief)
        self.team()
        actions.step(self.project, "form_team", by=self.leader)
        self.planned(relocation=(0, 20), levelling=(21, 40), building=(60, 300))


def span(begins: int, ends: int) -> Span:
    """Days from today."""
    return Span(
        begins=days.today() + timedelta(days=begins), ends=days.today() + timedelta(days=ends)
    )


def square(lon: float, lat: float, metres: float = 40.0) -> Polygon:
    """A square around a spot, metres."""
    x, y = to_metric(lon, lat)
    return box(x - metres, y - metres, x + metres, y + metres)


def said(leader: Person, **more: Any) -> ProjectForm:
    """A new project as somebody says it."""
    return ProjectForm.of(
        {
            "name": "示例海岸公园",
            "kind": "park",
            "leader": leader.id,
            "provenance": "街道办公会纪要",
        }
        | more
    )


@pytest.fixture
def yard(session: Session, world: World) -> Yard:
    """The project is proposed; its site lies in the worker's grid."""
    return begun(world)


def begun(world: World) -> Yard:
    """The project with its people; whoever called this says whether for good."""
    leader = someone("lead", "dept_head")
    deputy = someone("deputy", "project_lead")
    chief = someone("chief", "street_leader")
    seven = [someone(f"member{n}", "support_team", grid=world.next_door) for n in range(7)]
    project = actions.register(said(leader), by=deputy)
    actions.lay_out(project, square(*world.spot(world.home)), provenance="示意范围", by=deputy)
    return Yard(world, leader, deputy, chief, seven, project)
