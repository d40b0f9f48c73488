"""What follows for jobs when other borders take force: work and homes stand in the grids of now."""

from __future__ import annotations

from shapely import Point

from webapp.base import tasks
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.spatial import center, shape_of, stored, to_lonlat
from webapp.grids import locate, relocation
from webapp.grids.models import BoundarySet
from webapp.jobs import queries, ways
from webapp.jobs.claims.models import Claim
from webapp.jobs.claims.rules import ClaimState
from webapp.jobs.models import Posting
from webapp.jobs.rules import PostingState
from webapp.jobs.stations import Stations

_LIVING = (PostingState.DRAFT, PostingState.REVIEW, PostingState.OPEN, PostingState.PAUSED)


def follow(made: BoundarySet, by: Actor | None) -> int:
    """What goes on of postings and registrations lies in the grids of the new borders, seekers live in them;
    ways are counted anew. Answers how many of these changed.
    """
    moved = relocation.relocate_in_log(
        Posting, Posting.state.in_(_LIVING), kind="job_posting", by=by
    )
    waiting = Claim.state == ClaimState.WAITING
    moved += relocation.relocate_in_log(Claim, waiting, kind="job_claim", by=by)
    rehomed = _rehome()
    ways.forget()
    if queries.working_places():
        tasks.defer("jobs.count_anew", lock="jobs.count_anew")
    return len(moved) + rehomed


def _rehome() -> int:
    """Way to work begins where the grids are now; whoever lived in one that is gone lives in the one there."""
    homes, stations, changed = ways.origins(), Stations(), 0
    for seeker in queries.everybody():
        grid_id: int | None = seeker.home_grid_id
        if grid_id not in homes:
            grid_id = locate.locate(*to_lonlat(*center(shape_of(seeker.home)))).grid_id
        if grid_id is None or grid_id not in homes:
            continue
        there = Point(homes[grid_id])
        if grid_id == seeker.home_grid_id and there.equals(shape_of(seeker.home)):
            continue
        seeker.home_grid_id, seeker.home = grid_id, stored(there)
        seeker.station_id = stations.of(grid_id)
        changed += 1
    db.session.flush()
    return changed
