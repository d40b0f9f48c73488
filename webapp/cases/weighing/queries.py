"""Questions about the weights: which are in force, and on what they can be tried."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.cases.models import Case
from webapp.cases.rules import ENDED
from webapp.cases.weighing.models import DispatchWeights
from webapp.cases.weights import USUAL, Weights

MOST_EXAMPLES = 30


def in_force() -> Weights:
    """By what somebody is looked for now; the usual where nobody laid it down."""
    row = db.session.get(DispatchWeights, 1)
    return USUAL if row is None else Weights.of(row)


def version() -> int:
    """How often they were laid down."""
    row = db.session.get(DispatchWeights, 1)
    return row.version if row else 0


def examples(who: Actor) -> Sequence[Case]:
    """The newest cases that go on, of those `who` may see, whatever reported them: people or alarms."""
    found = (
        select(Case)
        .options(joinedload(Case.case_class), joinedload(Case.grid))
        .where(visible(Case, who, "cases.watch"), Case.state.not_in(ENDED))
        .order_by(Case.id.desc())
    )
    return db.session.scalars(found.limit(MOST_EXAMPLES)).all()
