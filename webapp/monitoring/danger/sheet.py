"""The danger zones as a file, each with the shape that is valid now."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.monitoring.danger import queries
from webapp.monitoring.danger.forms import ListForm
from webapp.monitoring.danger.models import DangerShape, DangerZone
from webapp.monitoring.danger.rules import KIND_WORDS, ZONE_FLOW


def _rows(who: Actor, address: Address) -> Select[Any]:
    found = queries.narrowed(ended=ListForm.of(dict(address)).ended)
    return found.outerjoin(
        DangerShape, (DangerShape.zone_id == DangerZone.id) & DangerShape.until.is_(None)
    )


ZONES = Sheet(
    name="danger",
    title=_l("List of danger zones"),
    right="danger.see",
    rows=_rows,
    page="danger.listed",
    leads=("danger.one", "zone_id", DangerZone.id),
    shape=Shape(DangerShape.area, "MultiPolygon"),
    columns=(
        Column("number", _l("Number"), DangerZone.id),
        Column("kind", _l("Kind of zone"), DangerZone.kind, words=KIND_WORDS),
        Column("state", _l("State"), DangerZone.state, words=ZONE_FLOW.states),
        Column("words", _l("Words of the zone"), DangerZone.words),
        Column("exercise", _l("Exercise"), DangerZone.exercise),
        Column("drawn_at", _l("Drawn at"), DangerZone.drawn_at),
        Column("enforced_at", _l("Closed off at"), DangerZone.enforced_at),
        Column("ended_at", _l("Zone over at"), DangerZone.ended_at),
    ),
)
