"""Whether the data are whole: the chain of events, the rules that always hold, the files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from webapp.base import audit, clock, files
from webapp.cases.told import queries as told
from webapp.community.deliberation import recount
from webapp.grids import queries as grids
from webapp.ledgers import verifying
from webapp.operation import queries, sweeping


def findings(*, read_files: bool) -> Iterator[str]:
    """A line for everything that is broken. `read_files` reads every file and not only looks for it."""
    yield from verifying.findings()
    for kind, thing, seq in audit.broken_links():
        yield f"event {seq} of {kind} {thing} was changed, or the one before it is gone"
    if not grids.rule_is_current():
        yield "points are located by other settings than those of now: run geodata load"
    yield from queries.states_against_log()
    for rule in queries.INVARIANTS:
        for line in queries.breaches(rule):
            yield f"{line} ({rule.words})"
    yield from recount.differences()
    for case_id in told.different():
        yield f"the public is told something else of case {case_id} than it has to be: run cases retell"
    for x, y, more in told.miscounted():
        yield f"square {x}/{y} of public cases is counted wrong by {more}: run cases retell"
    store = files.store()
    for name in sweeping.bytes_of_nobody(clock.now() - 2 * sweeping.KEPT):
        yield f"{store.where(name)} is kept, and no row names it"
    there = {each.name for each in store.lying()}
    for file in queries.files():
        name = files.name_of(file)
        # What was stored meanwhile is asked for by itself.
        if name not in there and not store.has(name):
            yield f"file {file.id} is missing at {store.where(name)}"
        elif read_files and hashlib.sha256(store.read(name)).hexdigest() != file.sha256:
            yield f"file {file.id} at {store.where(name)} is not what was stored"
