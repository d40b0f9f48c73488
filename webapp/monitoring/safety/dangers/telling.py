"""Who hears of a hidden danger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from webapp.base import notices
from webapp.base.access import Actor
from webapp.monitoring.safety import queries as safety
from webapp.monitoring.safety.dangers.models import HiddenDanger
from webapp.monitoring.safety.dangers.rules import LEADER
from webapp.people import queries as people

ON_WATCH = ("grid_worker", "grid_leader")


def tell_officers(
    danger: HiddenDanger,
    words: str,
    *,
    but: Actor | None = None,
    leaders: bool = False,
    **params: Any,
) -> None:
    """Whoever looks after safety knows; `leaders`: the leader of the subdistrict knows instead."""
    to = set(people.holders_everywhere((LEADER,)) if leaders else safety.officers())
    _notify(danger, to - _self(but), words, **params)


def tell_people(
    danger: HiddenDanger,
    words: str,
    *,
    but: Actor | None = None,
    also: Iterable[int | None] = (),
    **params: Any,
) -> None:
    """Whoever watches over its grid knows, and these others."""
    watching, _grid = people.who_watches(ON_WATCH, (), grid_id=danger.grid_id)
    to = {*watching, *(each for each in also if each is not None)}
    _notify(danger, to - _self(but), words, **params)


def tell_enterprise(danger: HiddenDanger, words: str, **params: Any) -> None:
    """Whoever acts for the enterprise knows."""
    if danger.profile is not None:
        _notify(danger, {each.account_id for each in danger.profile.members}, words, **params)


def _self(by: Actor | None) -> set[int]:
    return {by.id} if by is not None and by.id is not None else set()


def _notify(danger: HiddenDanger, to: set[int], words: str, **params: Any) -> None:
    where = danger.profile.enterprise.name if danger.profile else ""
    if not where and danger.grid is not None:
        where = danger.grid.name
    address = f"/safety/dangers/{danger.id}"
    notices.notify(to, words, url=address, what=danger.words[:60], where=where, **params)
