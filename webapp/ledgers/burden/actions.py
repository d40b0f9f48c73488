"""How long a form took is written down; what is old is summed up by month."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert

from webapp.base import tasks
from webapp.base.db import db
from webapp.ledgers.burden import queries
from webapp.ledgers.burden.models import FormTime
from webapp.ledgers.burden.rules import KEPT_DAYS
from webapp.people import days


def write_down(
    form: str, *, seconds: int, role: str, account_id: int, client_id: uuid.UUID | None = None
) -> None:
    """Somebody of this post worked so long at the form today; one that comes again counts once."""
    row = {
        "form": form,
        "seconds": seconds,
        "role": role,
        "day": days.today(),
        "account_id": account_id,
        "client_id": client_id,
    }
    db.session.execute(insert(FormTime).values(row).on_conflict_do_nothing())


@tasks.task("burden.fold", cron="47 3 * * *")
def fold() -> None:
    """Single times that are old enough are summed up by month, and gone."""
    queries.fold(days.today() - timedelta(days=KEPT_DAYS))
