"""A fair foreseen: who could come to whom of today's postings and seekers. Nothing is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from webapp.base import clock
from webapp.base.access import Actor
from webapp.jobs import batch, calibration, fair, fair_queries, standards
from webapp.jobs.calibration import Band, Calibration, Outcome, Step
from webapp.jobs.criteria import Tables
from webapp.jobs.fair import Offer, Plan, Price
from webapp.jobs.matching import posting_side, seeker_side
from webapp.jobs.models import Posting, Seeker
from webapp.jobs.ways import Ways, spot_of
from webapp.people import days

# A recommendation of which nothing more was heard for so long has come as far as it comes.
PATIENCE = timedelta(days=30)
# Who was seen is told of so many days.
SEEN_DAYS = 30


@dataclass(frozen=True)
class Table:
    """A posting at the fair, and who would come to it, the best first."""

    posting: Posting
    offers: Sequence[Offer]


@dataclass(frozen=True)
class Foreseen:
    """Both plans of a fair with what the full one costs."""

    seekers: int
    openings: int
    offers: int
    stable: Plan
    full: Plan
    price: Price
    postings: Sequence[Posting]

    def tables(self, plan: Plan) -> list[Table]:
        """The postings to which somebody comes, those with most first."""
        by_posting: dict[int, list[Offer]] = {}
        for each in plan.offers:
            by_posting.setdefault(each.posting, []).append(each)
        found = [
            Table(posting, sorted(by_posting[posting.id], key=lambda offer: offer.rank))
            for posting in self.postings
            if posting.id in by_posting
        ]
        return sorted(found, key=lambda table: (-len(table.offers), table.posting.id))


@dataclass(frozen=True)
class Results:
    """What became of recommendations, and who was seen."""

    bands: Sequence[Band]
    count: int
    calibration: Calibration | None
    never_shown: float
    gini: float
    lists: int


def foresee(who: Actor, *, least: float) -> Foreseen:
    """The fair of all that somebody may see, among pairs that fit at least so well."""
    postings, seekers = fair_queries.postings_at(who), fair_queries.seekers_at(who)
    found = _degrees(seekers, postings)
    openings = {each.id: each.free for each in postings}
    offers = [
        Offer(seekers[row].id, postings[column].id, float(found[row, column]))
        for row, column in zip(*np.nonzero(found >= least), strict=True)
    ]
    stable, full = fair.stable(offers, openings), fair.most(offers, openings)
    return Foreseen(
        seekers=len(seekers),
        openings=sum(openings.values()),
        offers=len(offers),
        stable=stable,
        full=full,
        price=fair.price(full, stable, offers, openings),
        postings=postings,
    )


def results() -> Results:
    """What became of the recommendations that have come as far as they come."""
    outcomes = [
        Outcome(
            row.exact,
            _step(row.viewed_at, row.consented, row.interview_at, row.hire_id, row.days or 0),
        )
        for row in fair_queries.ended_pushes(clock.now() - PATIENCE)
    ]
    lists = fair_queries.lists_since(days.today() - timedelta(days=SEEN_DAYS))
    open_now = fair_queries.open_keys()
    still_open = set(open_now)
    shown = [[key for key in one if key in still_open] for one in lists]
    return Results(
        bands=calibration.bands(outcomes),
        count=len(outcomes),
        calibration=calibration.calibrated(outcomes),
        never_shown=calibration.never_shown(shown, open_now),
        gini=calibration.gini(shown, open_now),
        lists=len(lists),
    )


def _step(viewed: object, consented: bool, interview: object, hire: object, stayed: int) -> Step:
    reached = (
        (Step.STAYED_90, stayed >= 90),
        (Step.STAYED_30, stayed >= 30),
        (Step.HIRED, hire is not None),
        (Step.INTERVIEWED, interview is not None),
        (Step.CONSENTED, consented),
        (Step.VIEWED, viewed is not None),
    )
    return next((step for step, is_so in reached if is_so), Step.PUSHED)


def _degrees(seekers: Sequence[Seeker], postings: Sequence[Posting]) -> batch.Floats:
    standard = standards.standard()
    tables = Tables(standard.parameters, standard.words, standard.substitutes)
    no = fair_queries.said_no((each.id for each in seekers), (each.id for each in postings))
    declined = np.array(
        [[(seeker.id, posting.id) in no for posting in postings] for seeker in seekers], dtype=bool
    )
    return batch.degrees(
        [seeker_side(each) for each in seekers],
        batch.pool([posting_side(each) for each in postings], tables),
        _metres(seekers, postings),
        on=days.today(),
        declined=declined.reshape(len(seekers), len(postings)),
    )


def _metres(seekers: Sequence[Seeker], postings: Sequence[Posting]) -> batch.Floats:
    """How far it is from each home to each place of work; not a number where nobody knows."""
    found = np.full((len(seekers), len(postings)), np.nan)
    modes = {each.mode for each in seekers}
    ways = Ways()
    for column, posting in enumerate(postings):
        to = {mode: ways.to(spot_of(posting), mode) for mode in modes}
        for row, seeker in enumerate(seekers):
            way = to[seeker.mode].get(seeker.home_grid_id)
            if way is not None:
                found[row, column] = way.metres
    return found
