"""The demo proposal of the balancer: more equal loads for the grids of the home community, to be decided."""

from __future__ import annotations

from webapp.base.db import db
from webapp.grids.rules import GridKind
from webapp.maps.balance import actions, queries
from webapp.maps.balance.rules import Load, Wish
from webapp.operation.cast import actor

# What the stories of the demo tell lies within these days.
DAYS = 180
# Few homes of the demo stand in few buildings: no border would deal them out.
WEIGHTS = {**dict.fromkeys(map(str, Load), 0), Load.CASES.value: 70, Load.WALKING.value: 30}


def tell(home: str) -> None:
    """A proposal for the community of this name waits, where nobody asked for one yet."""
    shift = actor("shift")
    if queries.recent(shift, most=1).rows:
        return
    key = next(
        (
            group.key
            for group, community, _size in queries.groups()
            if home in community and group.kind is GridKind.COMMUNITY
        ),
        None,
    )
    if key is None:
        return
    made = actions.ask(Wish(scope=key, weights=WEIGHTS, days=DAYS), by=shift)
    db.session.commit()
    # The job that waits for the worker finds it done.
    actions.work(made.id)
    db.session.commit()
