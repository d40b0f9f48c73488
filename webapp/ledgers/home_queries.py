"""Rows of the ledgers of grids, homes and people."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, func, join, or_, select
from sqlalchemy.orm import aliased

from webapp.cases.rules import FIELD
from webapp.grids.models import Grid, Unit
from webapp.grids.rules import KIND_WORDS
from webapp.ledgers.source import GRID, Column, Kind, Source, now, today
from webapp.people.models import Account, Post
from webapp.people.rules import ROLES
from webapp.residents.models import Building, Dwelling, Household, KeyFlag, Resident
from webapp.residents.rules import (
    BUILDING_WORDS,
    KEY_GROUPS,
    RELATION_WORDS,
    SEX_WORDS,
    USE_WORDS,
    KeyGroup,
    Use,
)

_ROLE_WORDS = {name: role.words for name, role in ROLES.items()}
_GROUP_WORDS = {kind: care.words for kind, care in KEY_GROUPS.items()}

# Whoever lives there now, with their home and its grid.
_LIVING = (
    join(Resident, Household, Resident.household_id == Household.id)
    .join(Dwelling, Household.dwelling_id == Dwelling.id)
    .join(Building, Dwelling.building_id == Building.id)
    .join(Grid, Building.grid_id == Grid.id, isouter=True)
)
_HERE = (Resident.left_at.is_(None), Household.left_at.is_(None), Building.closed_at.is_(None))
_HOME = (
    Column("building", _l("Building"), Building.name, found=True),
    Column("stair", _l("Stair"), Dwelling.stair),
    Column("door", _l("Door"), Dwelling.door),
)
_PERSON = (
    Column("name", _l("Full name"), Resident.name, Kind.NAME),
    Column("sex", _l("Sex"), Resident.sex, Kind.CHOICE, SEX_WORDS),
    Column("born", _l("Born"), Resident.born, Kind.BORN),
    Column("id_number", _l("Identity number"), Resident.id_number, Kind.SEALED_NUMBER),
    Column("phone", _l("Phone number"), Resident.phone, Kind.SEALED_PHONE),
)
_RELATION = Column(
    "relation", _l("What they are to the head"), Resident.relation, Kind.CHOICE, RELATION_WORDS
)
_REGISTERED = Column(
    "registered_here", _l("Registered here"), Resident.registered_here, Kind.YES_NO
)


def _in_grid(model: Any, *which: ColumnElement[bool]) -> Any:
    """How many of a table live in the grid of the row."""
    home = aliased(Building)
    found = (
        select(func.count(model.id))
        .select_from(home)
        .join(Dwelling, Dwelling.building_id == home.id)
    )
    found = found.join(Household, Household.dwelling_id == Dwelling.id)
    if model is Resident:
        found = found.join(Resident, Resident.household_id == Household.id)
    return (
        found.where(
            home.grid_id == Grid.id, home.closed_at.is_(None), Household.left_at.is_(None), *which
        )
        .correlate(Grid)
        .scalar_subquery()
    )


def _held(post: Any) -> ColumnElement[bool]:
    held: ColumnElement[bool] = post.valid.op("@>")(now())
    return held


_STAFF_HERE = (
    select(func.count(Post.id))
    .where(Post.grid_id == Grid.id, Post.role.in_(FIELD), _held(Post))
    .correlate(Grid)
    .scalar_subquery()
)

GRIDS = Source(
    rows=join(Grid, Unit, Grid.community_id == Unit.id),
    model=Grid,
    key=Grid.id,
    grid_id=Grid.id,
    which=(Grid.retired_at.is_(None),),
    columns=(
        *GRID,
        Column("kind", _l("Kind of grid"), Grid.kind, Kind.CHOICE, KIND_WORDS),
        Column("community", _l("Community"), Unit.name, found=True),
        Column("households", _l("Households"), _in_grid(Household), Kind.NUMBER),
        Column(
            "residents",
            _l("Residents"),
            _in_grid(Resident, Resident.left_at.is_(None)),
            Kind.NUMBER,
        ),
        Column("staff", _l("Posts held"), _STAFF_HERE, Kind.NUMBER),
        Column("summary", _l("What it is like"), Grid.summary),
    ),
)

STAFF = Source(
    rows=join(Post, Account, Post.account_id == Account.id).join(Grid, Post.grid_id == Grid.id),
    model=Post,
    key=Post.id,
    grid_id=Post.grid_id,
    which=(Post.role.in_(FIELD), _held(Post)),
    columns=(
        *GRID,
        Column("role", _l("Post"), Post.role, Kind.CHOICE, _ROLE_WORDS),
        # Whoever holds a post is known by name: residents call them.
        Column("name", _l("Full name"), Account.name, found=True),
        Column("phone", _l("Phone number"), Account.phone, Kind.PHONE),
        Column("since", _l("Since"), func.lower(Post.valid), Kind.MOMENT),
    ),
)

DWELLINGS = Source(
    rows=join(Dwelling, Building, Dwelling.building_id == Building.id).join(
        Grid, Building.grid_id == Grid.id, isouter=True
    ),
    model=Building,
    key=Dwelling.id,
    grid_id=Building.grid_id,
    which=(Building.closed_at.is_(None),),
    columns=(
        *GRID,
        *_HOME,
        Column("floor", _l("Floor"), Dwelling.floor, Kind.NUMBER),
        Column("kind", _l("Kind of building"), Building.kind, Kind.CHOICE, BUILDING_WORDS),
        Column("address", _l("Address"), Building.address, found=True),
        Column("use", _l("How they live there"), Dwelling.use, Kind.CHOICE, USE_WORDS),
        Column(
            "residents",
            _l("Residents"),
            select(func.count(Resident.id))
            .join(Household, Resident.household_id == Household.id)
            .where(
                Household.dwelling_id == Dwelling.id,
                Household.left_at.is_(None),
                Resident.left_at.is_(None),
            )
            .correlate(Dwelling)
            .scalar_subquery(),
            Kind.NUMBER,
        ),
    ),
)

RESIDENTS = Source(
    rows=_LIVING,
    model=Building,
    key=Resident.id,
    grid_id=Building.grid_id,
    which=_HERE,
    columns=(*GRID, *_HOME, *_PERSON, _RELATION, _REGISTERED),
)

TENANTS = Source(
    rows=_LIVING,
    model=Building,
    key=Resident.id,
    grid_id=Building.grid_id,
    which=(*_HERE, or_(Dwelling.use == Use.RENTED, Resident.registered_here.is_(False))),
    columns=(
        *GRID,
        *_HOME,
        *_PERSON,
        Column("use", _l("How they live there"), Dwelling.use, Kind.CHOICE, USE_WORDS),
        Column("since", _l("Lives here since"), Household.since, Kind.DAY),
        _REGISTERED,
    ),
)


def _care(*kinds: KeyGroup) -> Source:
    return Source(
        rows=_LIVING.join(
            KeyFlag, and_(KeyFlag.resident_id == Resident.id, KeyFlag.kind.in_(kinds))
        ),
        model=Building,
        key=KeyFlag.id,
        grid_id=Building.grid_id,
        person=Resident.id,
        which=(*_HERE, KeyFlag.first_day <= today(), KeyFlag.last_day >= today()),
        columns=(
            *GRID,
            *_HOME,
            *_PERSON,
            Column("group", _l("Key group"), KeyFlag.kind, Kind.CHOICE, _GROUP_WORDS),
            Column("since", _l("Since"), KeyFlag.first_day, Kind.DAY),
            Column("until", _l("Until"), KeyFlag.last_day, Kind.DAY),
        ),
    )


CARE = {
    "alone": _care(KeyGroup.LIVES_ALONE, KeyGroup.EMPTY_NEST),
    "children": _care(KeyGroup.CHILD_IN_NEED),
    "disabled": _care(KeyGroup.DISABLED),
    "hardship": _care(KeyGroup.LOW_INCOME),
    "veterans": _care(KeyGroup.VETERAN),
    "out_of_work": _care(KeyGroup.HARD_TO_PLACE),
}

SOURCES = {
    "grids": GRIDS,
    "staff": STAFF,
    "dwellings": DWELLINGS,
    "residents": RESIDENTS,
    "tenants": TENANTS,
    **CARE,
}
