"""What is looked for among the grids."""

from __future__ import annotations

from webapp.base.web import Form
from webapp.grids.models import Grid
from webapp.grids.rules import GridKind


class Wanted(Form):
    """What is looked for in the list: words of a name or a code, a kind."""

    q: str = ""
    kind: GridKind | None = None

    def fits(self, grid: Grid) -> bool:
        """True when the grid is one of those that are looked for."""
        said = f"{grid.name} {grid.display_code} {grid.code} {grid.community.name}".casefold()
        return self.kind in (None, grid.kind) and self.q.casefold() in said
