"""Pieces of ground dealt out anew among the grids of a group, so that these carry equal loads.

Simulated annealing over moves that keep every grid in one part and without holes: a piece goes to the
grid beside it, or two grids are laid together and cut once more along a spanning tree (ReCom: DeFord,
Duchin, Solomon 2021). Chance comes from one seed, and nothing asks the time: equal questions have equal
answers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# What a better cut may cost, in squared coefficients of variation: a border that is twice as long, and
# households and ground that all change hands.
LONGER = 0.010
CHANGED = 0.020
# How much worse a step may be at first. More of it would forget the borders of today.
WARM, COOL = 0.02, 1e-6
# No grid gets smaller than this share of the smallest of its group today, if nothing else is asked.
SMALLEST = 0.5
# A better cut is one that is better by so much (coefficient of variation).
GAIN = 0.01
# A step of a search for each piece, at least and at most so many in all, from so many beginnings.
STEPS_A_PIECE = 70
FEWEST, MOST = 4_000, 12_000
BEGINNINGS = 2
# Every so many steps two grids are laid together and cut anew.
RECUT_EVERY = 40
# Of the cuts of a tree so many are looked at closely.
LOOKED_AT = 4
# The stopper is asked every so many steps.
ASKED_EVERY = 256
# A border on a road costs so much less than one beside none.
ROAD_DISCOUNT = 0.75

Tick = Callable[[], None]


@dataclass(frozen=True)
class Limits:
    """What no grid may be after it: None where nothing is asked. `change`: share of the households
    of the group (of its ground where nobody lives) that may change their grid."""

    most_households: float | None = None
    least_m2: float | None = None
    change: float | None = None


@dataclass(frozen=True)
class Field:
    """A group of grids in pieces.

    `loads`: what each piece adds to the load of its grid, as a share of the mean grid; `hours`: hours
    there and back between pieces, `trips` how often each is walked to; `walking` turns hours into the
    same shares. `links`: pieces that hold together, `sides`: all that touch, with the metres of their
    common border as they count. `ground`: square metres.
    """

    grids: int
    links: Sequence[Sequence[int]]
    sides: Sequence[Sequence[tuple[int, float]]]
    at_edge: Sequence[bool]
    loads: Floats
    households: Floats
    ground: Floats
    trips: Floats
    hours: Floats | None = None
    walking: float = 0.0
    by_road: frozenset[tuple[int, int]] = frozenset()
    """Pairs of pieces whose common border is a road."""

    @property
    def weighed(self) -> Floats:
        """By what change is measured: households, or ground where there are none."""
        return self.households if self.households.any() else self.ground

    @property
    def worth(self) -> Floats:
        """What it costs that a piece changes hands, all together 1: its share of ground and of households."""
        shares = [each / each.sum() for each in (self.households, self.ground) if each.any()]
        return np.asarray(sum(shares) / len(shares)) if shares else np.zeros(len(self.ground))


def spread(loads: Floats) -> float:
    """The coefficient of variation of some loads: 0 where all are equal, or nothing is."""
    mean = float(np.mean(loads)) if len(loads) else 0.0
    return float(np.std(loads)) / mean if mean > 0 else 0.0


def walked(field: Field, members: NDArray[np.bool_]) -> float:
    """Hours walked for a grid of these pieces: there and back for each trip, from its best middle."""
    if field.hours is None or not members.any():
        return 0.0
    sums = (field.trips[members, None] * field.hours[members]).sum(axis=0)
    return float(sums[members].min())


def loads_of(field: Field, homes: Sequence[int]) -> Floats:
    """The load of each grid, as shares of the mean grid."""
    at = np.asarray(homes)
    added = np.bincount(at, weights=field.loads, minlength=field.grids)
    hours = np.array([walked(field, at == grid) for grid in range(field.grids)])
    return np.asarray(added + field.walking * hours)


def in_one_part(field: Field, homes: Sequence[int], grid: int) -> bool:
    """All pieces of the grid hang together, and there are some."""
    mine = [piece for piece, home in enumerate(homes) if home == grid]
    return bool(mine) and len(_reached(mine[0], field.links, lambda at: homes[at] == grid)) == len(
        mine
    )


def without_holes(field: Field, homes: Sequence[int], grid: int) -> bool:
    """Nothing is enclosed by the grid: from every other piece one gets to the edge past it."""
    others = [piece for piece, home in enumerate(homes) if home != grid]
    seen = {piece for piece in others if field.at_edge[piece]}
    todo = list(seen)
    while todo:
        for near, _ in field.sides[todo.pop()]:
            if homes[near] != grid and near not in seen:
                seen.add(near)
                todo.append(near)
    return len(seen) == len(others)


def _reached(start: int, links: Sequence[Sequence[int]], inside: Callable[[int], bool]) -> set[int]:
    seen, todo = {start}, [start]
    while todo:
        for near in links[todo.pop()]:
            if near not in seen and inside(near):
                seen.add(near)
                todo.append(near)
    return seen


def better(
    field: Field, start: Sequence[int], limits: Limits, *, seed: str, tick: Tick
) -> list[int]:
    """The best cut that was found, beginning from `start` (the grid of each piece); perhaps `start`.

    Every grid of the answer is in one part and without holes if it was so before; no limit is broken
    more than at the start. `tick` is called now and then and may raise.
    """
    best = _State(field, start, start, limits)
    best_energy = best.energy
    found = list(start)
    for beginning in range(BEGINNINGS):
        state = _State(field, start, start, limits)
        _anneal(state, Random(f"{seed}/{beginning}"), tick)  # noqa: S311  # no secret
        if state.best_energy < best_energy - 1e-12:
            best_energy, found = state.best_energy, state.best
    return found


def _anneal(state: _State, die: Random, tick: Tick) -> None:
    steps = max(FEWEST, min(MOST, STEPS_A_PIECE * len(state.homes)))
    for step in range(steps):
        if step % ASKED_EVERY == 0:
            tick()
        heat = WARM * (COOL / WARM) ** (step / steps)
        if step % RECUT_EVERY == RECUT_EVERY - 1:
            state.recut(die, heat)
        else:
            state.shift(die, heat)
    state.back_to_best()
    while state.descend():
        tick()


@dataclass(frozen=True)
class _After:
    """A cut after one step more: `changed` as limits count it, `moved` as it costs."""

    energy: float
    added: list[float]
    hours: list[float]
    border: float
    changed: float
    moved: float


class _State:
    """A cut on its way, with everything about it that a step changes."""

    def __init__(
        self, field: Field, homes: Sequence[int], before: Sequence[int], limits: Limits
    ) -> None:
        self.field = field
        self.homes = list(homes)
        self.before = list(before)
        self.limits = limits
        self.weights = field.loads.tolist()
        self.households = field.households.tolist()
        self.ground = field.ground.tolist()
        self.weighed = field.weighed.tolist()
        self.whole = sum(self.weighed) or 1.0
        pairs = [
            (piece, near, metres)
            for piece, sides in enumerate(field.sides)
            for near, metres in sides
            if piece < near
        ]
        self._one = np.array([each[0] for each in pairs], dtype=np.int64)
        self._other = np.array([each[1] for each in pairs], dtype=np.int64)
        self._metres = np.array([each[2] for each in pairs], dtype=float)
        self._weighed, self._before = field.weighed, np.array(before)
        self._worth = field.worth
        self.worth = self._worth.tolist()
        if field.hours is not None:
            self._walks = field.trips[:, None] * field.hours
        between = self._between(np.array(self.homes))
        self.whole_border = between or math.sqrt(sum(self.ground)) or 1.0
        self.best = list(homes)
        self._count_again()
        self.most_change = (
            math.inf if limits.change is None else max(limits.change * self.whole, self.changed)
        )
        self.best_energy = self.energy

    def _between(self, at: NDArray[np.int64]) -> float:
        """Metres of border between the grids, as they count."""
        return float(self._metres[at[self._one] != at[self._other]].sum())

    def _count_again(self) -> None:
        field, grids = self.field, range(self.field.grids)
        at = np.array(self.homes)
        self.added = np.bincount(at, weights=field.loads, minlength=len(grids)).tolist()
        self.people = np.bincount(at, weights=field.households, minlength=len(grids)).tolist()
        self.size = np.bincount(at, weights=field.ground, minlength=len(grids)).tolist()
        self.count = np.bincount(at, minlength=len(grids)).tolist()
        self.member = np.stack([at == grid for grid in grids])
        other = at != self._before
        self.changed = float(self._weighed[other].sum())
        self.moved = float(self._worth[other].sum())
        self.border = self._between(at)
        self.hours = [0.0] * len(grids)
        if field.hours is not None:
            self.sums = self.member @ self._walks
            self.hours = [
                float(self.sums[grid][self.member[grid]].min()) if self.count[grid] else 0.0
                for grid in grids
            ]
        self.energy = self._energy(self.added, self.hours, self.border, self.moved)

    def _energy(
        self, added: Sequence[float], hours: Sequence[float], border: float, moved: float
    ) -> float:
        walking = self.field.walking
        loads = [one + walking * other for one, other in zip(added, hours, strict=True)]
        total = sum(loads)
        unequal = (
            len(loads) * sum(each * each for each in loads) / (total * total) - 1
            if total > 0
            else 0.0
        )
        return unequal + LONGER * border / self.whole_border + CHANGED * moved

    # One piece goes to the grid beside it

    def shift(self, die: Random, heat: float) -> None:
        """One piece, drawn by lot, may go to a grid beside it."""
        piece = die.randrange(len(self.homes))
        own = self.homes[piece]
        beside = sorted({self.homes[near] for near in self.field.links[piece]} - {own})
        if not beside:
            return
        target = beside[die.randrange(len(beside))] if len(beside) > 1 else beside[0]
        after = self._after(piece, target)
        if after is None:
            return
        worse = after.energy - self.energy
        if worse > 0 and die.random() >= math.exp(-worse / heat):
            return
        if self._stays_whole(piece, target):
            self._take(piece, target, after)

    def descend(self) -> bool:
        """Every piece that makes the cut better by going goes; answers whether any did."""
        moved = False
        for piece in range(len(self.homes)):
            own = self.homes[piece]
            for target in sorted({self.homes[near] for near in self.field.links[piece]} - {own}):
                after = self._after(piece, target)
                if (
                    after is not None
                    and after.energy < self.energy - 1e-9
                    and self._stays_whole(piece, target)
                ):
                    self._take(piece, target, after)
                    moved = True
                    break
        return moved

    def _after(self, piece: int, target: int) -> _After | None:
        """How it is after the piece went; None where a limit forbids it."""
        own = self.homes[piece]
        if self.count[own] == 1 or not self._allowed(
            own, target, self.households[piece], self.ground[piece]
        ):
            return None
        was = self.before[piece]
        changed = self.changed + self.weighed[piece] * ((target != was) - (own != was))
        if changed > self.most_change + 1e-9 and changed > self.changed:
            return None
        added = list(self.added)
        added[own] -= self.weights[piece]
        added[target] += self.weights[piece]
        border = self.border
        for near, metres in self.field.sides[piece]:
            home = self.homes[near]
            if home == own:
                border += metres
            elif home == target:
                border -= metres
        hours = self.hours
        field = self.field
        if field.hours is not None:
            hours = list(hours)
            trip = field.trips[piece]
            row = field.hours[piece] * trip
            mine = self.member[own].copy()
            mine[piece] = False
            hours[own] = float((self.sums[own] - row)[mine].min())
            hours[target] = min(
                float((self.sums[target] + row)[self.member[target]].min()),
                float(self.sums[target][piece] + row[piece]),
            )
        moved = self.moved + self.worth[piece] * ((target != was) - (own != was))
        return _After(
            self._energy(added, hours, border, moved), added, hours, border, changed, moved
        )

    def _allowed(self, own: int, target: int, people: float, ground: float) -> bool:
        most, least = self.limits.most_households, self.limits.least_m2
        if most is not None and people and self.people[target] + people > most:
            return False
        return least is None or self.size[own] - ground >= least

    def _stays_whole(self, piece: int, target: int) -> bool:
        """The grid that gives stays in one part, and the one that takes encloses nothing."""
        own, homes, field = self.homes[piece], self.homes, self.field
        kept = [near for near in field.links[piece] if homes[near] == own]
        if not kept:
            return False
        if len(kept) > 1 and not self._meet(
            kept, lambda at: [n for n in field.links[at] if n != piece and homes[n] == own]
        ):
            return False
        past = [near for near, _ in field.sides[piece] if homes[near] != target]
        edge = -1

        def onward(at: int) -> list[int]:
            if at == edge:
                return []
            beyond = [n for n, _ in field.sides[at] if n != piece and homes[n] != target]
            return [*beyond, edge] if field.at_edge[at] else beyond

        # The edge is one place: whoever comes to it has come to all of it.
        open_ = [near for near in past if not self._comes_to_edge(near, onward)]
        return not open_

    @staticmethod
    def _meet(ends: list[int], onward: Callable[[int], list[int]]) -> bool:
        wanted = set(ends[1:])
        seen, todo = {ends[0]}, [ends[0]]
        while todo and wanted:
            for near in onward(todo.pop()):
                if near not in seen:
                    seen.add(near)
                    wanted.discard(near)
                    todo.append(near)
        return not wanted

    @staticmethod
    def _comes_to_edge(start: int, onward: Callable[[int], list[int]]) -> bool:
        seen, todo = {start}, [start]
        while todo:
            for near in onward(todo.pop()):
                if near < 0:
                    return True
                if near not in seen:
                    seen.add(near)
                    todo.append(near)
        return False

    def _take(
        self,
        piece: int,
        target: int,
        after: _After,
    ) -> None:
        own = self.homes[piece]
        self.energy, self.added, self.hours = after.energy, after.added, after.hours
        self.border, self.changed, self.moved = after.border, after.changed, after.moved
        self.homes[piece] = target
        self.member[own, piece], self.member[target, piece] = False, True
        self.count[own] -= 1
        self.count[target] += 1
        for sums, weight in ((self.people, self.households), (self.size, self.ground)):
            sums[own] -= weight[piece]
            sums[target] += weight[piece]
        if self.field.hours is not None:
            row = self.field.hours[piece] * self.field.trips[piece]
            self.sums[own] -= row
            self.sums[target] += row
        self._remember()

    def _remember(self) -> None:
        if self.energy < self.best_energy - 1e-12:
            self.best_energy, self.best = self.energy, list(self.homes)

    def back_to_best(self) -> None:
        """The best cut so far is the one we stand at, counted afresh."""
        self.homes = list(self.best)
        self._count_again()

    # Two grids are laid together and cut anew

    def recut(self, die: Random, heat: float) -> None:
        """Two neighbours, drawn by lot, may be cut anew along a spanning tree of both."""
        piece = die.randrange(len(self.homes))
        own = self.homes[piece]
        beside = sorted({self.homes[near] for near in self.field.links[piece]} - {own})
        if not beside:
            return
        other = beside[die.randrange(len(beside))]
        both = [at for at, home in enumerate(self.homes) if home in (own, other)]
        kept = self.homes, self.energy
        for side in self._cuts(both, own, other, die)[:LOOKED_AT]:
            self.homes = self._labelled(both, side, own, other)
            self._count_again()
            worse = self.energy - kept[1]
            if (
                (worse <= 0 or die.random() < math.exp(-worse / heat))
                and self._within(own, other)
                and all(without_holes(self.field, self.homes, each) for each in (own, other))
            ):
                self._remember()
                return
        self.homes = kept[0]
        self._count_again()

    def _labelled(self, both: list[int], side: set[int], own: int, other: int) -> list[int]:
        """The homes with one side of the cut as one grid: named so that most ground keeps its own."""
        straight = sum(self.weighed[at] * ((self.before[at] == own) == (at in side)) for at in both)
        crossed = sum(self.weighed[at] * ((self.before[at] == own) != (at in side)) for at in both)
        first, second = (own, other) if straight >= crossed else (other, own)
        homes = list(self.homes)
        for at in both:
            homes[at] = first if at in side else second
        return homes

    def _within(self, *grids: int) -> bool:
        most, least = self.limits.most_households, self.limits.least_m2
        return (
            self.changed <= self.most_change + 1e-9
            and (most is None or all(self.people[grid] <= most for grid in grids))
            and (least is None or all(self.size[grid] >= least for grid in grids))
        )

    def _cuts(self, both: list[int], own: int, other: int, die: Random) -> list[set[int]]:
        """Sides of the cuts of a random spanning tree that share the load most equally, the best first."""
        parent, order = self._tree(both, die)
        below = {at: [self.weights[at], 1] for at in both}
        for at in reversed(order):
            if parent[at] is not None:
                above = below[parent[at]]  # type: ignore[index]  # just asked
                above[0] += below[at][0]
                above[1] += below[at][1]
        half = (self.added[own] + self.added[other]) / 2
        cuts = sorted(
            (at for at in order if parent[at] is not None),
            key=lambda at: (abs(below[at][0] - half), abs(below[at][1] - len(both) / 2), at),
        )
        children: dict[int, list[int]] = {at: [] for at in both}
        for at in order:
            if parent[at] is not None:
                children[parent[at]].append(at)  # type: ignore[index]  # just asked
        return [_subtree(at, children) for at in cuts[:LOOKED_AT]]

    def _tree(self, both: list[int], die: Random) -> tuple[dict[int, int | None], list[int]]:
        """A spanning tree by random weights, in which roads are crossed last: so cuts run along them."""
        inside = set(both)
        edges = sorted(
            (die.random() + ((at, near) in self.field.by_road), at, near)
            for at in both
            for near in self.field.links[at]
            if at < near and near in inside
        )
        head = {at: at for at in both}

        def top(at: int) -> int:
            while head[at] != at:
                head[at] = head[head[at]]
                at = head[at]
            return at

        near: dict[int, list[int]] = {at: [] for at in both}
        for _, one, other in edges:
            a, b = top(one), top(other)
            if a != b:
                head[b] = a
                near[one].append(other)
                near[other].append(one)
        parent: dict[int, int | None] = {both[0]: None}
        order = [both[0]]
        for at in order:
            for each in near[at]:
                if each not in parent:
                    parent[each] = at
                    order.append(each)
        return parent, order


def _subtree(root: int, children: dict[int, list[int]]) -> set[int]:
    found = {root}
    todo = [root]
    while todo:
        below = children[todo.pop()]
        found.update(below)
        todo.extend(below)
    return found


def halved(field: Field, start: Sequence[int], grid: int, *, seed: str, tick: Tick) -> list[int]:
    """The start with this grid cut in two; the new half is the last grid, `field.grids - 1`.

    The best of some trees. The grid stays whole where it has one piece only.
    """
    die = Random(f"{seed}/halved")  # noqa: S311  # no secret
    mine = [piece for piece, home in enumerate(start) if home == grid]
    new = field.grids - 1
    best: tuple[float, list[int]] | None = None
    if len(mine) < 2:
        return list(start)
    state = _State(field, start, start, Limits())
    for _ in range(40):
        tick()
        for side in state._cuts(mine, grid, new, die):
            homes = list(start)
            for piece in side:
                homes[piece] = new
            if not all(without_holes(field, homes, each) for each in (grid, new)):
                continue
            loads = loads_of(field, homes)
            unequal = (
                abs(float(loads[grid] - loads[new]))
                + abs(
                    sum(field.ground[piece] for piece in mine) / 2
                    - sum(field.ground[piece] for piece in side)
                )
                * 1e-12
            )
            if best is None or unequal < best[0]:
                best = unequal, homes
    return best[1] if best else list(start)


def dissolved(field: Field, start: Sequence[int], grid: int) -> list[int]:
    """The start with the pieces of this grid given, one by one, to the lightest grid beside them."""
    homes = list(start)
    added = np.bincount(np.asarray(homes), weights=field.loads, minlength=field.grids).tolist()
    left = {piece for piece, home in enumerate(homes) if home == grid}
    while left:
        ways = sorted(
            (added[homes[near]], -field.ground[piece], piece, homes[near])
            for piece in left
            for near in field.links[piece]
            if homes[near] != grid
        )
        if not ways:
            return list(start)
        _, _, piece, home = ways[0]
        homes[piece] = home
        added[home] += field.loads[piece]
        left.discard(piece)
    return homes
