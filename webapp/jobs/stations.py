"""Which workstation looks after the work in a grid, asked for once of each grid."""

from __future__ import annotations

from webapp.points import queries as points


class Stations:
    """The workstations of one question, by grid."""

    def __init__(self) -> None:
        self._known: dict[int | None, int | None] = {None: None}

    def of(self, grid_id: int | None) -> int | None:
        """The key of the workstation of a grid; None for no grid, or where none serves it."""
        if grid_id is not None and grid_id not in self._known:
            found = points.station_of(grid_id)
            self._known[grid_id] = found.id if found else None
        return self._known[grid_id]
