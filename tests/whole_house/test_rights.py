"""Each address opens to whom the page of rights says, over one's own things, a neighbour's and a stranger's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, islice, product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select, text
from werkzeug.exceptions import HTTPException
from werkzeug.routing import AnyConverter, Rule as Address

from tests.conftest import undone
from webapp.base import clock
from webapp.base.access import RIGHTS, Rule
from webapp.base.db import Base, db
from webapp.base.flow import Refusal
from webapp.grids.rules import UnitKind
from webapp.ledgers.rules import LEDGERS
from webapp.people import actions, actors, rights as rights_table
from webapp.people.models import Account
from webapp.people.rules import HANDED_OVER, ROLES

RIGHTS_PAGE = Path(__file__).parents[2] / "docs" / "rights.md"
ABOVE_ALL = ("subdistrict", "district", "city")

# Of these the demo has none; the tests of their parts hold who may see and change them.
NO_SUCH_THING = (
    "/people/tokens/",
    "/people/hand-overs/",
    "/people/me/subscriptions/",
    "/grids/imports/",
    "/exports/<int:export_id>",
    "/appointments/",
    "/counter/appointments/",
    "/counter/rota/<int:shift_id>/drop",
    "/api/v1/gates/<code>/commands/",
    "/standards/classes/<class_code>/hints/",
    "/alarms/told/",
    "/alarms/shelves/",
    "/topics/objections/",
    "/households/fields/<int:field_id>/",
)
# So many things are asked for to find some behind one door, and so many of those are looked at.
TRIED = 150
# Whoever signs in to the demo, beside somebody new in each role.
DEMO = (
    *("worker", "leader", "acceptor", "dispatcher", "shift", "supervisor", "handler", "d09"),
    *("station", "window", "agent", "resident1", "employer", "seeker", "port", "skipper"),
    *("project", "safety", "street", "admin"),
)


@dataclass(frozen=True)
class Printed:
    """What the page says: who has each right, and which right each address asks for."""

    who: dict[str, str]
    asks: dict[tuple[str, str], str | None]


def printed() -> Printed:
    """The page as it is kept."""
    rights, rest = RIGHTS_PAGE.read_text(encoding="utf-8").split("## Addresses")
    addresses, roles = rest.split("## Roles")
    assert all(f"`{name}`" in roles for name in ROLES)
    who = {right: said for right, said in re.findall(r"^\| `(\S+)` \|.*\| (.*) \|$", rights, re.M)}
    asks: dict[tuple[str, str], str | None] = {}
    for address, method, said in re.findall(r"^\| `(.+?)` \| (\w+) \| (.*) \|$", addresses, re.M):
        found = re.fullmatch(r"`(\S+)`", said)
        asks[address, method] = found[1] if found else None
    return Printed(who, asks)


def _split(words: str, between: str) -> list[str]:
    """The parts of a sentence between these words, outside of brackets."""
    parts, depth, start, place = [], 0, 0, 0
    while place < len(words):
        depth += {"(": 1, ")": -1}.get(words[place], 0)
        if depth == 0 and words.startswith(between, place):
            parts.append(words[start:place])
            place = start = place + len(between)
            continue
        place += 1
    return [*parts, words[start:]]


_ENGLISH = {str(role.words): name for name, role in ROLES.items()}


def _roles_of(words: str) -> set[str]:
    named: set[str] = set()
    for each in words.split(" / "):
        named |= set(HANDED_OVER) if each == "all staff" else {_ENGLISH[each]}
    return named


def _leaves(
    rule: Rule, of: Callable[[Any], Any]
) -> Iterator[tuple[str, Rule, Callable[[Any], Any]]]:
    """The simple rules of a rule: its words, itself, and the way from the thing to what it is asked of."""
    inner = getattr(rule, "rules", ())
    if not inner:
        with force_locale("en"):
            yield rights_table._who(rule), rule, of
    further = (lambda thing: of(thing).project) if type(rule).__name__ == "OfProject" else of
    for each in inner:
        yield from _leaves(each, further)


LEAVES: dict[str, dict[str, tuple[Rule, Callable[[Any], Any]]]] = {}


def _leaf(right: str, words: str) -> tuple[Rule, Callable[[Any], Any]]:
    if right not in LEAVES:
        LEAVES[right] = {
            said: (rule, of) for said, rule, of in _leaves(RIGHTS[right], lambda thing: thing)
        }
    return LEAVES[right][words]


@dataclass(frozen=True)
class Reader:
    """Somebody who tries doors, with the posts as the database has them."""

    name: str
    person: Any
    client: FlaskClient
    roles: frozenset[str] = frozenset()
    all_over: frozenset[str] = frozenset()
    units: frozenset[tuple[str, int]] = frozenset()
    grids: frozenset[tuple[str, int]] = frozenset()

    def may(self, words: str, right: str, thing: Any) -> bool:
        """Whether the sentence of the page gives this reader the right over a thing (None: at all)."""
        either = _split(words, ", or ")
        if len(either) > 1:
            return any(self.may(each, right, thing) for each in either)
        both = _split(words, ", and ")
        if len(both) > 1:
            return all(self.may(each, right, thing) for each in both)
        if words.startswith("(") and words.endswith(")"):
            return self.may(words[1:-1], right, thing)
        if words == "everybody, signed in or not":
            return True
        if words == "everybody who is signed in":
            return self.person.id is not None
        if words == "the house by itself":
            return False
        if words.endswith(", wherever"):
            return not self.roles.isdisjoint(_roles_of(words.removesuffix(", wherever")))
        rule, of = _leaf(right, words)
        for place, held in ((" over this grid", self.grids), (" over this unit", self.units)):
            if words.endswith(place):
                roles = _roles_of(words.removesuffix(place))
                if thing is None:
                    return not self.roles.isdisjoint(roles)
                where = getattr(of(thing), rule.by)  # type: ignore[attr-defined]  # such a rule has it
                return not self.all_over.isdisjoint(roles) or any(
                    (role, where) in held for role in roles
                )
        # What only the thing can say: the house is asked for this one condition.
        return rule.allows(self.person, of(thing) if thing is not None else None)


_POSTS = text("""
    WITH RECURSIVE below (top, id) AS (
        SELECT id, id FROM unit UNION ALL SELECT b.top, u.id FROM below b JOIN unit u ON u.parent_id = b.id
    )
    SELECT p.role, p.grid_id, u.kind,
           ARRAY(SELECT id FROM below WHERE top = p.unit_id) AS units,
           ARRAY(SELECT g.id FROM below b JOIN grid g ON g.community_id = b.id WHERE b.top = p.unit_id) AS grids
    FROM post p LEFT JOIN unit u ON u.id = p.unit_id
    WHERE p.account_id = :account AND p.valid @> now()
""")


def _reader(name: str, account_id: int, client: FlaskClient) -> Reader:
    posts = db.session.execute(_POSTS, {"account": account_id}).all()
    return Reader(
        name=name,
        person=actors.person(account_id),
        client=client,
        roles=frozenset(post.role for post in posts),
        all_over=frozenset(post.role for post in posts if post.kind in ABOVE_ALL),
        units=frozenset((post.role, unit) for post in posts for unit in post.units),
        grids=frozenset(
            (post.role, grid) for post in posts for grid in {*post.grids, post.grid_id} - {None}
        ),
    )


# Where a role new to the demo is held: the grid in which most happened, and units that have to do with it.
_HOME = text(
    "SELECT grid_id FROM case_file WHERE grid_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
)
_UNITS = text("SELECT kind, min(id) AS id FROM unit GROUP BY kind")


def _readers(house: Flask, roles: Sequence[str], names: Sequence[str]) -> list[Reader]:
    """A visitor, somebody without a post, somebody new in each role, and whoever signs in to the demo."""
    home = db.session.scalar(_HOME)
    units = {row.kind: row.id for row in db.session.execute(_UNITS)}
    accounts: list[tuple[str, Account]] = []
    for role in (None, *roles):
        who = actions.create_account(name=f"tries {role}", username=f"tries-{role}", by=None)
        accounts.append((role or "no post", who))
        if role is None:
            continue
        kind = next(k for k in reversed(UnitKind) if k in ROLES[role].units)
        actions.give_post(
            who,
            role=role,
            grid_id=home if ROLES[role].over_grid else None,
            unit_id=None if ROLES[role].over_grid else units[kind],
            since=clock.now() - timedelta(days=1),
            by=None,
        )
    found = select(Account).where(Account.username.in_(names)).order_by(Account.id)
    accounts += [(account.username or "", account) for account in db.session.scalars(found)]
    db.session.commit()
    visitor = Reader("a visitor", actors.Nobody(), house.test_client())
    return [visitor, *(_reader(name, who.id, _signed_in(house, who.id)) for name, who in accounts)]


def _signed_in(house: Flask, account_id: int) -> FlaskClient:
    person = actors.person(account_id)
    assert person is not None
    client, now = house.test_client(), int(clock.now().timestamp())
    with client.session_transaction() as session:
        session.update(_user_id=person.get_id(), _fresh=True, begun=now, seen=now)
    return client


# --- the doors, and what lies behind them


# Words that stand in addresses for things of the demo.
_NAMES = text("""
    (SELECT number FROM case_file ORDER BY id LIMIT 12)
    UNION ALL (SELECT number FROM told_case ORDER BY case_id LIMIT 4)
    UNION ALL (SELECT display_code FROM grid ORDER BY id LIMIT 6)
    UNION ALL (SELECT DISTINCT g.display_code FROM old_house h JOIN grid g ON g.id = h.village_id LIMIT 4)
    UNION ALL (SELECT code FROM gate LIMIT 4)
    UNION ALL (SELECT code FROM intake_source LIMIT 8)
    UNION ALL (SELECT code FROM service_item ORDER BY id LIMIT 6)
    UNION ALL (SELECT code FROM case_class WHERE length(code) = 5 ORDER BY code LIMIT 4)
    UNION ALL (SELECT DISTINCT ON (kind) door FROM activity ORDER BY kind, id)
    UNION ALL (SELECT token::text FROM open311_request LIMIT 4)
""")


@dataclass
class Door:
    """An address with its guard; what it would do is replaced by a word, so that nothing is done."""

    address: Address
    method: str
    right: str
    loads: Callable[..., Any] | None
    keyed: bool
    cells: dict[str, Any]

    def chosen(self) -> dict[str, str]:
        """The first of the words of which the address takes one."""
        several = self.address._converters.items()
        return {n: sorted(c.items)[0] for n, c in several if isinstance(c, AnyConverter)}

    @property
    def name(self) -> str:
        """How it stands on the page of rights."""
        return f"{self.method} {self.address.rule}"


def _guard(view: Any) -> Any:
    while "right" not in view.__code__.co_freevars:
        view = view.__wrapped__
    return view


def _doors(house: Flask) -> Iterator[Door]:
    for rule in house.url_map.iter_rules():
        view: Any = house.view_functions[rule.endpoint]
        right = getattr(view, "right", None)
        if right is None:
            continue
        guard = _guard(view)
        cells = dict(zip(guard.__code__.co_freevars, guard.__closure__, strict=True))
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        yield Door(rule, method, right, cells["of"].cell_contents, hasattr(view, "by_key"), cells)


@contextmanager
def _emptied(doors: Sequence[Door]) -> Iterator[None]:
    """Behind each door there is nothing but a word: no form is read, and nothing is done."""
    before = [(door.cells["view"], door.cells["view"].cell_contents) for door in doors]
    for cell, _view in before:
        cell.cell_contents = lambda *_, **__: "inside"
    try:
        yield
    finally:
        for cell, content in before:
            cell.cell_contents = content


def _apart(found: Sequence[tuple[dict[str, Any], Any]]) -> list[tuple[dict[str, Any], Any]]:
    """Those first that stand elsewhere or otherwise than the ones before them."""
    seen: dict[Any, int] = {}

    def turn(each: tuple[dict[str, Any], Any]) -> int:
        apart = ("grid_id", "unit_id", "state", "project_id", "station_id")
        kind = tuple(getattr(each[1], name, None) for name in apart)
        seen[kind] = seen.get(kind, 0) + 1
        return seen[kind]

    return sorted(found, key=turn)


class Things:
    """The things of the demo that stand behind each door."""

    def __init__(self, kept: int) -> None:
        self.numbers = range(1, TRIED)
        self.kept = kept
        self.names = [*db.session.scalars(_NAMES), *list(LEDGERS)[:6]]
        self.names += ["generic", "cases", "grids", clock.now().date().isoformat(), "1"]
        self.known: dict[Any, list[tuple[dict[str, Any], Any]]] = {}

    def behind(self, door: Door) -> list[tuple[dict[str, Any], Any]]:
        """(what stands in the address, thing) for some things as different as there are."""
        if door.loads is None:
            return [({name: self._word(door, name) for name in door.address.arguments}, None)]
        code = door.loads.__code__
        key = (
            *sorted(door.address.arguments),
            code.co_code,
            code.co_consts,
            code.co_names,
            code.co_filename,
            *code.co_varnames,
        )
        if key not in self.known:
            found = list(islice(self._found(door), self.kept * self.kept))
            self.known[key] = _apart(found)[: self.kept]
        return self.known[key]

    def _word(self, door: Door, name: str) -> Any:
        converter = door.address._converters[name]
        if isinstance(converter, AnyConverter):
            return sorted(converter.items)[0]
        return 1 if converter.regex == r"\d+" else "2026-01-01" if name == "day" else "x"

    def _found(self, door: Door) -> Iterator[tuple[dict[str, Any], Any]]:
        loads = door.loads
        assert loads is not None
        names = sorted(door.address.arguments)
        pairs = self._pairs(door, names)
        several = [self._values(door, name, alone=len(names) == 1) for name in names]
        for values in islice(chain(pairs, product(*several)), TRIED):
            arguments = dict(zip(names, values, strict=True))
            with suppress(HTTPException, Refusal, ValueError):
                thing = loads(**arguments)
                if thing is not None:
                    yield arguments, thing

    def _values(self, door: Door, name: str, *, alone: bool) -> Sequence[Any]:
        converter = door.address._converters[name]
        if isinstance(converter, AnyConverter):
            return [self._word(door, name)]
        if name in ("zoom", "row", "column"):
            return "1"
        if converter.regex == r"\d+":
            return self.numbers if alone else self.numbers[:20]
        return self.names

    def _pairs(self, door: Door, names: list[str]) -> Iterator[tuple[Any, ...]]:
        """What belongs together by the tables, where an address names two things."""
        counted = [name for name in names if door.address._converters[name].regex == r"\d+"]
        if len(counted) != 2:
            return
        for owner, owned in (counted, counted[::-1]):
            for table in Base.metadata.tables.values():
                if owner in table.c and "id" in table.c and owned.removesuffix("_id") in table.name:
                    rows = select(table.c[owner], table.c.id).where(table.c[owner].is_not(None))
                    for one, other in db.session.execute(rows.limit(8)):
                        given = {owner: one, owned: other}
                        yield tuple(given.get(name, self._word(door, name)) for name in names)


# --- trying them


def _chosen(
    reader: Reader, door: Door, words: str, things: Sequence[tuple[dict[str, Any], Any]]
) -> Iterator[tuple[dict[str, Any], bool]]:
    """One's own, a neighbour's and a stranger's: one that the page gives, and two that it does not."""
    own, others = [], []
    for arguments, thing in things:
        allowed = reader.may(words, door.right, thing)
        (own if allowed else others).append((arguments, allowed))
    yield from own[:1]
    yield from others[:1]
    if len(others) > 1:
        yield others[-1]


def _wrong(reader: Reader, door: Door, address: str, allowed: bool) -> str | None:
    answer = reader.client.open(address, method=door.method)
    inside = answer.status_code == 200 and answer.get_data() == b"inside"
    visitor = (302, 401) if door.method == "GET" else (401,)
    outside = (*visitor, 403) if door.keyed else visitor if reader.person.id is None else (403,)
    if inside == allowed and (inside or answer.status_code in outside):
        return None
    said = "opens" if allowed else "does not open"
    return f"{door.method} {address} {said} to {reader.name} by the page, and answered {answer.status_code}"


def _by_thing(words: str) -> bool:
    """True when the sentence names somebody whom only the thing knows."""
    return "who" in words or "acts for" in words or " the enterprise" in words


def _tries(
    readers: Sequence[Reader], doors: Sequence[Door], things: Things, page: Printed, *, share: int
) -> Iterator[tuple[Reader, Door, str, bool]]:
    """Readers at every door with each kind of thing: the address, and whether the page opens it.

    Each door is tried by one reader of so many (`share`), by another one at each door.
    """
    for turn, door in enumerate(doors):
        behind, words = things.behind(door), page.who[door.right]
        by_thing = _by_thing(words)
        fit = [reader for reader in readers if by_thing or reader.name not in DEMO]
        # Where a key is asked for, nobody is known by a session.
        for reader in readers[:1] if door.keyed else fit[turn % share :: share]:
            for arguments, allowed in _chosen(reader, door, words, behind):
                built = door.address.build({**arguments, **door.chosen()})
                assert built is not None
                yield reader, door, built[1], allowed


def _walked(house: Flask, *, kept: int, share: int) -> tuple[list[str], set[str], int]:
    """What was not as the page says, the doors behind which there was nothing, and how many were tried."""
    page, wrong, tried = printed(), [], 0
    with undone(house), house.test_request_context("/"):
        readers = _readers(house, list(ROLES), DEMO)
        doors = list(_doors(house))
        things = Things(kept)
        nothing = {door.name for door in doors if not things.behind(door)}
        with _emptied(doors):
            for reader, door, path, allowed in _tries(readers, doors, things, page, share=share):
                fault = _wrong(reader, door, path, allowed)
                wrong += [fault] if fault else []
                tried += 1
    return wrong, nothing, tried


def test_each_address_opens_to_whom_the_page_of_rights_says(full_house: Flask) -> None:
    wrong, _nothing, tried = _walked(full_house, kept=2, share=96)
    assert not wrong, "\n".join(wrong)
    assert tried > 350


@pytest.mark.thorough
@pytest.mark.walk
def test_each_role_opens_what_the_page_of_rights_says_and_nothing_else(full_house: Flask) -> None:
    wrong, nothing, tried = _walked(full_house, kept=6, share=2)
    assert tried > 15_000
    assert not wrong, "\n".join(wrong)
    left_out = {each for each in nothing if not each.partition(" ")[2].startswith(NO_SUCH_THING)}
    assert not left_out, "nobody tried these doors"
    there = [each for each in NO_SUCH_THING if not any(each in door for door in nothing)]
    assert not there, "the demo has something at these"


@pytest.mark.thorough
@pytest.mark.walk
def test_no_address_takes_a_form_without_its_token(full_house: Flask) -> None:
    """Whoever is signed in is refused before anybody looks whether they may, or at what they sent."""
    taken = []
    with undone(full_house), full_house.test_request_context("/"):
        (reader,) = [each for each in _readers(full_house, [], ["admin"]) if each.name == "admin"]
        doors = list(_doors(full_house))
        things = Things(1)
        full_house.config["WTF_CSRF_METHODS"] = ["POST"]
        try:
            with _emptied(doors):
                for door in doors:
                    for arguments, _thing in things.behind(door) if door.method == "POST" else ():
                        built = door.address.build({**arguments, **door.chosen()})
                        assert built is not None
                        answer = reader.client.post(built[1])
                        if answer.status_code != 400 and not door.keyed:
                            taken.append(f"{door.name}: {answer.status_code}")
        finally:
            full_house.config["WTF_CSRF_METHODS"] = []
    assert not taken, "\n".join(taken)


def test_the_page_of_rights_leaves_no_address_out(house: Flask) -> None:
    page = printed()
    there = {
        (rule.rule, method): getattr(house.view_functions[rule.endpoint], "right", None)
        for rule in house.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }
    assert page.asks == there
    assert set(page.who) == set(RIGHTS)
