"""Who speaks to the intake: known for a second by each process, not looked up with every word."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import inspect
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.util import identity_key

from webapp.base.access import Actor
from webapp.base.db import db
from webapp.monitoring.intake import queries
from webapp.monitoring.intake.models import Source
from webapp.people import actors

SCOPE = "intake"

# Seconds. The doors of the broker follow the database as often: nobody is let in for longer by this.
KNOWN_S = 1.0


@dataclass(frozen=True)
class Speaker:
    """A source, and the account that acts for it; None where nobody may."""

    source: Source
    who: Actor | None


def named(code: str) -> Speaker | None:
    """The source of this name, with its account; None when it is closed or nobody knows it."""

    def look() -> Speaker | None:
        source = queries.source(code)
        if source is None or source.closed_at is not None:
            return None
        return Speaker(source, actors.person(source.account_id, scopes=(SCOPE,)))

    return _known(f"code {code}", look)


def of_account(account_id: int | None) -> Source | None:
    """The source that speaks in the name of an account, unless it was closed."""

    def look() -> Speaker | None:
        source = queries.of_account(account_id)
        return None if source is None else Speaker(source, None)

    found = _known(f"account {account_id}", look)
    return None if found is None else found.source


def forget() -> None:
    """This process looks everybody up anew: something about a source has changed."""
    _kept().clear()


@dataclass(frozen=True)
class _Known:
    until: float
    values: dict[str, Any]
    who: Actor | None


def _known(key: str, look: Callable[[], Speaker | None]) -> Speaker | None:
    kept = _kept()
    known = kept.get(key)
    if known is not None and time.monotonic() < known.until:
        return Speaker(_in_session(known.values), known.who)
    kept.pop(key, None)
    found = look()
    if found is not None:
        values = {each.key: each.loaded_value for each in inspect(found.source).attrs}
        kept[key] = _Known(time.monotonic() + KNOWN_S, values, found.who)
    return found


def _kept() -> dict[str, _Known]:
    kept: dict[str, _Known] = current_app.extensions.setdefault("intake_speakers", {})
    return kept


def _in_session(values: dict[str, Any]) -> Source:
    """The source in this session, as it was read a moment ago; what is changed of it is written."""
    here = db.session.identity_map.get(identity_key(Source, values["id"]))
    if here is not None:
        return here
    made = Source(**values)
    make_transient_to_detached(made)
    db.session.add(made)
    return made
