"""What is done to a proposal: asked for, worked out in the background, stopped, approved, refused."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import shapely
from flask_babel import lazy_gettext as _l
from shapely import Polygon
from sqlalchemy import update

from webapp.base import clock, files, notices, tasks
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db
from webapp.base.flow import Changed, Unacceptable
from webapp.base.language import N_
from webapp.base.spatial import degrees
from webapp.grids import actions as grid_actions, checking, queries as grids, redrawing
from webapp.grids.actions import Drawn
from webapp.grids.importing.findings import Severity
from webapp.grids.models import BoundarySet, GridVersion
from webapp.grids.rules import GridKind
from webapp.maps.balance import proposing, queries, search
from webapp.maps.balance.ground import Sources
from webapp.maps.balance.models import Balance
from webapp.maps.balance.proposing import Known, Outcome, Progress, Proposal
from webapp.maps.balance.rules import (
    ALL,
    BALANCE_FLOW,
    BalanceState,
    Number,
    Wish,
)

WORK: Final = "balance.work"
# One proposal is worked out at a time, whoever asks: the others wait for their turn.
TURN: Final = "balance"
# So often (seconds) it is looked up whether somebody has stopped the work.
LOOK_S: Final = 0.5


class Stopped(Exception):
    """Somebody has stopped the work."""


def ask(wish: Wish, *, by: Actor) -> Balance:
    """The proposal is worked out in the background; nothing else changes.

    Raises `Unacceptable` where the wish cannot be granted.
    """
    base = grids.active_set()
    if base is None:
        raise Unacceptable(_l("There are no borders in force."))
    _refuse_unclear(wish)
    made = Balance(
        unit_id=base.unit_id,
        base_id=base.id,
        state=BalanceState.WORKING,
        wish=wish.kept(),
        report={},
        step=0,
        steps=0,
        step_words="",
        created_by_id=by.id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    BALANCE_FLOW.record(made, "ask", by=by, data=wish.kept())
    tasks.defer(WORK, lock=TURN, balance_id=made.id)
    return made


def _refuse_unclear(wish: Wish) -> None:
    fields: dict[str, Any] = {}
    if not any(wish.weights.values()):
        fields["cases"] = _l("Give one of the loads a weight.")
    known = {group.key for group, _, _ in queries.groups()}
    if wish.scope != ALL and wish.scope not in known:
        fields["scope"] = _l("Choose one of the list.")
    if wish.number != Number.KEPT and wish.scope == ALL:
        fields["number"] = _l("Choose one community first: its grids become more or fewer.")
    if fields:
        raise Unacceptable(_l("Please check the marked fields."), fields=fields)


def stop(made: Balance, *, by: Actor) -> None:
    """The work ends as soon as it looks up; nothing comes of it."""
    BALANCE_FLOW.move(made, "stop", by=by)


def drop(made: Balance, *, by: Actor) -> None:
    """The proposal is refused: its borders are gone, the log keeps that it was."""
    BALANCE_FLOW.move(made, "drop", by=by)
    made.borders_id, made.drawing_id = None, None


@tasks.task(WORK)
def work(balance_id: int) -> None:
    """The proposal stands in its row and waits for a person, who is told."""
    made = queries.one(balance_id)
    if made is None or made.state != BalanceState.WORKING:
        return
    wish, since, until = Wish(**made.wish), *period(made)
    known = known_now(since, until)
    # Looking may take long: no transaction stands open meanwhile.
    db.session.commit()
    began = time.monotonic()
    try:
        found = proposing.propose(
            known, wish, progress=_progress(balance_id), tick=_stopper(balance_id)
        )
    except Stopped:
        return
    tell(made, known, found, seconds=time.monotonic() - began)


def period(made: Balance) -> tuple[datetime, datetime]:
    """The days whose work is counted: so many before the proposal was asked for."""
    return made.created_at - timedelta(days=int(made.wish["days"])), made.created_at


def known_now(since: datetime, until: datetime) -> Known:
    """All that a proposal is made of, as the house knows it."""
    return Known(
        areas=queries.areas(),
        made_of=Sources(
            parcels=queries.parcels(),
            roads=queries.roads(),
            cells=queries.cells(),
            buildings=queries.buildings(),
        ),
        points=queries.points(since, until),
        network=queries.network(),
        expected=checking.expected_of(grids.active_set()),
        taken=queries.codes(),
    )


def _progress(balance_id: int) -> Progress:
    def progress(step: int, steps: int, words: str) -> None:
        # A transaction of its own: the page shows it before the work is over.
        with db.engine.begin() as connection:
            connection.execute(
                update(Balance)
                .where(Balance.id == balance_id)
                .values(step=step, steps=steps, step_words=words)
            )

    return progress


def _stopper(balance_id: int) -> Callable[[], None]:
    looked = time.monotonic()

    def tick() -> None:
        nonlocal looked
        if time.monotonic() - looked < LOOK_S:
            return
        looked = time.monotonic()
        if queries.is_stopped(balance_id):
            raise Stopped

    return tick


def tell(made: Balance, known: Known, found: Proposal, *, seconds: float) -> None:
    """What was found is kept with the proposal, unless somebody stopped it meanwhile."""
    db.session.refresh(made, with_for_update=True)
    if made.state != BalanceState.WORKING:
        return
    made.report = report_of(known, found, between=period(made), seconds=seconds)
    if found.found:
        before = {area.code: area.shape for area in known.areas}
        changed = {
            code: shapely.to_wkb(shape, hex=True)
            for code, shape in found.shapes.items()
            if code not in before or not before[code].equals_exact(shape, 0.0)
        }
        made.borders_id = _keep(changed)
        made.drawing_id = _keep(drawing_of(known, found))
    move, words = (
        ("propose", N_("The proposal for more equal grids is ready."))
        if found.found
        else ("find_nothing", N_("No better cut of the grids was found."))
    )
    BALANCE_FLOW.move(made, move, by=HOUSE, data={"seconds": round(seconds, 1)})
    if made.created_by_id is not None:
        notices.notify([made.created_by_id], words, url=f"/grids/balance/{made.id}")


def _keep(value: Any) -> int:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return files.keep(body, "application/json", by=None).id


def report_of(
    known: Known, found: Proposal, *, between: tuple[datetime, datetime], seconds: float
) -> dict[str, Any]:
    """The proposal in figures, as plain values; `between`: the period whose work was counted."""
    since, until = between
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "shares": {load.value: round(share, 4) for load, share in found.shares.items()},
        "pieces": dict(found.pieces),
        "before": _measured(found.loads("before")),
        "after": _measured(found.loads("after")),
        "groups": [_group(each) for each in found.outcomes],
        "hands": [[each.before, each.after, round(each.area_m2)] for each in found.hands],
        "m2": round(sum(each.area_m2 for each in found.hands)),
        "households": round(sum(fate.come for each in found.outcomes for fate in each.fates)),
        "new": dict(found.new),
        "gone": list(found.gone),
        "meant": _meant(known, found),
        "seconds": round(seconds, 1),
    }


def _meant(known: Known, found: Proposal) -> dict[str, int] | None:
    """The numbers of grids by kind, where they are others than today."""
    if not found.new and not found.gone:
        return None
    kinds = Counter(area.group.kind.value for area in known.areas)
    for outcome in found.outcomes:
        for fate in outcome.fates:
            kinds[outcome.group.kind.value] += (fate.before is None) - (fate.after is None)
    return dict(kinds)


def _measured(loads: list[float]) -> dict[str, float | None]:
    spread = search.spread(np.array(loads))
    least, most = min(loads, default=0.0), max(loads, default=0.0)
    if most == 0:
        ratio: float | None = 1.0
    else:
        ratio = round(most / least, 2) if least > 0 else None
    return {"spread": round(spread, 4), "ratio": ratio}


def _group(outcome: Outcome) -> dict[str, Any]:
    mean = outcome.mean
    return {
        "key": outcome.group.key,
        "kind": outcome.group.kind.value,
        "community": outcome.community,
        "why": outcome.why.value if outcome.why else None,
        "before": _measured([each.before.all for each in outcome.fates if each.before]),
        "after": _measured([each.after.all for each in outcome.fates if each.after]),
        "grids": [
            {
                "code": each.code,
                "name": each.name,
                "display_code": each.display_code,
                "before": each.before.kept(mean) if each.before else None,
                "after": each.after.kept(mean) if each.after else None,
                "come": round(each.come),
                "gone": round(each.gone),
            }
            for each in outcome.fates
        ],
    }


def drawing_of(known: Known, found: Proposal) -> dict[str, Any]:
    """The grids of the groups that are cut anew, before and after, and the ground between, as GeoJSON."""
    cut = {
        fate.code: (fate, each.mean)
        for each in found.outcomes
        if each.why is None
        for fate in each.fates
    }
    before = {area.code: area for area in known.areas if area.code in cut}
    names = {code: fate.name for code, (fate, _) in cut.items()}
    return {
        "before": [
            _feature(
                area.shape, code=code, name=area.name, load=_load(cut[code][0].before, cut[code][1])
            )
            for code, area in before.items()
        ],
        "after": [
            _feature(
                found.shapes[code],
                code=code,
                name=names[code],
                load=_load(cut[code][0].after, cut[code][1]),
            )
            for code in sorted(cut)
            if code in found.shapes
        ],
        "hands": [
            _feature(
                hand.ground,
                id=number,
                before=names.get(hand.before or ""),
                after=names.get(hand.after or ""),
                m2=round(hand.area_m2),
            )
            for number, hand in enumerate(found.hands)
        ],
    }


def _load(burden: proposing.Burden | None, mean: float) -> float | None:
    return round(burden.all / mean, 4) if burden and mean else None


def _feature(shape: Any, **facts: Any) -> dict[str, Any]:
    made = {"type": "Feature", "geometry": degrees(shape), "properties": facts}
    return {"id": facts["id"], **made} if "id" in facts else made


def borders_of(made: Balance) -> dict[str, Polygon]:
    """The proposed borders in metres, by code: of the grids that change."""
    if made.borders is None:
        return {}
    kept: dict[str, str] = json.loads(files.body_of(made.borders))
    return {code: shapely.from_wkb(wkb) for code, wkb in kept.items()}  # type: ignore[misc]  # all are areas


def approve(made: Balance, *, title: str, by: Actor) -> BoundarySet:
    """A draft boundary set has the proposed borders; nothing in force has changed.

    It passes the checks of an import. Raises `Changed` when other borders took force since, and
    `NotOpen` when somebody has decided already.
    """
    meant = made.report.get("meant")
    drawn: list[Drawn] = []
    if made.state == BalanceState.PROPOSED:
        # Looked at before the row is ours: whoever decides at the same time does not wait for it.
        drawn = _drawn_of(made)
        found = checking.of_drawn(drawn, expected=meant or checking.expected_of(made.base))
        if any(each.severity is Severity.ERROR for each in found):
            raise Unacceptable(_l("The border cannot run like this."))
    BALANCE_FLOW.move(made, "approve", by=by)
    if made.base_id != grids.active_set_id():
        raise Changed(
            _l("Other borders took force since this was worked out. Ask for a new proposal.")
        )
    result = grid_actions.draft(
        title=title,
        grids=drawn,
        unit=redrawing.unit_of(made.base),
        by=by,
        illustrative=made.base.illustrative,
        source_name=made.base.source_name,
        based_on=made.base,
        report={"balance": made.id, **({"meant": meant} if meant else {})},
    )
    made.set_id = result.id
    return result


def _drawn_of(made: Balance) -> list[Drawn]:
    """Every grid afterwards, by code: with its proposed border, or as before."""
    proposed, gone = borders_of(made), set(made.report["gone"])
    versions = {each.code: each for each in grids.versions_of(made.base_id)}
    drawn = [
        _drawn(version, proposed.get(code, version.shape), code=code)
        for code, version in versions.items()
        if code not in gone
    ]
    drawn += [
        _drawn(versions[parent], proposed[code], code=code, new=True)
        for code, parent in made.report["new"].items()
    ]
    return sorted(drawn, key=lambda each: each.code)


def _drawn(version: GridVersion, shape: Polygon, *, code: str, new: bool = False) -> Drawn:
    return Drawn(
        code=code,
        name=proposing.new_name(version.name) if new else version.name,
        kind=GridKind(version.kind),
        community_id=version.community_id,
        geom=shape,
        display_code=None if new else version.display_code,
        provenance=version.provenance,
    )


def report_now(wish: Wish, *, progress: Progress) -> dict[str, Any]:
    """The report of a proposal that nobody keeps, as of now."""
    until = clock.now()
    since = until - timedelta(days=wish.days)
    known = known_now(since, until)
    began = time.monotonic()
    found = proposing.propose(known, wish, progress=progress, tick=lambda: None)
    return report_of(known, found, between=(since, until), seconds=time.monotonic() - began)
