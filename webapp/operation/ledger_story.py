"""Demo ledgers: those of the last month, frozen and signed for one community; and what forms cost."""

from __future__ import annotations

from datetime import timedelta

from webapp.base import clock
from webapp.base.access import may
from webapp.base.months import month
from webapp.grids import queries as grids
from webapp.ledgers import actions, queries
from webapp.ledgers.burden import actions as burden
from webapp.ledgers.models import Snapshot
from webapp.ledgers.rules import LEDGERS
from webapp.operation.cast import actor
from webapp.people import days

# Who filled in which form, in about how many seconds.
_FILLED = (
    ("reports.report", 70),
    ("home_visits.move", 150),
    ("patrols.move_point", 25),
    ("opinions.enter", 110),
    ("dangers.find", 180),
    ("households.join", 240),
)
_FILLING = ("worker", "leader", "dispatcher")


def tell(home: str) -> int:
    """What the leader may sign for of the community is frozen for the last month; answers how many."""
    leader = actor("street")
    living = grids.living()
    grid = next((each for each in living if home in each.name), living[0])
    place = queries.place(f"c{grid.community_id}")
    if place is None or queries.snapshots(leader, limit=1).rows:
        return 0
    first, count = month(days.today()), 0
    with clock.at(min(days.start_of(first) + timedelta(hours=9), clock.now())):
        for ledger in LEDGERS.values():
            draft = Snapshot(ledger=ledger.key, scope=place.scope, grid_ids=list(place.grid_ids))
            if may(leader, "ledgers.freeze", draft):
                actions.freeze(ledger, place, month(first, -1), by=leader)
                count += 1
    actions.freeze(LEDGERS["dwellings"], place, first, by=leader)
    for many, (form, seconds) in enumerate(_FILLED, start=3):
        for each in range(many * len(_FILLING)):
            who = actor(_FILLING[each % len(_FILLING)])
            burden.write_down(
                form,
                seconds=seconds + 7 * each,
                role=who.held[0].role,
                account_id=who.id or 0,
            )
    return count + 1
