"""The projects in which somebody who leaves a post works on, and what they are answerable for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from webapp.base.language import N_
from webapp.people import actors, days
from webapp.people.handover import Leaving, Line, Section, english
from webapp.projects import queries
from webapp.projects.duties import queries as duties
from webapp.projects.models import Project
from webapp.projects.rules import PROJECT_FLOW, ProjectState


def open_projects(leaving: Leaving) -> Iterable[Section]:
    """Living projects that the one who leaves leads or works for, and their open duties in them."""
    who = actors.person(leaving.account_id)
    if who is None:
        return
    mine = [
        Line(
            each.project.name,
            state=english(PROJECT_FLOW.states[ProjectState(each.project.state)]),
            url=f"/projects/{each.project.id}",
        )
        for each in queries.mine(who, today=days.today())
    ]
    due = duties.open_for(who)
    owned = [
        *(_owned(each.project, each.title, each.due_on, f"/tough/{each.id}") for each in due.tough),
        *(
            _owned(each.project, each.words, each.due_on, f"/resolutions/{each.id}")
            for each in due.resolutions
        ),
    ]
    for title, lines in (
        (N_("Projects led or worked for"), mine),
        (N_("Tough items and resolutions to see to"), owned),
    ):
        if lines:
            yield Section(title, lines)


def _owned(project: Project, words: str, due_on: date, url: str) -> Line:
    said = {"what": f"{project.name} {words}", "day": f"{due_on:%m-%d}"}
    return Line(N_("%(what)s, by %(day)s"), values=said, url=url)
