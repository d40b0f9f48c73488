"""What became of a grid from one boundary set to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from webapp.grids.rules import LineageKind

# From this share on, both ways, a grid with the same code is the same grid as before.
SAME_SHARE = 0.95
# Below this share an overlap is the noise of a redrawn line.
TRACE_SHARE = 0.01
# From this share on, one grid has taken over what another one was.
HEIR_SHARE = 0.95


@dataclass(frozen=True)
class Share:
    """How much ground an old version and a new one have in common, as shares of both."""

    old_id: int
    new_id: int
    of_old: float
    of_new: float


@dataclass(frozen=True)
class Link:
    """One line of the lineage; a version without a partner is gone, or new."""

    old_id: int | None
    new_id: int | None
    of_old: float | None
    of_new: float | None
    kind: LineageKind


def links(
    old: Mapping[int, str], new: Mapping[int, str], shares: Iterable[Share]
) -> Iterator[Link]:
    """The lineage between two sets, given the codes of their versions and what these share."""
    kept = [each for each in shares if each.of_old >= TRACE_SHARE or each.of_new >= TRACE_SHARE]
    children = Counter(each.old_id for each in kept)
    parents = Counter(each.new_id for each in kept)
    gone, born = set(old.values()) - set(new.values()), set(new.values()) - set(old.values())
    split = {each.old_id for each in kept if new[each.new_id] in born and children[each.old_id] > 1}
    merged = {each.new_id for each in kept if old[each.old_id] in gone and parents[each.new_id] > 1}
    for each in kept:
        kind = LineageKind.MOVED
        same_code = old[each.old_id] == new[each.new_id]
        from_gone, to_born = old[each.old_id] in gone, new[each.new_id] in born
        shared_out = from_gone and children[each.old_id] > 1
        if same_code and each.of_old >= SAME_SHARE and each.of_new >= SAME_SHARE:
            kind = LineageKind.SAME
        elif shared_out or (each.old_id in split and (same_code or to_born)):
            kind = LineageKind.SPLIT
        elif each.new_id in merged and (same_code or from_gone):
            kind = LineageKind.MERGED
        yield Link(each.old_id, each.new_id, each.of_old, each.of_new, kind)
    for key in old.keys() - children.keys():
        yield Link(key, None, None, None, LineageKind.GONE)
    for key in new.keys() - parents.keys():
        yield Link(None, key, None, None, LineageKind.NEW)
