"""What is done to the territory: boundary sets made, checked, put in force; unit cells renewed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import shapely
from flask import current_app
from flask_babel import lazy_gettext as _l
from geoalchemy2.shape import from_shape
from shapely import Polygon
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import Range, insert

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.config import Settings
from webapp.base.db import PATIENT, db
from webapp.base.flow import Changed, Unacceptable
from webapp.base.spatial import SRID
from webapp.grids import bulk, differences, locate, queries, relocation, stops, unit_cells
from webapp.grids.importing.findings import Finding, Severity
from webapp.grids.lineage import Link, links
from webapp.grids.locate import BORDERS_LOCK
from webapp.grids.models import BoundarySet, Grid, GridLineage, GridVersion, Unit
from webapp.grids.rules import BOUNDARY_FLOW, KIND_LETTERS, GridKind, SetState

# Simplified together, so that neighbours keep one shared border.
LIGHT_TOLERANCE_M = 8.0


@dataclass(frozen=True)
class Drawn:
    """One grid as drawn or imported: what it is called and its border in metres."""

    code: str
    name: str
    kind: GridKind
    community_id: int | None
    geom: Polygon
    display_code: str | None = None
    provenance: str | None = None


def draft(
    *,
    title: str,
    grids: Iterable[Drawn],
    unit: Unit,
    by: Actor | None,
    illustrative: bool = False,
    source_name: str | None = None,
    source_sha256: str | None = None,
    based_on: BoundarySet | None = None,
    report: dict[str, Any] | None = None,
) -> BoundarySet:
    """A draft boundary set holds these grids; nothing else has changed."""
    drawn = list(grids)
    made = BoundarySet(
        title=title,
        state=SetState.DRAFT,
        illustrative=illustrative,
        source_name=source_name,
        source_sha256=source_sha256,
        based_on_id=based_on.id if based_on else None,
        report=report or {},
        created_by_id=by.id if by else None,
        unit_id=unit.id,
    )
    db.session.add(made)
    db.session.flush()
    if drawn:
        db.session.execute(insert(GridVersion), _rows(made, drawn))
    BOUNDARY_FLOW.record(made, "draw", by=by)
    return made


def _rows(made: BoundarySet, drawn: list[Drawn]) -> list[dict[str, Any]]:
    known = queries.grid_ids_by_code()
    light = lighter([each.geom for each in drawn])
    return [
        {
            "set_id": made.id,
            "grid_id": known.get(each.code),
            "code": each.code,
            "display_code": each.display_code,
            "name": each.name,
            "kind": each.kind,
            "community_id": each.community_id,
            "geom": from_shape(each.geom, srid=SRID),
            "geom_light": from_shape(thin, srid=SRID),
            "area_m2": each.geom.area,
            "perimeter_m": each.geom.length,
            "provenance": each.provenance,
        }
        for each, thin in zip(drawn, light, strict=True)
    ]


def lighter(shapes: list[Polygon]) -> list[Polygon]:
    """The shapes simplified for maps; borders stay shared wherever they were shared."""
    return list(shapely.coverage_simplify(shapes, LIGHT_TOLERANCE_M))


def check(
    made: BoundarySet, findings: Iterable[Finding], *, accepted: Iterable[str] = (), by: Actor
) -> None:
    """The draft may be put in force by somebody else, as a change of the borders in force now.

    `findings` is what the checks found, `accepted` the codes of questions answered with yes. Raises
    `Unacceptable` when an error was found or a question is still open.
    """
    found, yes = list(findings), sorted(set(accepted))
    if any(each.severity is Severity.ERROR for each in found):
        raise Unacceptable(_l("These borders cannot be put in force yet."))
    if any(each.code not in yes for each in found):
        words = _l("Look at the questions and answer them.")
        raise Unacceptable(words, fields={"accepted": words})
    before = queries.active_set()
    BOUNDARY_FLOW.move(made, "check", by=by, data={"accepted": yes})
    made.based_on_id = before.id if before else None
    made.report = {
        **made.report,
        "findings": [each.kept() for each in found],
        "accepted": yes,
    }


def withdraw(made: BoundarySet, *, by: Actor) -> None:
    """The set is a draft again."""
    BOUNDARY_FLOW.move(made, "withdraw", by=by)


def activate(made: BoundarySet, *, by: Actor | None, at: datetime | None = None) -> None:
    """The set is in force from now; the one before is retired, its versions and lineage kept.

    New codes become grids, codes that are gone end. What is open follows the new borders, with an
    event each; what is closed keeps the grid it had. All in the caller's transaction, alone: nobody
    places anything meanwhile. Raises `Changed` when other borders took force since the set was
    checked.
    """
    _alone()
    at = at or clock.now()
    before = queries.active_set(lock=True)
    if before is not None and made.based_on_id not in (None, before.id):
        raise Changed(
            _l("Other borders took force since these were checked. Look at the differences again.")
        )
    if before is not None:
        _retire(before, by=by, at=at)
    if by is None:
        BOUNDARY_FLOW.record(made, "activate", by=None, before=made.state, after=SetState.ACTIVE)
        made.state = SetState.ACTIVE
    else:
        BOUNDARY_FLOW.move(made, "activate", by=by)
    made.valid = Range(at, None)
    _become_grids(made, at)
    db.session.execute(
        update(GridVersion).where(GridVersion.set_id == made.id).values(valid=Range(at, None))
    )
    db.session.flush()
    unit_cells.renew()
    bulk.renew_runs()
    if before is not None:
        _write_lineage(before, made)
    relocation.tell_followers(made, by=by)
    stops.keep(made)


def lineage_between(old: BoundarySet, new: BoundarySet) -> list[Link]:
    """What becomes of every grid of the old set in the new one."""
    was, now = (queries.versions_of(each.id) for each in (old, new))
    common = differences.shares(
        {each.id: each.shape for each in was}, {each.id: each.shape for each in now}
    )
    return list(
        links({each.id: each.code for each in was}, {each.id: each.code for each in now}, common)
    )


def follow_again() -> dict[str, int]:
    """Everything that is made from the borders in force is made anew, and all that is open follows.

    Answers how many things changed, by feature: none, unless something was written past the house.
    Raises `LookupError` while no set is in force.
    """
    _alone()
    made = queries.active_set()
    if made is None:
        raise LookupError("no boundary set is in force")
    cells = unit_cells.renew()
    bulk.renew_runs()
    return {"unit cells": cells, **relocation.tell_followers(made, by=None)}


def renew_rule() -> bool:
    """The database finds the grid of a point as the settings say now; answers whether it did not before.

    What is open follows where the rule was another one, and what is closed stays.
    """
    if queries.rule_is_current():
        return False
    _alone()
    for function in locate.FUNCTIONS:
        db.session.execute(text(function))
    if queries.active_set() is not None:
        follow_again()
    return True


def _alone() -> None:
    """Nobody places anything, and no other borders take force, until this transaction ends."""
    db.session.execute(text(f"SELECT pg_advisory_xact_lock({BORDERS_LOCK})"))
    db.session.execute(PATIENT)


def _write_lineage(old: BoundarySet, new: BoundarySet) -> None:
    rows = [
        {
            "set_id": new.id,
            "old_version_id": link.old_id,
            "new_version_id": link.new_id,
            "share_of_old": link.of_old,
            "share_of_new": link.of_new,
            "kind": link.kind,
        }
        for link in lineage_between(old, new)
    ]
    if rows:
        db.session.execute(insert(GridLineage), rows)


def _retire(before: BoundarySet, *, by: Actor | None, at: datetime) -> None:
    started = before.valid.lower if before.valid else None
    if started is None or at <= started:
        raise ValueError("new borders take force after those they follow")
    # No right of its own: it follows from the activation.
    BOUNDARY_FLOW.record(before, "retire", by=by, before=before.state, after=SetState.RETIRED)
    before.state = SetState.RETIRED
    before.valid = Range(started, at)
    db.session.execute(
        update(GridVersion).where(GridVersion.set_id == before.id).values(valid=Range(started, at))
    )
    db.session.flush()


def _become_grids(made: BoundarySet, at: datetime) -> None:
    versions = list(
        db.session.scalars(
            select(GridVersion).where(GridVersion.set_id == made.id).order_by(GridVersion.code)
        )
    )
    orphans = [each.code for each in versions if each.community_id is None]
    if orphans:
        raise Unacceptable(
            _l(
                "Say for each of these grids which community it belongs to: %(codes)s",
                codes=", ".join(orphans[:10]),
            )
        )
    grids = {grid.code: grid for grid in db.session.scalars(select(Grid))}
    display = _displays({grid.display_code for grid in grids.values()})
    became = []
    for version in versions:
        grid = grids.get(version.code)
        if grid is None:
            grid = Grid(code=version.code, display_code=display(version.kind, version.display_code))
            db.session.add(grid)
        grid.kind, grid.name = version.kind, version.name
        grid.community_id = version.community_id  # type: ignore[assignment]  # refused above
        grid.provenance = version.provenance
        grid.retired_at = None
        became.append(grid)
    db.session.flush()
    for version, grid in zip(versions, became, strict=True):
        version.grid_id, version.display_code = grid.id, grid.display_code
    living = {version.code for version in versions}
    for code, grid in grids.items():
        if code not in living and grid.retired_at is None:
            grid.retired_at = at


def _displays(taken: set[str]) -> Callable[[str, str | None], str]:
    """Gives each new grid of a kind the display code it wishes for, or else the first that nobody has."""
    settings: Settings = current_app.extensions["settings"]
    prefix = next(iter(taken)).partition("-")[0] if taken else settings.case_prefix
    places: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(1))

    def display(kind: str, wish: str | None) -> str:
        letter = KIND_LETTERS[GridKind(kind)]
        free = (
            code
            for place in places[letter]
            if (code := f"{prefix}-{letter}-{place:03d}") not in taken
        )
        shown = wish if wish and wish not in taken else next(free)
        taken.add(shown)
        return shown

    return display
