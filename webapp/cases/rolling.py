"""Who goes where when calls queue: the whole set at once, by the same costs as one by one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from webapp.cases.dispatching import HASTE, Call, Candidate, Worker, price
from webapp.cases.rules import Grade

# Large and finite, for the solver takes no infinite rows: who lacks a skill goes nowhere in a set.
MISMATCH = 1e7
# What a grade is worth, so that haste is served first whatever the minutes and the weights.
WORTH = {Grade.NORMAL: 0.0, Grade.URGENT: 1e5, Grade.EMERGENCY: 1e6}


@dataclass(frozen=True)
class Pair:
    """Somebody is proposed for a case; `gain` where they would be taken off their way, in minutes;
    `after` where they are worth waiting for: so many minutes until they are free."""

    call: Call
    candidate: Candidate
    gain: float | None = None
    after: float | None = None


def is_idle(worker: Worker) -> bool:
    """On duty or without a rota, asked for nothing, and under way to nothing urgent."""
    return worker.on_duty is not False and worker.offer is None and worker.haste == Grade.NORMAL


def propose(calls: Sequence[Call], workers: Sequence[Worker]) -> list[Pair]:
    """At most one case for each worker and one worker for each case, the best for all together.

    Whoever is under way is taken only for an emergency to which nobody idle is as near by far.
    """
    idle = [worker for worker in workers if is_idle(worker)]
    busy = [
        worker
        for worker in workers
        if worker.on_duty is not False and not is_idle(worker) and worker.haste != Grade.EMERGENCY
    ]
    pairs = _solve(calls, idle)
    taken = _taken_off(pairs, calls, busy)
    if taken:
        served = {pair.call.id for pair in taken}
        pairs = taken + _solve([call for call in calls if call.id not in served], idle)
    return sorted(pairs, key=lambda pair: (-HASTE[pair.call.grade], pair.call.id))


def assign(calls: Sequence[Call], workers: Sequence[Worker]) -> list[Pair]:
    """The set by which the house asks: nobody is taken off their way, but whoever will soon be free may
    be worth waiting for (`after`). An emergency waits for nobody."""
    free = [worker for worker in workers if is_idle(worker) or is_soon_free(worker)]
    return _solve(calls, free)


def is_soon_free(worker: Worker) -> bool:
    """On duty or without a rota, asked for nothing, and at something urgent that will be done."""
    return worker.on_duty is not False and worker.offer is None and worker.free_in is not None


def _solve(calls: Sequence[Call], workers: Sequence[Worker]) -> list[Pair]:
    if not calls or not workers:
        return []
    from scipy.optimize import linear_sum_assignment  # heavy, and only for queues

    prices = [[price(call, worker) for worker in workers] for call in calls]
    costs = np.array(
        [
            [_cost(call, one, worker) for one, worker in zip(row, workers, strict=True)]
            for call, row in zip(calls, prices, strict=True)
        ]
    )
    rows, columns = linear_sum_assignment(costs)
    return [
        Pair(calls[row], prices[row][column], after=_after(workers[column]))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if costs[row, column] < MISMATCH
    ]


def _after(worker: Worker) -> float | None:
    return None if is_idle(worker) else worker.free_in


def _cost(call: Call, one: Candidate, worker: Worker) -> float:
    busy = not is_idle(worker)
    unfit = one.missing or worker.id in call.without
    if unfit or (busy and call.grade == Grade.EMERGENCY):
        return MISMATCH
    # Until they are free, in the place of what it costs to take them off their way.
    by = call.weights
    soon = (worker.free_in or 0.0) - by.under_way if busy else 0.0
    minute = {Grade.URGENT: by.urgent_minute, Grade.EMERGENCY: by.emergency_minute}
    waited = min(call.waited_min, by.longest_wait)
    return (one.total + soon) * minute.get(call.grade, 1.0) - WORTH[call.grade] - waited


def _taken_off(pairs: list[Pair], calls: Sequence[Call], busy: list[Worker]) -> list[Pair]:
    now = {pair.call.id: pair.candidate.arrival for pair in pairs}
    left = list(busy)
    taken = []
    critical = (call for call in calls if call.grade == Grade.EMERGENCY)
    for call in sorted(critical, key=lambda each: (-each.waited_min, each.id)):
        fit = [one for one in (price(call, worker) for worker in left) if not one.missing]
        if not fit:
            continue
        best = min(fit, key=lambda one: (one.arrival, one.account))
        gain = now.get(call.id, float("inf")) - best.arrival
        if gain > call.weights.gain:
            taken.append(Pair(call, best, gain))
            left = [worker for worker in left if worker.id != best.account]
    return taken
