"""Who is still on the land of a project: features above count them; it is handed over once they are gone."""

from __future__ import annotations

from collections.abc import Callable

# How many there are on the land of the project with this key.
Counter = Callable[[int], int]

_COUNTERS: list[Counter] = []


def register(counter: Counter) -> None:
    """The feature is asked from now on."""
    if counter not in _COUNTERS:
        _COUNTERS.append(counter)


def still_there(project_id: int) -> int:
    """How many are on its land yet; 0 where nobody counts."""
    return sum(counter(project_id) for counter in _COUNTERS)
