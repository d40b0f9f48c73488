"""Every list with pages or a filter is had as a file, or is named here with the reason why it is not."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from flask_babel import force_locale

from tests.world import World, as_user
from webapp.base.access import may
from webapp.base.db import db
from webapp.base.exports import queries
from webapp.base.exports.sheet import SHEETS

TEMPLATES = Path(__file__).parents[2] / "templates"

OWN = "it holds only what is the reader's own"
PUBLIC = "anybody reads it without an account: OGC API, Open311 and feeds hand it on"
PAPER = "it is printed and signed, or laid open, as the law of the vote wants it"
PACK = "each proposal is taken out whole, as a pack with its maps"
LOG = "it is a log that is read on the spot; what was done stands in the chain of events"
PART = "it is a part of the page of one thing"
LEDGER = "ledgers are taken out as files of their own, with places for signatures"
AMONG_CASES = "its rows are cases: the queue narrowed so is taken out with all their columns"

NOT_OFFERED = {
    "notices.html": OWN,
    "maps/balance/list.html": PACK,
    "exports/list.html": LOG,
    "ledgers/one.html": LEDGER,
    "ledgers/taken.html": LOG,
    "ledgers/frozen_list.html": LEDGER,
    "community/councils/public_list.html": PUBLIC,
    "community/councils/list.html": PAPER,
    "community/livelihood/public_list.html": PUBLIC,
    "community/deliberation/public_list.html": PUBLIC,
    "community/deliberation/roll.html": PAPER,
    "community/deliberation/invitations.html": PAPER,
    "jobs/list.html": PUBLIC,
    "jobs/mine.html": OWN,
    "jobs/desk_introductions.html": PART,
    "jobs/desk_seekers.html": "seekers have no names here, and their workbook is made for bringing them in again",
    "cases/around/reporter.html": PART,
    "cases/around/surroundings.html": PART,
    "cases/figures/appeals.html": AMONG_CASES,
    "cases/figures/cases.html": AMONG_CASES,
    "cases/desk/shifts.html": PAPER,
    "cases/honesty/list.html": "it is a watch on people's work: it is read on the spot and not handed on",
    "monitoring/safety/inspections/list.html": LEDGER,
    "public/cases.html": PUBLIC,
    "services/erasures.html": LOG,
    "services/matters.html": OWN,
    "grids/imports/list.html": LOG,
    "news/list.html": PUBLIC,
    "news/written.html": OWN,
    "residents/erasures.html": LOG,
    "residents/mine.html": OWN,
    "intake/unreadable.html": LOG,
    "relocation/old_doors/list.html": "families are shown a door at a time",
    "relocation/old_doors/find.html": PUBLIC,
    "people/hand_overs.html": PAPER,
    "webhooks/one.html": LOG,
}

_LISTS = re.compile(r"ui\.(pager|list_search|finder)\(")
_OFFERED = re.compile(r'(?:ui\.export\(|whole=)"(\w+)"')


def _read() -> dict[str, str]:
    return {
        each.relative_to(TEMPLATES).as_posix(): each.read_text(encoding="utf-8")
        for each in sorted(TEMPLATES.rglob("*.html"))
        if each.parent.name != "parts" and each.name != "parts.html"
    }


def test_every_list_is_offered_as_a_file_or_named_with_a_reason() -> None:
    lists = {name for name, said in _read().items() if _LISTS.search(said)}
    offered = {name for name, said in _read().items() if _OFFERED.search(said)}
    assert lists - offered - set(NOT_OFFERED) == set(), "offer it, or say why not"
    assert set(NOT_OFFERED) - (lists - offered) == set(), "these need no reason any more"
    assert all(NOT_OFFERED.values())


def test_every_sheet_stands_on_a_page(house: Flask) -> None:
    offered = {name for said in _read().values() for name in _OFFERED.findall(said)}
    # Lists of the past share one page, which their views tell the name of the file.
    code = (
        file.read_text(encoding="utf-8") for file in (TEMPLATES.parent / "webapp").rglob("past.py")
    )
    then = {name for said in code for name in re.findall(r'past\.Sheet\("(\w+)"', said)}
    assert len(then) == 4
    assert offered | then == set(SHEETS)


def test_the_rows_of_every_sheet_are_asked_in_every_form(world: World) -> None:
    for sheet in SHEETS.values():
        where = {"project": "1"} if sheet.thing else {}
        for locale in ("zh_CN", "en"):
            for form in sheet.formats:
                found = queries.statement(sheet, world.admin, where, form, locale)
                db.session.execute(found.limit(3)).all()
        assert queries.count(sheet, world.admin, where, most=10) <= 10


def test_a_stranger_takes_no_list_out_that_is_not_everybodys(app: Flask, world: World) -> None:
    stranger, visitor = as_user(app, world.stranger), app.test_client()
    for name, sheet in SHEETS.items():
        said = {"format": "csv", "purpose": "nothing good"}
        told = 404 if sheet.thing else 200 if may(world.stranger, sheet.right) else 403
        assert stranger.post(f"/exports/{name}", data=said).status_code == told, name
        assert visitor.post(f"/exports/{name}", data=said).status_code in (401, 404), name


def test_lists_of_people_ask_what_for() -> None:
    people = {name for name, sheet in SHEETS.items() if sheet.personal}
    assert people == {
        "accounts",
        "camera_looks",
        "neighbours",
        "households",
        "residents",
        "relocation",
        "relocation_past",
    }


def test_no_two_columns_of_a_sheet_are_called_alike(app: Flask) -> None:
    with app.app_context():
        for locale in ("zh_CN", "en"):
            with force_locale(locale):
                for sheet in SHEETS.values():
                    for said in (
                        [c.name for c in sheet.columns],
                        [str(c.title) for c in sheet.columns],
                    ):
                        assert len(set(said)) == len(said), (sheet.name, said)
