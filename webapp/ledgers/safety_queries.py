"""Rows of the ledgers of safety: enterprises, dangers, gauges, vessels."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import join

from webapp.grids.models import Grid
from webapp.ledgers.source import GRID, Column, Kind, Source, numbered
from webapp.monitoring.safety.dangers.models import HiddenDanger
from webapp.monitoring.safety.dangers.rules import (
    DANGER_FLOW,
    DANGER_WORDS,
    FOUND_WORDS,
    LEVEL_WORDS,
)
from webapp.monitoring.safety.models import Profile
from webapp.monitoring.safety.rules import RISK_WORDS
from webapp.monitoring.sensors.models import Datastream, Sensor
from webapp.monitoring.sensors.rules import QUANTITIES, Quantity
from webapp.people.models import Enterprise
from webapp.people.rules import PREMISES_WORDS
from webapp.ports.models import Port, Vessel
from webapp.ports.rules import PAPER_WORDS, VESSEL_WORDS

_QUANTITY_WORDS = {quantity: rules.words for quantity, rules in QUANTITIES.items()}

ENTERPRISES = Source(
    rows=join(Enterprise, Profile, Profile.enterprise_id == Enterprise.id, isouter=True).join(
        Grid, Enterprise.grid_id == Grid.id, isouter=True
    ),
    model=Enterprise,
    key=Enterprise.id,
    grid_id=Enterprise.grid_id,
    which=(Enterprise.closed_at.is_(None),),
    columns=(
        *GRID,
        Column("name", _l("Name"), Enterprise.name, found=True),
        Column(
            "premises", _l("Kind of premises"), Enterprise.premises, Kind.CHOICE, PREMISES_WORDS
        ),
        Column("credit_code", _l("Credit code"), Enterprise.credit_code),
        Column("address", _l("Address"), Enterprise.address, found=True),
        Column("risk", _l("Risk"), Profile.risk, Kind.CHOICE, RISK_WORDS),
        Column("contact", _l("Whom to ask there"), Enterprise.contact_post),
        Column("phone", _l("Phone number"), Enterprise.contact_phone, Kind.PHONE),
    ),
)

DANGERS = Source(
    rows=join(HiddenDanger, Profile, HiddenDanger.profile_id == Profile.id, isouter=True)
    .join(Enterprise, Profile.enterprise_id == Enterprise.id, isouter=True)
    .join(Grid, HiddenDanger.grid_id == Grid.id, isouter=True),
    model=HiddenDanger,
    key=HiddenDanger.id,
    grid_id=HiddenDanger.grid_id,
    at=HiddenDanger.found_at,
    columns=(
        Column(
            "number",
            _l("Number"),
            numbered(HiddenDanger.found_at, HiddenDanger.id, 5),
            found=True,
        ),
        *GRID,
        Column("enterprise", _l("Enterprise"), Enterprise.name, found=True),
        Column("kind", _l("Kind"), HiddenDanger.kind, Kind.CHOICE, DANGER_WORDS),
        Column("level", _l("Grade of the danger"), HiddenDanger.level, Kind.CHOICE, LEVEL_WORDS),
        Column(
            "found_how", _l("How it was found"), HiddenDanger.found_how, Kind.CHOICE, FOUND_WORDS
        ),
        Column("found_at", _l("Found on"), HiddenDanger.found_at, Kind.MOMENT),
        Column("due_at", _l("To be put right by"), HiddenDanger.due_at, Kind.MOMENT),
        Column("state", _l("State"), HiddenDanger.state, Kind.CHOICE, DANGER_FLOW.states),
        Column("cleared_at", _l("Cleared"), HiddenDanger.cleared_at, Kind.MOMENT),
    ),
)

FLOOD = Source(
    rows=join(Datastream, Sensor, Datastream.sensor_id == Sensor.id).join(
        Grid, Sensor.grid_id == Grid.id, isouter=True
    ),
    model=Sensor,
    key=Datastream.id,
    grid_id=Sensor.grid_id,
    which=(
        Sensor.closed_at.is_(None),
        Datastream.quantity.in_((Quantity.WATER_LEVEL, Quantity.RAIN)),
    ),
    columns=(
        *GRID,
        Column("name", _l("Name"), Sensor.name, found=True),
        Column(
            "quantity", _l("What is measured"), Datastream.quantity, Kind.CHOICE, _QUANTITY_WORDS
        ),
        Column("calibrated", _l("Calibrated until"), Sensor.calibrated_until, Kind.DAY),
        Column("heard_at", _l("Last heard from"), Sensor.heard_at, Kind.MOMENT),
    ),
)

VESSELS = Source(
    rows=join(Vessel, Port, Vessel.port_id == Port.id).join(
        Grid, Port.grid_id == Grid.id, isouter=True
    ),
    model=Vessel,
    key=Vessel.id,
    grid_id=Port.grid_id,
    which=(Vessel.closed_at.is_(None),),
    columns=(
        *GRID,
        Column("port", _l("Port"), Port.name, found=True),
        Column("name", _l("Vessel"), Vessel.name, found=True),
        Column("kind", _l("Kind"), Vessel.kind, Kind.CHOICE, VESSEL_WORDS),
        Column("length_m", _l("Length (m)"), Vessel.length_m, Kind.NUMBER),
        Column("power_kw", _l("Power (kW)"), Vessel.power_kw, Kind.NUMBER),
        Column("owner", _l("Owner"), Vessel.owner, Kind.NAME),
        Column("phone", _l("Phone number"), Vessel.phone, Kind.PHONE),
        *(Column(key, words, getattr(Vessel, key), Kind.DAY) for key, words in PAPER_WORDS.items()),
    ),
)

SOURCES = {
    "enterprises": ENTERPRISES,
    "dangers": DANGERS,
    "flood": FLOOD,
    "vessels": VESSELS,
}
