"""The hand-over between two at a post: a brief made from the data, signed by both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from flask_babel import force_locale, lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base import clock, notices
from webapp.base.access import Actor
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen
from webapp.base.language import N_
from webapp.grids import queries as grids
from webapp.grids.rules import PLACE_WORDS, PlaceKind
from webapp.people import queries
from webapp.people.models import Account, HandOver, Post
from webapp.people.rules import (
    HAND_OVER_FLOW,
    PREMISES_WORDS,
    ROLES,
    HandOverState,
    Premises,
)

# A brief is read by one person in an hour: beyond so many lines a section says how many more there are.
MOST_LINES = 100


@dataclass(frozen=True)
class Leaving:
    """Who leaves which place."""

    account_id: int
    role: str
    grid_id: int | None
    unit_id: int | None


@dataclass(frozen=True)
class Line:
    """One thing that is left: words (an English text with its values, or a name), a state, a moment."""

    words: str
    values: dict[str, Any] = field(default_factory=dict)
    state: str | None = None
    at: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Section:
    """Things of one kind. `title` and the states of the lines are English texts, shown in Chinese."""

    title: str
    lines: list[Line]


Source = Callable[[Leaving], Iterable[Section]]

# Sections of higher floors, by name: they stand above those that people know of themselves.
SOURCES: dict[str, Source] = {}


def source(name: str, sections: Source) -> None:
    """These sections stand in every brief from now on."""
    SOURCES[name] = sections


def prepare(post: Post, *, taker: Account | None, next_post: Post | None, by: Actor) -> HandOver:
    """A hand-over of the post is being prepared, and both sides know."""
    paper = HandOver(
        post_id=post.id,
        next_post_id=next_post.id if next_post else None,
        grid_id=post.grid_id,
        giver_id=post.account_id,
        taker_id=taker.id if taker else None,
        state=HandOverState.DRAFT,
        brief=brief(post),
    )
    db.session.add(paper)
    db.session.flush()
    HAND_OVER_FLOW.record(paper, "prepare", by=by)
    words = N_("Please hand over %(place)s: read the brief and sign it.")
    _tell([post.account_id], paper, words, by=by)
    return paper


def brief(post: Post) -> dict[str, Any]:
    """What is open at the post now: the moment it was made, and its sections."""
    leaving = Leaving(post.account_id, post.role, post.grid_id, post.unit_id)
    sections = [section for each in (*SOURCES.values(), *OWN) for section in each(leaving)]
    return {
        "made_at": clock.now().isoformat(),
        "sections": [
            {
                "title": section.title,
                "count": len(section.lines),
                "lines": [asdict(line) for line in section.lines[:MOST_LINES]],
            }
            for section in sections
        ],
    }


def renew(paper: HandOver, *, note: str | None, by: Actor) -> None:
    """The brief says what is open now, and the giver's own words stand below it."""
    lock(paper)
    if paper.state != HandOverState.DRAFT:
        raise NotOpen(_l("The brief is signed and does not change any more."))
    paper.brief = brief(paper.post)
    paper.note = note
    HAND_OVER_FLOW.record(paper, "renew", by=by)


def name_taker(paper: HandOver, taker: Account, *, by: Actor) -> None:
    """Somebody is to take over who was not known when the post ended."""
    lock(paper)
    if paper.state == HandOverState.TAKEN:
        raise NotOpen(_l("This is taken over already."))
    paper.taker_id = taker.id
    HAND_OVER_FLOW.record(paper, "name_taker", by=by, data={"taker": taker.id})
    if paper.state == HandOverState.GIVEN:
        _tell([taker.id], paper, N_("%(place)s is handed over to you: read and sign."), by=by)


def give(paper: HandOver, *, note: str | None, by: Actor, **moved: Any) -> None:
    """The brief of this moment is signed by the giver; the taker knows."""
    HAND_OVER_FLOW.move(paper, "give", by=by, **moved)
    paper.note = note
    _given(paper, by)


def give_for(paper: HandOver, *, note: str | None, by: Actor, **moved: Any) -> None:
    """As `give`, by an administrator, who says why the giver does not sign."""
    said = {"note": note}
    HAND_OVER_FLOW.move(paper, "give_for", by=by, evidence=said, data=said, **moved)
    paper.given_reason = note
    _given(paper, by)


def take(paper: HandOver, *, note: str | None, by: Actor, **moved: Any) -> None:
    """The taker has read the brief and signed it: the post is handed over."""
    HAND_OVER_FLOW.move(paper, "take", by=by, data={"note": note} if note else {}, **moved)
    _taken(paper, by)


def take_for(paper: HandOver, *, note: str | None, by: Actor, **moved: Any) -> None:
    """As `take`, by an administrator, who says why the taker does not sign."""
    said = {"note": note}
    HAND_OVER_FLOW.move(paper, "take_for", by=by, evidence=said, data=said, **moved)
    paper.taken_reason = note
    _taken(paper, by)


def give_back(paper: HandOver, *, note: str | None, by: Actor, **moved: Any) -> None:
    """Something is missing in the brief: the giver knows what, and signs again."""
    evidence = {"note": note}
    HAND_OVER_FLOW.move(paper, "return", by=by, evidence=evidence, data=evidence, **moved)
    paper.given_at = paper.given_by_id = paper.given_reason = None
    words = N_("The hand-over of %(place)s is incomplete: %(note)s")
    _tell([paper.giver_id], paper, words, by=by, note=note)


MOVES: dict[str, Callable[..., None]] = {
    "give": give,
    "give_for": give_for,
    "take": take,
    "take_for": take_for,
    "return": give_back,
}


def english(words: LazyString) -> str:
    """The text as it is kept in a brief; whoever reads it gets it in their own language."""
    with force_locale("en"):
        return str(words)


def place_of(post: Post) -> str:
    """The name of the grid or the unit of a post."""
    place = post.grid or post.unit
    return place.name if place else ""


def _given(paper: HandOver, by: Actor) -> None:
    paper.brief = brief(paper.post)
    paper.given_at, paper.given_by_id = clock.now(), by.id
    if paper.taker_id is not None:
        words = N_("%(place)s is handed over to you: read and sign.")
        _tell([paper.taker_id], paper, words, by=by)


def _taken(paper: HandOver, by: Actor) -> None:
    paper.taken_at, paper.taken_by_id = clock.now(), by.id
    _tell([paper.giver_id], paper, N_("%(place)s was taken over from you."), by=by)


def _tell(to: list[int], paper: HandOver, words: str, *, by: Actor, **values: Any) -> None:
    notices.notify(
        [each for each in to if each != by.id],
        words,
        url=f"/people/hand-overs/{paper.id}",
        place=place_of(paper.post),
        **values,
    )


def _neighbours(leaving: Leaving) -> Iterable[Section]:
    posts = queries.posts_at(grid_id=leaving.grid_id, unit_id=leaving.unit_id)
    now = clock.now()
    yield Section(
        N_("Who else stands here"),
        [
            Line(post.account.name, state=english(ROLES[post.role].words))
            for post in posts
            if now in post.valid and post.account_id != leaving.account_id
        ],
    )


def _places(leaving: Leaving) -> Iterable[Section]:
    if leaving.grid_id is None:
        return
    yield Section(
        N_("Places in the grid"),
        [
            Line(place.name, state=english(PLACE_WORDS[PlaceKind(place.kind)]))
            for place in grids.places(leaving.grid_id)
        ],
    )
    yield Section(
        N_("Enterprises in the grid"),
        [
            Line(
                each.name,
                state=english(PREMISES_WORDS[Premises(each.premises)]),
                url=f"/people/enterprises/{each.id}",
            )
            for each in queries.enterprises_in(leaving.grid_id)
        ],
    )


def _unread(leaving: Leaving) -> Iterable[Section]:
    yield Section(
        N_("Notices not read yet"),
        [
            Line(each.words, values=each.params, at=each.created_at.isoformat(), url=each.url)
            for each in notices.unread(leaving.account_id)
        ],
    )


OWN: tuple[Source, ...] = (_neighbours, _places, _unread)
