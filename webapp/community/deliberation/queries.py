"""Questions about topics: which there are, whom they are for, what was said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.web import Page
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.rules import (
    DECIDED,
    ENDED,
    PUBLIC,
    TALKED_OVER,
    Level,
    TopicState,
)
from webapp.community.livelihood.rules import Category
from webapp.residents.models import Building

PAGE = 30


def _lanes() -> dict[str, ColumnElement[bool]]:
    state = Topic.state
    return {
        "open": state.not_in((*ENDED, TopicState.NOT_PASSED)),
        "new": state.in_((TopicState.PROPOSED, TopicState.SCREENED)),
        "talked": state.in_(TALKED_OVER),
        "voting": state == TopicState.VOTING,
        "public": state.in_((TopicState.PUBLICISED, TopicState.OBJECTED)),
        "decided": state.in_(DECIDED),
        "ended": state.in_((*ENDED, TopicState.NOT_PASSED)),
    }


def _rows() -> Select[Topic]:
    return select(Topic).options(joinedload(Topic.grid), joinedload(Topic.building))


def topic(topic_id: int) -> Topic | None:
    """A topic with where it belongs."""
    found = _rows().options(joinedload(Topic.merged_into), joinedload(Topic.item))
    return db.session.scalar(found.where(Topic.id == topic_id))


def public_topic(topic_id: int) -> Topic | None:
    """A topic that everybody may read: one that was taken up."""
    found = topic(topic_id)
    return found if found is not None and found.state in PUBLIC else None


def of_opinion(opinion_id: int) -> Topic | None:
    """The topic that an opinion became."""
    return db.session.scalar(_rows().where(Topic.opinion_id == opinion_id))


def listed(
    who: Actor,
    *,
    lane: str = "open",
    words: str = "",
    level: str | None = None,
    theme: str | None = None,
    grid_id: int | None = None,
    before: int | None = None,
) -> Page[Topic]:
    """The topics of a lane that `who` may see, the newest first."""
    lanes = _lanes()
    found = _rows().where(visible(Topic, who, "topics.see"), lanes.get(lane, lanes["open"]))
    return _page(_narrowed(found, words, level, theme, grid_id), before)


def counts(who: Actor) -> dict[str, int]:
    """How many topics stand in each lane, of those `who` may see."""
    found = select(*(func.count().filter(clause).label(name) for name, clause in _lanes().items()))
    row = db.session.execute(found.where(visible(Topic, who, "topics.see"))).one()
    return dict(row._mapping)


def public_list(
    *,
    words: str = "",
    level: str | None = None,
    theme: str | None = None,
    grid_id: int | None = None,
    before: int | None = None,
) -> Page[Topic]:
    """The topics that everybody may read, the newest first."""
    found = _rows().where(Topic.state.in_(PUBLIC))
    return _page(_narrowed(found, words, level, theme, grid_id), before)


def others_near(topic: Topic, limit: int = 50) -> Sequence[Topic]:
    """Topics of the same grid into which this one could be merged, the newest first."""
    found = _rows().where(
        Topic.grid_id == topic.grid_id,
        Topic.id != topic.id,
        Topic.state.not_in((*ENDED, TopicState.NOT_PASSED)),
    )
    return db.session.scalars(found.order_by(Topic.id.desc()).limit(limit)).all()


def buildings_of(topic: Topic) -> Sequence[Building]:
    """The buildings of the grid of a topic, the nearest to its place first."""
    found = select(Building).where(Building.grid_id == topic.grid_id, Building.closed_at.is_(None))
    return db.session.scalars(found.order_by(Building.geom.op("<->")(topic.geom))).all()


def _narrowed(
    found: Select[Any], words: str, level: str | None, theme: str | None, grid_id: int | None
) -> Select[Any]:
    if words:
        pattern = containing(words)
        found = found.where(or_(Topic.title.ilike(pattern), Topic.words.ilike(pattern)))
    if level in list(Level):
        found = found.where(Topic.level == level)
    if theme in list(Category):
        found = found.where(Topic.theme == theme)
    if grid_id is not None:
        found = found.where(Topic.grid_id == grid_id)
    return found


def _page(found: Select[Any], before: int | None) -> Page[Topic]:
    if before is not None:
        found = found.where(Topic.id < before)
    rows = list(db.session.scalars(found.order_by(Topic.id.desc()).limit(PAGE + 1)))
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)
