"""To which community each imported grid belongs: by name, by code, or by where it lies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shapely.geometry.base import BaseGeometry

from webapp.grids.importing.columns import Draft
from webapp.grids.imports import queries

MOST_OF_IT: Final = 0.5
"""By place a grid belongs where more than this share of it lies."""
CODE_LENGTH: Final = 12


@dataclass(frozen=True)
class Belonging:
    """The communities of a set of grids."""

    units: dict[int, int]
    """Key of the community by row of the grid."""
    unknown: dict[str, list[int]]
    """Names of communities that are not there yet, each with the rows of its grids."""
    codes: dict[str, str]
    """The 12 characters by which grids of an unknown community begin, where they agree."""
    homeless: list[str]
    """Grids of which nothing says where they belong."""

    def kept(self) -> dict[str, Any]:
        """What a person has to look at, as plain values."""
        return {
            "unknown": {n: len(rows) for n, rows in self.unknown.items()},
            "homeless": self.homeless,
        }


def belonging(drafts: Sequence[Draft]) -> Belonging:
    """Where each grid belongs; nothing is changed."""
    by_name = {_bare(unit.name): unit.id for unit in queries.communities()}
    by_code = queries.communities_by_code()
    ground = queries.ground_in_force()
    result = Belonging({}, {}, {}, [])
    for draft in drafts:
        unit = _known(draft, by_name, by_code)
        if unit is None and draft.community is None:
            unit = _by_place(draft.geometry, ground)
        if unit is not None:
            result.units[draft.row] = unit
        elif draft.community is not None:
            result.unknown.setdefault(draft.community, []).append(draft.row)
        else:
            result.homeless.append(draft.called)
    result.codes.update(_codes(drafts, result.unknown, by_code))
    return result


def _bare(name: str) -> str:
    """The name without the word for what it is: 季翔社区 and 季翔 are the same community."""
    return re.sub(r"(社区|村|居委会|居民委员会|村委会|村民委员会)+$", "", name.strip()) or name


def _known(draft: Draft, by_name: Mapping[str, int], by_code: Mapping[str, int]) -> int | None:
    if draft.community is not None:
        return by_name.get(_bare(draft.community))
    return by_code.get((draft.code or "")[:CODE_LENGTH])


def _by_place(shape: BaseGeometry | None, ground: Sequence[tuple[int, BaseGeometry]]) -> int | None:
    if shape is None or shape.area == 0:
        return None
    shares: dict[int, float] = {}
    for unit, area in ground:
        if area.intersects(shape):
            shares[unit] = shares.get(unit, 0) + area.intersection(shape).area / shape.area
    best = max(shares, key=lambda unit: shares[unit], default=None)
    return best if best is not None and shares[best] > MOST_OF_IT else None


def _codes(
    drafts: Sequence[Draft], unknown: Mapping[str, Sequence[int]], taken: Mapping[str, int]
) -> dict[str, str]:
    by_row = {draft.row: (draft.code or "")[:CODE_LENGTH] for draft in drafts}
    begins = {name: {by_row[row] for row in rows} for name, rows in unknown.items()}
    agreed = {name: codes.pop() for name, codes in begins.items() if len(codes) == 1}
    often = [code for code in agreed.values() if list(agreed.values()).count(code) > 1]
    return {
        name: code
        for name, code in agreed.items()
        if len(code) == CODE_LENGTH and code not in taken and code not in often
    }
