"""Ledgers: rows of the one data set, each seen by whoever sees the data, and asked for by few statements."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import event, select, text

from tests.residents.village import Village, flagged, village
from tests.world import World, as_user, someone
from webapp.base import audit
from webapp.base.db import db
from webapp.ledgers import asking, queries
from webapp.ledgers.models import Taking
from webapp.ledgers.queries import Asked
from webapp.ledgers.rules import LEDGERS, Section
from webapp.ledgers.source import PERSONAL
from webapp.ledgers.sources import SOURCES
from webapp.people.rules import ROLES
from webapp.residents.rules import KeyGroup

__all__ = ["village"]


def everywhere() -> Asked:
    return asking.asked_by(asking.AskForm())


def values(key: str, who: object, asked: Asked) -> list[dict[str, object]]:
    lines, _after = queries.page_of(LEDGERS[key], who, asked)  # type: ignore[arg-type]  # a person
    names = [each.key for each in SOURCES[key].columns]
    return [dict(zip(names, each.values, strict=True)) for each in lines]


def test_there_are_34_and_each_has_one_source() -> None:
    assert [each.number for each in LEDGERS.values()] == list(range(1, 35))
    assert set(LEDGERS) == set(SOURCES)
    for key, source in SOURCES.items():
        keys = [column.key for column in source.columns]
        assert len(keys) == len(set(keys)), key
        assert LEDGERS[key].monthly == (source.at is not None), key
        assert LEDGERS[key].section is not Section.CARE or source.person is not None
        hides = any(column.kind in PERSONAL for column in source.columns)
        assert not hides or LEDGERS[key].reveal is not None, key


def test_whoever_may_take_a_whole_grid_sees_its_rows(world: World) -> None:
    """The rule for wholes promises no more than the right of the part that owns the data."""
    for role, rules in ROLES.items():
        person = someone(f"x-{role}", role, grid=world.home if rules.over_grid else None)
        for key, ledger in LEDGERS.items():
            if not ledger.whole.allows(person, SimpleNamespace(grid_id=world.home.id)):
                continue
            source = SOURCES[key]
            seen = queries.visible(source.model, person, ledger.right)
            said = str(seen.compile(compile_kwargs={"literal_binds": False}))
            assert said != "false", (role, key)


def test_names_are_masked_and_numbers_too(village: Village) -> None:
    rows = values("residents", village.world.worker, everywhere())
    assert rows
    for row in rows:
        assert "*" in str(row["name"])
        assert row["id_number"] is None or "*" in str(row["id_number"])
        assert row["born"] is None or len(str(row["born"])) == 4
    names = db.session.scalars(text("SELECT name FROM resident")).all()
    assert not any(name in str(rows) for name in names)


def test_a_worker_sees_the_own_grid_and_a_stranger_nothing(village: Village) -> None:
    world = village.world
    flagged(village.head, village.leader, KeyGroup.LIVES_ALONE)
    for key in ("residents", "dwellings", "alone"):
        mine = {row["grid"] for row in values(key, world.worker, everywhere())}
        assert mine == {world.home.display_code}
        for other in (world.neighbour, world.stranger):
            assert values(key, other, everywhere()) == []
    next_door = asking.asked_by(asking.AskForm(place=f"g{world.next_door.id}"))
    assert values("residents", world.worker, next_door) == []


def test_all_counts_come_by_one_statement(village: Village) -> None:
    asked, said = everywhere(), []

    def hear(*args: object) -> None:
        said.append(args[2])

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        counts = queries.counted(village.world.worker, asked)
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    assert len(said) == 1
    assert set(counts) == set(SOURCES)
    for key in SOURCES:
        assert counts[key] == queries.total(LEDGERS[key], village.world.worker, asked)


def test_every_ledger_can_be_read_narrowed_and_walked(village: Village) -> None:
    leader = someone("street", "street_leader")
    for ledger in LEDGERS.values():
        for code in ("", f"g{village.world.home.id}", f"c{village.world.home.community_id}"):
            choices = {
                column.key: next(iter(column.said))
                for column in asking.narrowed_by(ledger)
                if column.said
            }
            wish = asking.AskForm(place=code, q="x%_")
            asked = asking.asked_by(wish, ledger, {k: str(v) for k, v in choices.items()})
            assert set(asked.choices) == set(choices)
            lines, after = queries.page_of(ledger, leader, asked, after=10**9, limit=1)
            assert (lines, after) == ([], None)
        lines = list(queries.stream(ledger, everywhere(), who=None))
        assert [each.key for each in lines] == sorted({each.key for each in lines})


def test_pages_follow_one_another_without_gap_or_twin(village: Village) -> None:
    ledger, who = LEDGERS["grids"], someone("street", "street_leader")
    met: list[int] = []
    after: int | None = None
    while True:
        lines, after = queries.page_of(ledger, who, everywhere(), after=after, limit=20)
        met += [each.key for each in lines]
        if after is None:
            break
    assert len(met) == len(set(met)) == queries.total(ledger, who, everywhere()) == 97


def test_the_pages_show_rows_to_some_and_refuse_others(app: Flask, village: Village) -> None:
    world = village.world
    worker, stranger = as_user(app, world.worker), as_user(app, world.stranger)
    listed = worker.get("/ledgers").get_data(as_text=True)
    assert listed.count("ledger-number") == len(SOURCES)
    assert "红心物业评价" in listed
    assert "非本岗位范围" in listed
    for path in ("/ledgers", "/ledgers/residents", "/ledgers/grids", "/ledgers/frozen"):
        assert worker.get(path).status_code == 200
        assert stranger.get(path).status_code == 403
    assert worker.get("/ledgers/staff").status_code == 403
    assert worker.get("/ledgers/taken").status_code == 403
    for path in ("/ledgers/none", "/ledgers?place=g999999"):
        assert worker.get(path).status_code == 404
    assert worker.get("/ledgers/residents?month=never").status_code == 422


def test_people_in_need_are_shown_for_a_purpose_that_is_written_down(
    app: Flask, village: Village
) -> None:
    worker = as_user(app, village.world.worker)
    flagged(village.head, village.leader, KeyGroup.LIVES_ALONE)
    shut = worker.get("/ledgers/alone").get_data(as_text=True)
    assert "ledger-rows" not in shut
    assert worker.post("/ledgers/alone/look", data={}).status_code == 422
    opened = worker.post("/ledgers/alone/look", data={"purpose": "冬季走访"})
    assert opened.status_code == 200
    assert opened.headers["Cache-Control"] == "no-store"
    assert "ledger-rows" in opened.get_data(as_text=True)
    taking = db.session.scalars(select(Taking)).one()
    assert (taking.purpose, taking.whole, taking.rows) == ("冬季走访", False, 1)
    looked = [each for each in audit.history("resident", village.head.id) if each.move == "look"]
    assert looked[-1].data["purpose"] == "冬季走访"


@pytest.mark.parametrize("key", ["alone", "residents"])
def test_words_find_by_the_beginning_of_a_masked_name_only(village: Village, key: str) -> None:
    leader, name = village.leader, village.head.name
    flagged(village.head, leader, KeyGroup.LIVES_ALONE)
    for words, found in ((name[0], True), (name[1:], False)):
        asked = Asked(everywhere().place, everywhere().month, words)
        assert bool(values(key, leader, asked)) is found
