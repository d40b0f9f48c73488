"""The page that says when the land of a project is clean, from which observations, and what would help most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from flask import Blueprint, Response

from webapp.base import clock
from webapp.base.access import permit
from webapp.base.web import page
from webapp.people import days
from webapp.projects import queries as projects
from webapp.projects.models import Project
from webapp.relocation import forecast, queries, shown
from webapp.relocation.forecast import Forecast, Gain, Waiting
from webapp.relocation.models import HelpPromise, RelocationHousehold

bp = Blueprint("relocation_forecast", __name__)

# What was seen longer ago says little about today.
SEEN_DAYS = 3 * 365


@dataclass(frozen=True)
class Helps:
    """A promise, to whom, and what it brings to keep it now."""

    promise: HelpPromise
    household: RelocationHousehold
    gain: Gain


@bp.get("/projects/<int:project_id>/relocation/forecast")
@permit("relocation.board", of=projects.one)
def show(project: Project) -> Response:
    """The forecast of a project."""
    now, today = clock.now(), days.today()
    moves = queries.moves(now - timedelta(days=SEEN_DAYS))
    samples = forecast.observed(moves, now)
    at = forecast.standing(moves, now)
    living = {each.id: each for each in queries.under_way(project.id)}
    waiting = [
        Waiting(key, *at[key], held=_held(each, today)) for key, each in living.items() if key in at
    ]
    found = forecast.foresee(waiting, samples, seed=project.id)
    return page(
        "relocation/forecast.html",
        project=project,
        found=found,
        on=lambda ahead: today + timedelta(days=ceil(ahead)),
        seen=forecast.seen(samples),
        assumed=forecast.ASSUMED,
        helps=_helps(found, living),
        last=_last(found, living),
        low=forecast.LOW,
        high=forecast.HIGH,
        **shown.words(),
    )


def _held(household: RelocationHousehold, today: date) -> dict[int, float]:
    """Until which day from now promises hold a household; a late one for as long again as it is late."""
    return {
        each.id: float(abs((each.due_on - today).days))
        for each in household.promises
        if each.blocks and each.ended_on is None
    }


def _helps(found: Forecast | None, living: dict[int, RelocationHousehold]) -> list[Helps]:
    if found is None:
        return []
    promises = {
        promise.id: (promise, household)
        for household in living.values()
        for promise in household.promises
    }
    return [Helps(*promises[gain.promise], gain) for gain in found.gains]


def _last(
    found: Forecast | None, living: dict[int, RelocationHousehold], many: int = 5
) -> list[tuple[RelocationHousehold, float]]:
    """The households whose land is clean last, with the days until then."""
    if found is None:
        return []
    rows = sorted(found.households.items(), key=lambda row: (-row[1], row[0]))
    return [(living[key], ahead) for key, ahead in rows[:many]]
