"""Moves that write something down with the new state, where the database wants both at once."""

from __future__ import annotations

from typing import Any

from webapp.base.access import Actor
from webapp.base.db import lock
from webapp.base.flow import Flow


def move(
    flow: Flow,
    thing: Any,
    name: str,
    *,
    by: Actor,
    base_version: int | None,
    evidence: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
    **columns: Any,
) -> None:
    """The thing stands in the new state with these columns, or a `Refusal` and neither."""
    lock(thing)
    if name in flow.open_moves(thing, by):
        for column, value in columns.items():
            setattr(thing, column, value)
    flow.move(thing, name, by=by, base_version=base_version, evidence=evidence, data=data)
