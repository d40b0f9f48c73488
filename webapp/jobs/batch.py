"""Degrees of many at once: the same as `degree`, pair by pair, as a matrix of seekers by postings.

`degree` is the truth and this its copy for speed: a test holds them to each other over random
pools. Postings are made ready once (`pool`); each block of seekers is then a few matrix products.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from webapp.jobs.degree import DIGITS
from webapp.jobs.matrices import CRITERIA, shut
from webapp.jobs.parameters import SIDES, Side
from webapp.jobs.pool import Flags, Floats, Ints, Pool, pool
from webapp.jobs.sides import Seeker

__all__ = ["Flags", "Floats", "Ints", "Pool", "best", "degrees", "leading", "pool"]

# So many seekers are counted at a time: a block of degrees of 10,000 postings is 20 MiB.
BLOCK = 256
# With a larger share of postings open it is quicker to count all of them.
MOST = 0.7


def degrees(
    seekers: Sequence[Seeker],
    of: Pool,
    metres: Floats,
    *,
    on: date,
    declined: Flags | None = None,
) -> Floats:
    """The degree of every seeker (row) and posting (column), as `degree` counts it.

    `metres` of each way, not a number where nobody knows; `declined` where two have said no before.
    """
    if not metres.size:
        return np.zeros(metres.shape)
    open_ = ~shut(seekers, of, metres, on)
    if declined is not None:
        open_ &= ~declined
    # Postings whose gates are shut for all of them need no counting.
    at = np.flatnonzero(open_.any(axis=0))
    found = np.zeros(metres.shape)
    if len(at) > metres.shape[1] * MOST:
        found[:] = _counted(seekers, of, metres)
    elif len(at):
        found[:, at] = _counted(seekers, of.only(at), metres[:, at])
    found[~open_] = 0.0
    return found


def _counted(seekers: Sequence[Seeker], of: Pool, metres: Floats) -> Floats:
    """The degrees as if no gate were shut."""
    parameters = of.tables.parameters
    sides = {side: np.zeros(metres.shape) for side in Side}
    weakest = np.ones(metres.shape)
    for name, rule in CRITERIA.items():
        value = rule(seekers, of, metres)
        filled = np.where(np.isnan(value), parameters.unknown, value)
        sides[SIDES[name]] += parameters.weights[name] * filled
        np.minimum(weakest, filled, out=weakest)
    one, other = (np.minimum(1.0, sides[side]) for side in Side)
    whole = one + other
    both = np.divide(2 * one * other, whole, out=np.zeros_like(whole), where=whole > 0)
    found: Floats = 100 * np.minimum(both, parameters.cap + (1 - parameters.cap) * weakest)
    return np.round(found, DIGITS)


def best(
    seekers: Sequence[Seeker], of: Pool, metres: Floats, *, on: date, count: int
) -> Iterator[list[tuple[int, float]]]:
    """For each seeker the keys and degrees of the best postings above 0, of equal ones the lower key."""
    for start in range(0, len(seekers), BLOCK):
        rows = slice(start, start + BLOCK)
        for row in degrees(seekers[rows], of, metres[rows], on=on):
            yield [(int(of.ids[at]), float(row[at])) for at in leading(row, of.ids, count)]


def leading(row: Floats, ids: Ints, count: int) -> Ints:
    """Places of the highest degrees above 0, of equal ones the lower key first."""
    above = np.flatnonzero(row > 0)
    if len(above) > count:
        least = np.partition(row[above], len(above) - count)[len(above) - count]
        above = above[row[above] >= least]
    order = np.lexsort((ids[above], -row[above]))
    found: Ints = above[order[:count]]
    return found
