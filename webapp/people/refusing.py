"""What the database refuses, said in words: the last guard where two people act at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from webapp.base.db import db
from webapp.base.flow import Refusal


@contextmanager
def refusing(**refusals: Refusal) -> Iterator[None]:
    """What is changed inside is in the database afterwards, or nothing of it is.

    A constraint named in `refusals` that does not hold becomes its refusal.
    """
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError as error:
        broken = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if broken in refusals:
            raise refusals[broken] from error
        raise
