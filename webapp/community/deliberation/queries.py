"""Questions about topics: which there are, whom they are for, what was said of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.web import Page
from webapp.community.deliberation.models import FollowUp, Objection, Topic, TopicRating
from webapp.community.deliberation.rules import (
    DECIDED,
    ENDED,
    PUBLIC,
    TALKED_OVER,
    Level,
    TopicState,
)
from webapp.community.livelihood.rules import Category
from webapp.grids.models import Grid
from webapp.residents.models import Building, Dwelling

PAGE = 30

# The ballots of a secret vote are written anew in the order of their random keys: neither the order of
# the rows nor the transaction that wrote them says who was when at the ballot box.
SHUFFLE = text("""
    WITH taken AS (DELETE FROM poll_ballot WHERE poll_id = :poll RETURNING *)
    INSERT INTO poll_ballot (id, poll_id, secret, choice, voter_id, sheet_id, receipt)
    SELECT id, poll_id, secret, choice, voter_id, sheet_id, receipt FROM taken ORDER BY id
""")

# Another vote has the roll of the last one.
COPY_ROLL = text("""
    INSERT INTO poll_voter
        (poll_id, number, label, dwelling_id, household_id, resident_id, area)
    SELECT :new, number, label, dwelling_id, household_id, resident_id, area
    FROM poll_voter WHERE poll_id = :last ORDER BY number
""")


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
    found = _rows().options(
        joinedload(Topic.merged_into),
        joinedload(Topic.item),
        selectinload(Topic.stages),
        selectinload(Topic.follow_ups),
    )
    return db.session.scalar(found.where(Topic.id == topic_id))


def public_topic(topic_id: int) -> Topic | None:
    """A topic that everybody may read: one that was taken up."""
    found = topic(topic_id)
    return found if found is not None and found.state in PUBLIC else None


def of_opinion(opinion_id: int) -> Topic | None:
    """The topic that an opinion became."""
    return db.session.scalar(_rows().where(Topic.opinion_id == opinion_id))


def narrowed(
    who: Actor,
    *,
    lane: str = "open",
    words: str = "",
    level: str | None = None,
    theme: str | None = None,
    grid_id: int | None = None,
) -> Select[Any]:
    """SQL: the topics of a lane that `who` may see."""
    lanes = _lanes()
    found = _rows().where(visible(Topic, who, "topics.see"), lanes.get(lane, lanes["open"]))
    return _narrowed(found, words, level, theme, grid_id)


def listed(who: Actor, *, before: int | None = None, **narrowing: Any) -> Page[Topic]:
    """The topics of a lane that `who` may see, the newest first."""
    return _page(narrowed(who, **narrowing), before)


def open_in(grid_id: int) -> Sequence[Topic]:
    """The topics of a grid that are not over, the oldest first."""
    found = select(Topic).where(Topic.grid_id == grid_id, _lanes()["open"])
    return db.session.scalars(found.order_by(Topic.id)).all()


def meetings(
    who: Actor, *, since: datetime, until: datetime, grid_ids: Collection[int], limit: int
) -> list[Topic]:
    """The topics whose meeting is in this time: such as `who` may see, has proposed, or of these grids."""
    mine = or_(
        visible(Topic, who, "topics.see"),
        Topic.proposed_by_id == who.id,
        and_(Topic.grid_id.in_(sorted(grid_ids)), Topic.state.in_(PUBLIC)),
    )
    found = _rows().where(Topic.meeting_at.between(since, until), mine)
    return list(db.session.scalars(found.order_by(Topic.meeting_at).limit(limit)))


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


def objections(topic_id: int) -> Sequence[Objection]:
    """What was said against the decision of a topic, the newest first."""
    found = select(Objection).where(Objection.topic_id == topic_id)
    return db.session.scalars(found.order_by(Objection.id.desc()).limit(200)).all()


def objection(objection_id: int) -> Objection | None:
    """An objection with its topic."""
    return db.session.get(Objection, objection_id, options=[joinedload(Objection.topic)])


def unanswered(topic_id: int) -> int:
    """How many objections to a topic have no answer yet."""
    found = select(func.count()).where(
        Objection.topic_id == topic_id, Objection.answered_at.is_(None)
    )
    return db.session.scalar(found) or 0


def follow_up(follow_up_id: int) -> FollowUp | None:
    """Something to do, with its topic."""
    return db.session.get(FollowUp, follow_up_id, options=[joinedload(FollowUp.topic)])


@dataclass(frozen=True)
class Rated:
    """What residents say of the result: how many, how content, their newest words."""

    many: int
    average: float | None
    words: Sequence[str]


def rated(topic_id: int) -> Rated:
    """What residents say of what became of a topic."""
    mine = TopicRating.topic_id == topic_id
    many, average = db.session.execute(
        select(func.count(), func.avg(TopicRating.rating)).where(mine)
    ).one()
    found = select(TopicRating.words).where(mine, TopicRating.words.is_not(None))
    words = db.session.scalars(found.order_by(TopicRating.id.desc()).limit(10)).all()
    return Rated(many, float(average) if average is not None else None, [w for w in words if w])


def has_rated(topic_id: int, voter_id: int) -> bool:
    """True when this place on the roll has rated the result."""
    found = select(TopicRating.id).where(
        TopicRating.topic_id == topic_id, TopicRating.voter_id == voter_id
    )
    return db.session.scalar(found) is not None


def homes_of(topic: Topic) -> Any:
    """SQL: (building, staircase, door, dwelling) of the homes a topic is for, by where they stand."""
    found: Any = (
        select(Building.name, Dwelling.stair, Dwelling.door, Dwelling.id)
        .join(Dwelling, Dwelling.building_id == Building.id)
        .where(Building.closed_at.is_(None))
        .order_by(Building.name, Building.id, Dwelling.stair, Dwelling.floor, Dwelling.door)
        .order_by(Dwelling.id)
    )
    if topic.within_m is not None:
        found = found.where(func.ST_DWithin(Building.geom, topic.geom, topic.within_m))
    if topic.level == Level.BUILDING:
        return found.where(Building.id == topic.building_id)
    if topic.level == Level.GRID:
        return found.where(Building.grid_id == topic.grid_id)
    community = select(Grid.community_id).where(Grid.id == topic.grid_id).scalar_subquery()
    return found.where(Building.grid_id.in_(select(Grid.id).where(Grid.community_id == community)))


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
