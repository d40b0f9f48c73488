"""A proposal from what is known: ground in pieces, loads laid on them, each group cut anew, all of it checked.

Everything is in metres of the storage CRS and hours; nothing here asks the database or writes to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from webapp.base.language import N_
from webapp.grids import differences
from webapp.grids.differences import Hand
from webapp.grids.importing.checks import check
from webapp.grids.importing.columns import Draft
from webapp.grids.importing.findings import Finding
from webapp.grids.rules import GridKind
from webapp.maps.balance import ground, outlines, search
from webapp.maps.balance.ground import Ground, Sources
from webapp.maps.balance.rules import ALL, COUNTED, LEAST_COUNTED, Group, Load, Number, Why, Wish
from webapp.maps.balance.search import ROAD_DISCOUNT, Field, Limits
from webapp.travel.network import Network
from webapp.travel.rules import Mode

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HOUR_S = 3600.0

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Area:
    """A grid in force: what it is called and its border."""

    code: str
    name: str
    display_code: str
    group: Group
    community: str
    shape: Polygon


@dataclass(frozen=True)
class Known:
    """What the house knows: the grids in force, what their ground is made of, where work was, the roads.

    `points`: for each counted load the x and y of its things.
    """

    areas: Sequence[Area]
    made_of: Sources
    points: Mapping[Load, tuple[Floats, Floats]]
    network: Network | None
    expected: Mapping[str, int]
    taken: frozenset[str] = frozenset()
    """Codes that grids ever had."""


@dataclass(frozen=True)
class Burden:
    """What one grid has to carry: things counted, hours walked, and all together (the mean grid: 1)."""

    cases: float
    visits: float
    households: float
    walking: float
    all: float
    m2: float

    def kept(self, mean: float) -> dict[str, float]:
        """As plain values, rounded to what is shown; the load in parts of a mean load."""
        return {
            "cases": round(self.cases),
            "visits": round(self.visits),
            "households": round(self.households),
            "walking": round(self.walking, 2),
            "all": round(self.all / mean, 4) if mean else 0.0,
            "m2": round(self.m2),
        }


@dataclass(frozen=True)
class Fate:
    """A grid before and after; None where it begins or ends. `come`, `gone`: households that change to it, from it."""

    code: str
    name: str
    display_code: str | None
    before: Burden | None
    after: Burden | None
    come: float
    gone: float


@dataclass(frozen=True)
class Outcome:
    """What became of a group. `why`: why it stays as it is, or None where it is cut anew."""

    group: Group
    community: str
    fates: Sequence[Fate]
    why: Why | None

    @property
    def mean(self) -> float:
        """The mean load of its grids today."""
        loads = [each.before.all for each in self.fates if each.before]
        return sum(loads) / len(loads) if loads else 0.0


@dataclass(frozen=True)
class Proposal:
    """The outcome of all groups, and the borders that follow from it (only those of grids that change ground)."""

    outcomes: Sequence[Outcome]
    shapes: Mapping[str, Polygon]
    """Every grid of the house afterwards, by code."""
    new: Mapping[str, str]
    """Codes of grids that begin, each with the code of the grid whose half it is."""
    gone: Sequence[str]
    hands: Sequence[Hand[str]]
    shares: Mapping[Load, float]
    """The weights in use, together 1: a load that nothing was counted of has none."""
    pieces: Mapping[str, int]
    findings: Sequence[Finding]

    @property
    def found(self) -> bool:
        """Some group is cut anew."""
        return any(each.why is None for each in self.outcomes)

    def loads(self, when: str) -> list[float]:
        """The loads of the grids of the scope, `before` or `after`."""
        return [
            burden.all
            for outcome in self.outcomes
            for fate in outcome.fates
            if (burden := getattr(fate, when)) is not None
        ]


class _Board:
    """Pieces with the loads that lie on them, and how they are weighed."""

    def __init__(self, known: Known, wish: Wish, areas: Sequence[Area]) -> None:
        self.areas = {area.code: area for area in areas}
        self.ground: Ground = ground.cut(
            {area.code: area.shape for area in areas},
            {area.code: area.group for area in areas},
            known.made_of,
        )
        self.counted = {load: self._laid(*known.points[load]) for load in COUNTED}
        self.m2 = self.ground.areas
        self.middles = self.ground.middles()
        self.trips = self.counted[Load.CASES] + self.counted[Load.VISITS]
        self.weights = {load: float(wish.weights.get(load, 0)) for load in Load}
        self.hours: dict[Group, Floats] = {}
        self.network = known.network
        self.taken = known.taken | {area.code for area in known.areas}

    def _laid(self, x: Floats, y: Floats) -> Floats:
        piece = self.ground.piece_at(x, y)
        return np.bincount(piece[piece >= 0], minlength=len(self.ground)).astype(float)

    def walk(self, group: Group, members: Ints) -> None:
        """How long one walks between the pieces of a group, there and back, in hours."""
        middles = self.middles[members]
        x, y = shapely.get_x(middles), shapely.get_y(middles)
        hours = np.zeros((len(members), len(members)))
        if self.network is not None:
            rows = np.flatnonzero(self.trips[members] > 0)
            seconds = self.network.seconds_between(x, y, Mode.WALK, rows=rows)
            hours[rows] = 2 * seconds / HOUR_S
        self.hours[group] = hours

    def weigh(self, groups: Mapping[Group, Ints]) -> None:
        """The mean load of a grid is 1, and each kind of load has its share in that."""
        grids = len(self.areas)
        totals = {load: float(counted.sum()) for load, counted in self.counted.items()}
        totals[Load.WALKING] = 0.0
        self.scale = dict.fromkeys(Load, 0.0)
        if self.weights[Load.WALKING]:
            for group, members in groups.items():
                bare = self.field(group, members, self.numbered(members))
                totals[Load.WALKING] += sum(
                    search.walked(bare, self.numbered(members) == grid)
                    for grid in range(bare.grids)
                )
        used = {load: weight for load, weight in self.weights.items() if weight and totals[load]}
        whole = sum(used.values())
        self.shares = {load: used.get(load, 0.0) / whole if whole else 0.0 for load in Load}
        self.scale = {
            load: self.shares[load] / (totals[load] / grids) if totals[load] else 0.0
            for load in Load
        }

    def numbered(self, members: Ints) -> Ints:
        """The grids of some pieces, numbered from 0 in the order of their codes."""
        return np.asarray(np.unique(self.ground.home[members], return_inverse=True)[1])

    def field(self, group: Group, members: Ints, start: Ints, *, grids: int | None = None) -> Field:
        """A group as the search wants it."""
        place = {piece: number for number, piece in enumerate(members.tolist())}
        links = self.ground.links
        mine = np.isin(links.one, members)
        pairs = [
            (place[one], place[other], metres, by_road)
            for one, other, metres, by_road in zip(
                links.one[mine].tolist(),
                links.other[mine].tolist(),
                links.metres[mine].tolist(),
                links.by_road[mine].tolist(),
                strict=True,
            )
        ]
        sides: list[list[tuple[int, float]]] = [[] for _ in members]
        for one, other, metres, by_road in pairs:
            counts = metres - ROAD_DISCOUNT * by_road
            sides[one].append((other, counts))
            sides[other].append((one, counts))
        loads = np.zeros(len(members))
        for load in COUNTED:
            loads += self.scale[load] * self.counted[load][members]
        count = int(start.max()) + 1
        bare = Field(
            grids=grids or count,
            links=_holding(pairs, start, len(members)),
            sides=sides,
            at_edge=self.ground.at_edge[members].tolist(),
            loads=loads,
            households=self.counted[Load.HOUSEHOLDS][members],
            ground=self.m2[members],
            trips=self.trips[members],
            by_road=frozenset(
                (min(one, other), max(one, other))
                for one, other, metres, by_road in pairs
                if by_road > metres / 2
            ),
        )
        if not self.weights[Load.WALKING] or group not in self.hours:
            return bare
        return replace(bare, hours=self.hours[group], walking=self.scale[Load.WALKING])

    def burdens(self, field: Field, members: Ints, homes: Ints) -> list[Burden]:
        """What each grid of a group carries with its pieces dealt out like this."""
        loads = search.loads_of(field, homes.tolist())
        found = []
        for grid in range(field.grids):
            own = homes == grid
            counted = {load: float(self.counted[load][members][own].sum()) for load in COUNTED}
            found.append(
                Burden(
                    cases=counted[Load.CASES],
                    visits=counted[Load.VISITS],
                    households=counted[Load.HOUSEHOLDS],
                    walking=search.walked(field, own),
                    all=float(loads[grid]),
                    m2=float(self.m2[members][own].sum()),
                )
            )
        return found


def _holding(
    pairs: Sequence[tuple[int, int, float, float]], start: Ints, count: int
) -> list[list[int]]:
    """Which pieces hold together: by the longest common border with which every grid of today does."""
    links: list[list[int]] = []
    for least in ground.HOLDS_M:
        links = [[] for _ in range(count)]
        for one, other, metres, _ in pairs:
            if metres >= least:
                links[one].append(other)
                links[other].append(one)
        bare = _Links(links)
        if all(
            search.in_one_part(bare, start.tolist(), grid)  # type: ignore[arg-type]  # asks no more
            for grid in np.unique(start).tolist()
        ):
            break
    return links


@dataclass(frozen=True)
class _Links:
    links: list[list[int]]


def scope_of(known: Known, wish: Wish) -> list[Area]:
    """The grids that are meant; none where the scope is not known."""
    return [area for area in known.areas if wish.scope in (ALL, area.group.key)]


def propose(known: Known, wish: Wish, *, progress: Progress, tick: search.Tick) -> Proposal:
    """The best borders that were found for what was wished; the same every time.

    Never worse than today by their own measure, group by group and over the scope, unless another
    number of grids was asked for. `tick` is called often, and may raise to stop.
    """
    areas = scope_of(known, wish)
    progress(0, 1, N_("Cutting the ground into pieces"))
    board = _Board(known, wish, areas)
    tick()
    groups = _members(board)
    steps = len(groups) + 1
    for group, members in groups.items():
        if wish.weights.get(Load.WALKING):
            board.walk(group, members)
            tick()
    board.weigh(groups)
    cuts: list[_Cut] = []
    for number, (group, members) in enumerate(groups.items(), start=1):
        progress(number, steps, N_("Looking for better borders"))
        cuts.append(_cut(board, group, members, wish, tick))
    _never_worse(cuts, wish)
    progress(steps, steps, N_("Drawing and checking the borders"))
    return _drawn(known, board, cuts)


def _members(board: _Board) -> dict[Group, Ints]:
    group_of = [board.areas[code].group for code in board.ground.codes]
    found: dict[Group, list[int]] = {}
    for piece, home in enumerate(board.ground.home.tolist()):
        found.setdefault(group_of[home], []).append(piece)
    ordered = sorted(found, key=lambda each: each.key)
    return {group: np.array(found[group], dtype=np.int64) for group in ordered}


@dataclass
class _Cut:
    """A group before and after: the grid of each piece by place in `codes`; `why` it stays."""

    group: Group
    members: Ints
    codes: list[str]
    start: Ints
    homes: Ints
    before: list[Burden]
    after: list[Burden]
    why: Why | None

    @property
    def gain(self) -> float:
        """How much less unequal the loads are."""
        return spread(self.before) - spread(self.after)

    def undo(self, why: Why) -> None:
        """The group stays as it is."""
        self.homes, self.after, self.why = self.start, self.before, why
        self.codes = self.codes[: len(self.before)]


def spread(burdens: Sequence[Burden]) -> float:
    """The coefficient of variation of the loads."""
    return search.spread(np.array([each.all for each in burdens]))


def _cut(board: _Board, group: Group, members: Ints, wish: Wish, tick: search.Tick) -> _Cut:
    start = board.numbered(members)
    codes = [board.ground.codes[home] for home in np.unique(board.ground.home[members]).tolist()]
    field = board.field(group, members, start)
    before = board.burdens(field, members, start)
    cut = _Cut(group, members, codes, start, start, before, before, Why.BEST)
    number = Number(wish.number) if wish.scope != ALL else Number.KEPT
    cut.why = _no_use(field, start, before, number)
    if cut.why is not None:
        return cut
    cut.why = Why.BEST
    seed = f"{wish.seed}/{group.key}"
    begin, names = start.tolist(), list(codes)
    if number is Number.MORE:
        field = replace(field, grids=field.grids + 1)
        heaviest = int(np.argmax([each.all or each.m2 * 1e-12 for each in before]))
        begin = search.halved(field, begin, heaviest, seed=seed, tick=tick)
        names.append(_next_code(codes, board))
    elif number is Number.FEWER:
        begin, names, field = _one_fewer(field, begin, codes, before)
    if len(set(begin)) < field.grids:
        return cut
    limits = Limits(
        wish.most_households,
        _least_m2(wish, before, number),
        None if wish.change is None else wish.change / 100,
    )
    homes = np.array(search.better(field, begin, limits, seed=seed, tick=tick))
    after = board.burdens(field, members, homes)
    if number is Number.KEPT and spread(before) - spread(after) < search.GAIN:
        return cut
    cut.codes, cut.homes, cut.after, cut.why = names, homes, after, None
    return cut


def _least_m2(wish: Wish, before: Sequence[Burden], number: Number) -> float:
    """No grid shrinks to nothing because little happens there; the halves of one are smaller than it."""
    if wish.least_m2 is not None:
        return wish.least_m2
    smallest = min(each.m2 for each in before) * search.SMALLEST
    return smallest / 2 if number is Number.MORE else smallest


def _no_use(field: Field, start: Ints, before: Sequence[Burden], number: Number) -> Why | None:
    if not sum(each.all for each in before):
        return Why.NO_LOAD
    if number is Number.MORE:
        return None
    if field.grids < 2:
        return Why.ALONE
    counted = sum(each.cases + each.visits + each.households for each in before)
    if number is Number.KEPT and counted < LEAST_COUNTED * field.grids:
        return Why.LITTLE
    homes = start.tolist()
    if not any(homes[near] != homes[at] for at in range(len(homes)) for near in field.links[at]):
        return Why.APART
    if number is Number.KEPT and spread(before) < search.GAIN:
        return Why.EQUAL
    return None


def _one_fewer(
    field: Field, begin: list[int], codes: list[str], before: Sequence[Burden]
) -> tuple[list[int], list[str], Field]:
    """The group without its lightest grid that can be given to the others."""
    for lightest in sorted(range(field.grids), key=lambda each: (before[each].all, each)):
        homes = search.dissolved(field, begin, lightest)
        if lightest not in homes:
            closed = [home - (home > lightest) for home in homes]
            names = [code for number, code in enumerate(codes) if number != lightest]
            return closed, names, replace(field, grids=field.grids - 1)
    return begin, codes, field


# The code of a grid: 12 characters of its community, and its number there.
COMMUNITY = 12


def _next_code(codes: Sequence[str], board: _Board) -> str:
    begin = codes[0][:COMMUNITY]
    taken = {code for code in board.taken if code.startswith(begin)}
    return next(code for number in range(1, 1000) if (code := f"{begin}{number:03d}") not in taken)


def _never_worse(cuts: Sequence[_Cut], wish: Wish) -> None:
    """Over the whole scope the loads are not less equal than before: else what helps least stays."""
    if wish.number != Number.KEPT and wish.scope != ALL:
        return
    before = spread([each for cut in cuts for each in cut.before])
    for cut in sorted(cuts, key=lambda each: (each.gain, each.group.key)):
        if spread([each for one in cuts for each in one.after]) <= before:
            return
        if cut.why is None:
            cut.undo(Why.BEST)


def _drawn(known: Known, board: _Board, cuts: list[_Cut]) -> Proposal:
    """The borders of what was cut; a group whose borders do not pass the checks stays as it is."""
    before = {area.code: area.shape for area in known.areas}
    kinds = {area.code: area.group.kind for area in known.areas}
    standing = {_sign(each) for each in _checked(known, before, kinds)}
    while True:
        pieces = _pieces(board, cuts)
        try:
            shapes = outlines.redrawn(before, pieces)
            kinds |= {code: cut.group.kind for cut in cuts for code in cut.codes}
            found = _checked(known, shapes, kinds)
            new = [each for each in found if _sign(each) not in standing and each.code != "E09"]
            wrong = {grid for each in new for grid in each.grids}
        except outlines.FallsApart as error:
            found, new, wrong = [], [], set(error.args)
        bad = [cut for cut in cuts if cut.why is None and wrong & set(cut.codes)]
        if not wrong and not new:
            break
        for cut in bad or [each for each in cuts if each.why is None]:
            cut.undo(Why.WRONG)
    return _told(known, board, cuts, shapes, found)


def _sign(finding: Finding) -> tuple[Any, ...]:
    return finding.code, finding.grids


def _checked(
    known: Known, shapes: Mapping[str, Polygon], kinds: Mapping[str, GridKind]
) -> list[Finding]:
    drafts = [
        Draft(row, code, kinds[code], code, None, shape)
        for row, (code, shape) in enumerate(sorted(shapes.items()), start=1)
    ]
    outline = shapely.union_all([area.shape for area in known.areas])
    return check(drafts, outline=outline, expected_counts=known.expected)


def _pieces(board: _Board, cuts: Sequence[_Cut]) -> dict[str, list[Polygon]]:
    """The faces of every grid whose ground changes; none of one that ends."""
    faces: dict[str, list[Polygon]] = {}
    for cut in cuts:
        if cut.why is not None:
            continue
        old = np.array([board.ground.codes[home] for home in board.ground.home[cut.members]])
        new = np.array(cut.codes)[cut.homes]
        touched = {*old[old != new].tolist(), *new[old != new].tolist()}
        home_of = dict(zip(cut.members.tolist(), new.tolist(), strict=True))
        faces |= {code: [] for code in touched}
        for face, piece in zip(board.ground.faces, board.ground.piece_of.tolist(), strict=True):
            code = home_of.get(piece)
            if code is not None and code in touched:
                faces[code].append(face)
    return faces


def _told(
    known: Known,
    board: _Board,
    cuts: Sequence[_Cut],
    shapes: Mapping[str, Polygon],
    findings: Sequence[Finding],
) -> Proposal:
    before = {area.code: area.shape for area in known.areas}
    new = {
        code: _parent(board, cut, code)
        for cut in cuts
        for code in cut.codes
        if code not in before and cut.why is None
    }
    return Proposal(
        outcomes=[_outcome(board, cut, new) for cut in cuts],
        shapes=shapes,
        new=new,
        gone=sorted(before.keys() - shapes.keys()),
        hands=differences.hands(before, shapes),
        shares=board.shares,
        pieces=board.ground.kinds,
        findings=findings,
    )


def _parent(board: _Board, cut: _Cut, code: str) -> str:
    """The grid from which most of a new one comes."""
    own = cut.homes == cut.codes.index(code)
    home = board.ground.home[cut.members][own]
    m2 = np.bincount(home, weights=board.m2[cut.members][own])
    return board.ground.codes[int(np.argmax(m2))]


def _outcome(board: _Board, cut: _Cut, new: Mapping[str, str]) -> Outcome:
    old = np.array([board.ground.codes[home] for home in board.ground.home[cut.members]])
    now = np.array(cut.codes)[cut.homes]
    households = board.counted[Load.HOUSEHOLDS][cut.members]
    was = dict(zip(dict.fromkeys(sorted(set(old.tolist()))), cut.before, strict=True))
    after = dict(zip(cut.codes, cut.after, strict=True))
    fates = []
    for code in sorted({*was, *after}):
        area = board.areas.get(code) or board.areas[new[code]]
        begins = code in new
        fates.append(
            Fate(
                code=code,
                name=new_name(area.name) if begins else area.name,
                display_code=None if begins else area.display_code,
                before=was.get(code),
                after=after.get(code),
                come=float(households[(now == code) & (old != code)].sum()),
                gone=float(households[(old == code) & (now != code)].sum()),
            )
        )
    community = board.areas[sorted(was)[0]].community
    return Outcome(cut.group, community, fates, cut.why)


def new_name(name: str) -> str:
    """What the new half of a grid is called until somebody finds a better name."""
    return f"{name}(新)"
