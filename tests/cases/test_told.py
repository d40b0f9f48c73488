"""What the public is told of a case is kept as it has to be, whatever changes it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from tests.interop.open311.clients import filed
from tests.world import World
from webapp.base.db import db
from webapp.base.spatial import point, shape_of, to_lonlat
from webapp.cases import publishing
from webapp.cases.models import Case, CaseClass
from webapp.cases.told import queries
from webapp.cases.told.models import NOWHERE, ToldCase, ToldCount
from webapp.grids import bulk
from webapp.grids.models import Grid, Unit
from webapp.operation import checks


def told_of(case: Case) -> ToldCase | None:
    """What is kept of a case, as it is now."""
    db.session.flush()
    return db.session.get(ToldCase, case.id, populate_existing=True)


def is_right() -> bool:
    """Nothing that is kept differs from the rules, and every square is counted."""
    db.session.flush()
    return not queries.different() and not queries.miscounted()


def changed(case: Case, **values: object) -> None:
    db.session.execute(update(Case).where(Case.id == case.id).values(**values))
    db.session.refresh(case)


CHANGES: list[tuple[str, dict[str, object]]] = [
    ("handled", {"state": "checking"}),
    ("closed", {"state": "closed", "closed_at": func.now()}),
    ("made confidential", {"confidential": True}),
    ("of another class", {"class_code": "06036"}),
    ("of a class told coarsely", {"class_code": "06028"}),
    ("of another number", {"number": "又一号-1"}),
    ("moved", {"geom": point(121.06, 37.69)}),
    ("without a place", {"geom": None}),
    ("due later", {"due_at": func.now()}),
    ("made private", {"private": True}),
    ("not confirmed", {"state": "reported"}),
    ("of a class that is not public", {"class_code": "26001"}),
]


@pytest.mark.parametrize(("how", "values"), CHANGES, ids=[how for how, _values in CHANGES])
def test_whatever_changes_a_case_changes_what_is_told_of_it(
    world: World, how: str, values: dict[str, object]
) -> None:
    case = filed(world)
    assert told_of(case) is not None
    changed(case, **values)
    told = told_of(case)
    assert (told is not None) == publishing.is_public(case), how
    if told is not None:
        as_described = publishing.described(case)
        assert told.number == case.number
        assert told.state == as_described["state"]
        assert told.class_name == as_described["class"]["name"]
        assert told.coarse == as_described["coarse"]
        if told.geom is not None:
            at = shape_of(told.geom)
            assert to_lonlat(at.x, at.y) == pytest.approx(publishing.spot(case), abs=1e-6)
        assert (told.x == NOWHERE) == (case.geom is None)
    assert is_right(), how


RENAMED: list[tuple[str, Callable[[Case], None]]] = [
    ("class", lambda case: setattr(case.case_class, "name", "另一类")),
    ("grid", lambda case: setattr(db.session.get(Grid, case.grid_id), "name", "另一格")),
    ("code", lambda case: setattr(db.session.get(Grid, case.grid_id), "display_code", "X-1")),
    ("unit", lambda case: setattr(db.session.get(Unit, case.department_id), "name", "另一科")),
]


@pytest.mark.parametrize(("what", "rename"), RENAMED, ids=[what for what, _rename in RENAMED])
def test_a_new_name_is_told_at_once(
    world: World, what: str, rename: Callable[[Case], None]
) -> None:
    case = filed(world)
    unit = db.session.scalars(select(Unit).where(Unit.parent_id.is_not(None)).limit(1)).one()
    changed(case, department_id=unit.id)
    before = told_of(case)
    assert before is not None
    words, counted = before.feature, changes()
    rename(case)
    after = told_of(case)
    assert after is not None
    assert after.feature != words
    assert changes() > counted, "tiles that hold the old name are made anew"
    assert is_right()


def changes() -> int:
    return db.session.scalar(select(func.sum(ToldCount.changes))) or 0


def test_a_class_that_is_made_public_brings_its_cases(world: World) -> None:
    case = filed(world)
    kind = db.session.get(CaseClass, case.class_code)
    assert kind is not None
    for public in (False, True):
        kind.public = public
        assert (told_of(case) is not None) == public
        assert is_right()


def test_what_changes_nothing_that_is_told_writes_nothing(world: World) -> None:
    case = filed(world)
    before = changes()
    changed(case, words="别的话", version=case.version + 1, reports=2)
    assert changes() == before


def test_a_case_that_is_gone_is_told_no_more(session: Session, world: World) -> None:
    place_many(20)
    assert len(told_keys()) == 20
    session.execute(delete(Case).where(Case.number.startswith("many-")))
    assert told_keys() == []
    assert is_right()


def place_many(count: int) -> None:
    chance = np.random.default_rng(7)
    west, south, east, north = bulk.territory().grids.areas[0].bounds
    moment = db.session.scalar(select(func.now()))
    bulk.place(
        Case,
        x=chance.uniform(west, east, count),
        y=chance.uniform(south, north, count),
        number=[f"many-{each}" for each in range(count)],
        class_code="06010",
        source="worker",
        state="closed",
        version=1,
        happened_at=[moment] * count,
        received_at=[moment] * count,
    )


def told_keys() -> list[int]:
    return list(db.session.scalars(select(ToldCase.case_id)))


def test_many_cases_that_come_at_once_are_told_at_once(session: Session, world: World) -> None:
    place_many(300)
    assert len(told_keys()) == 300
    # Not a row for each case: one for each square.
    squares = session.scalar(select(func.count()).select_from(ToldCount))
    there = session.scalar(select(func.count(func.distinct(func.row(ToldCase.x, ToldCase.y)))))
    assert squares == there
    assert is_right()


def test_what_was_put_wrong_is_found_and_put_right(world: World) -> None:
    case, other = filed(world), filed(world)
    db.session.execute(
        text("UPDATE told_case SET department = 'x' WHERE case_id = :id"), {"id": case.id}
    )
    db.session.execute(text("DELETE FROM told_count"))
    db.session.execute(text("ALTER TABLE told_case DISABLE TRIGGER USER"))
    db.session.execute(text("DELETE FROM told_case WHERE case_id = :id"), {"id": other.id})
    db.session.execute(text("ALTER TABLE told_case ENABLE TRIGGER USER"))
    assert queries.different() == [case.id, other.id]
    assert any("cases retell" in line for line in checks.findings(read_files=False))
    assert queries.tell_anew() == 2
    assert is_right()


def test_counts_that_are_put_together_say_the_same(world: World) -> None:
    for _ in range(3):
        changed(filed(world), state="checking")

    def sums() -> list[tuple[int, ...]]:
        found = select(
            ToldCount.x, ToldCount.y, func.sum(ToldCount.cases), func.sum(ToldCount.changes)
        ).group_by(ToldCount.x, ToldCount.y)
        return sorted(tuple(row) for row in db.session.execute(found))

    before, rows = sums(), select(func.count()).select_from(ToldCount)
    many = db.session.scalar(rows)
    queries.put_together()
    assert sums() == before
    assert db.session.scalar(rows) == len(before) < (many or 0)
