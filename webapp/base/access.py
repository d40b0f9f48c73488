"""Who may: rules that answer for one thing and, by the same words, for a whole list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, Protocol

from flask import abort
from flask_login import current_user
from sqlalchemy import ColumnElement, and_, false, or_, true


class Actor(Protocol):
    """Whoever acts: an account, a machine with a token, or nobody (`id` is None)."""

    id: int | None

    def holds(self, roles: Iterable[str]) -> bool:
        """True when one of these roles is held anywhere today."""

    def grids(self, roles: Iterable[str]) -> frozenset[int]:
        """Keys of the grids over which one of these roles is held today."""

    def units(self, roles: Iterable[str]) -> frozenset[int]:
        """Keys of the units, with all below them, over which one of these roles is held today."""

    def everywhere(self, roles: Iterable[str]) -> bool:
        """True when one of these roles is held over the whole subdistrict."""

    def in_scope(self, right: str) -> bool:
        """True when this way of signing in may use the right at all (tokens are narrower)."""


class _House:
    """The house itself, when a clock makes a move: no account, no post."""

    id: int | None = None

    def holds(self, roles: Iterable[str]) -> bool:
        """Never: posts are held by people."""
        return False

    def grids(self, roles: Iterable[str]) -> frozenset[int]:
        """None."""
        return frozenset()

    def units(self, roles: Iterable[str]) -> frozenset[int]:
        """None."""
        return frozenset()

    def everywhere(self, roles: Iterable[str]) -> bool:
        """Never."""
        return False

    def in_scope(self, right: str) -> bool:
        """Any right may be asked for; the rules decide."""
        return True


HOUSE: Actor = _House()


class Rule:
    """One condition. `words` is what the rights page prints; `by_thing`: no role has it or lacks it by
    itself, the thing decides."""

    words: str
    by_thing: ClassVar[bool] = False

    def allows(self, who: Actor, thing: Any) -> bool:
        """True when `who` may with this `thing` (None: in general)."""
        raise NotImplementedError(self.words)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The same condition over all rows of `model`."""
        raise NotImplementedError(self.words)

    def __or__(self, other: Rule) -> Rule:
        return _Any((self, other))

    def __and__(self, other: Rule) -> Rule:
        return _All((self, other))


@dataclass(frozen=True)
class Everyone(Rule):
    """Anybody, signed in or not."""

    words: str = "everyone"

    def allows(self, who: Actor, thing: Any) -> bool:
        """Always."""
        return True

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """Every row."""
        return true()


@dataclass(frozen=True)
class SignedIn(Rule):
    """Anybody with an account."""

    words: str = "signed in"

    def allows(self, who: Actor, thing: Any) -> bool:
        """When somebody is signed in."""
        return who.id is not None

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """Every row, for somebody who is signed in."""
        return true() if who.id is not None else false()


class Holds(Rule):
    """Holds one of the roles over the grid (or unit) of the thing.

    A thing in no grid is in the hands of those who hold the role over the whole subdistrict.
    """

    def __init__(self, *roles: str, by: str = "grid_id") -> None:
        self.roles = frozenset(roles)
        self.by = by
        self.words = " / ".join(roles)

    def allows(self, who: Actor, thing: Any) -> bool:
        """When the role is held over the place of the thing, or anywhere if no thing is named."""
        if thing is None:
            return who.holds(self.roles)
        place = getattr(thing, self.by)
        if place is None or who.everywhere(self.roles):
            return who.everywhere(self.roles)
        held = who.grids(self.roles) if self.by == "grid_id" else who.units(self.roles)
        return place in held

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows in the places over which the role is held."""
        if who.everywhere(self.roles):
            return true()
        held = who.grids(self.roles) if self.by == "grid_id" else who.units(self.roles)
        if not held:
            return false()
        column: ColumnElement[bool] = getattr(model, self.by).in_(held)
        return column


class Anywhere(Rule):
    """Holds one of the roles, wherever."""

    def __init__(self, *roles: str) -> None:
        self.roles = frozenset(roles)
        self.words = " / ".join(roles) + " (anywhere)"

    def allows(self, who: Actor, thing: Any) -> bool:
        """When one of the roles is held."""
        return who.holds(self.roles)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """Every row, for a holder of the role."""
        return true() if who.holds(self.roles) else false()


class Owns(Rule):
    """Is the account named in a column of the thing."""

    by_thing = True

    def __init__(self, column: str, words: str) -> None:
        self.column = column
        self.words = words

    def allows(self, who: Actor, thing: Any) -> bool:
        """When the column names the one who asks."""
        if thing is None or who.id is None:
            return False
        return bool(getattr(thing, self.column) == who.id)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows that name the one who asks."""
        if who.id is None:
            return false()
        column: ColumnElement[bool] = getattr(model, self.column) == who.id
        return column


@dataclass(frozen=True)
class ByItself(Rule):
    """What the house does by the clock and nobody by hand: only `HOUSE` may."""

    words: str = "the house by itself"

    def allows(self, who: Actor, thing: Any) -> bool:
        """When the house itself acts."""
        return who is HOUSE

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """Every row, for the house itself."""
        return true() if who is HOUSE else false()


@dataclass(frozen=True)
class _Any(Rule):
    rules: tuple[Rule, ...]

    @property
    def words(self) -> str:  # type: ignore[override]  # composed from its parts
        return ", or ".join(rule.words for rule in self.rules)

    def allows(self, who: Actor, thing: Any) -> bool:
        return any(rule.allows(who, thing) for rule in self.rules)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        return or_(*(rule.clause(who, model) for rule in self.rules))


@dataclass(frozen=True)
class _All(Rule):
    rules: tuple[Rule, ...]

    @property
    def words(self) -> str:  # type: ignore[override]  # composed from its parts
        return ", and ".join(rule.words for rule in self.rules)

    def allows(self, who: Actor, thing: Any) -> bool:
        return all(rule.allows(who, thing) for rule in self.rules)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        return and_(*(rule.clause(who, model) for rule in self.rules))


RIGHTS: dict[str, Rule] = {}


def register(may: Mapping[str, Rule]) -> None:
    """The rights of a feature are known. Each name belongs to one feature."""
    for name, rule in may.items():
        if RIGHTS.get(name, rule) is not rule:
            raise ValueError(f"the right {name} is defined twice")
        RIGHTS[name] = rule


def may(who: Actor, right: str, thing: Any = None) -> bool:
    """True when `who` has the right over the thing (None: in general)."""
    return who.in_scope(right) and RIGHTS[right].allows(who, thing)


def visible(model: Any, who: Actor, right: str) -> ColumnElement[bool]:
    """The rows of `model` over which `who` has the right; for every list, map, feed and export."""
    if not who.in_scope(right):
        return false()
    return RIGHTS[right].clause(who, model)


def me() -> Actor:
    """Whoever sent this request."""
    actor: Actor = current_user._get_current_object()
    return actor


def demand(right: str, thing: Any = None) -> None:
    """Whoever sent this request has the right; else 403 (401 for somebody who is not signed in)."""
    if not may(me(), right, thing):
        abort(403 if me().id is not None else 401)


View = Callable[..., Any]


def permit(right: str, *, of: Callable[..., Any] | None = None) -> Callable[[View], View]:
    """A view that runs only with the right.

    `of` loads the thing from the arguments of the address and hands it over: nobody there is 404,
    no right over it is 403 (401 for somebody who is not signed in).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> Any:
            thing = of(**arguments) if of else None
            if of and thing is None:
                abort(404)
            demand(right, thing)
            return view(thing) if of else view(**arguments)

        guarded.right = right  # type: ignore[attr-defined]  # read by the test over the URL map
        return guarded

    return decorate


def public(why: str) -> Callable[[View], View]:
    """A view that anybody may open; `why` stands in the rights page."""

    def decorate(view: View) -> View:
        view.public = why  # type: ignore[attr-defined]  # read by the test over the URL map
        return view

    return decorate
