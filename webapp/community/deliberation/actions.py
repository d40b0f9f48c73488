"""What is done with topics before anybody votes: proposed, screened, given a level, merged, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import clock, notices
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import Changed, NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.base.spatial import standing_at
from webapp.community.deliberation.forms import TopicForm
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.procedures import PROCEDURES
from webapp.community.deliberation.rules import ENDED, TOPIC_FLOW, Level, TopicState
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.people import queries as people
from webapp.people.refusing import refusing
from webapp.residents.models import Building

# Whoever screens what is proposed in their grid.
SCREENING = ("grid_secretary", "grid_leader")


@dataclass(frozen=True)
class Step:
    """What somebody says with a move."""

    note: str | None = None
    words: str | None = None
    level: Level | None = None
    procedure: str | None = None
    building: Building | None = None
    within_m: int | None = None
    into: Topic | None = None
    meeting_at: datetime | None = None
    meeting_place: str | None = None
    closes_at: datetime | None = None
    secret: bool = False
    online: bool = False
    days: int | None = None
    file: StoredFile | None = None


def propose(said: TopicForm, *, by: Actor, opinion_id: int | None = None) -> Topic:
    """The topic is proposed in the grid of its place, and those who screen it know.

    `opinion_id`: the opinion it comes from; one opinion becomes one topic. Raises `Unacceptable` for
    a place in no grid, `Changed` when the opinion has a topic already.
    """
    topic = Topic(
        title=said.title,
        words=said.words,
        theme=said.theme,
        came=said.came,
        opinion_id=opinion_id,
        state=TopicState.PROPOSED,
        version=1,
        proposed_at=clock.now(),
        proposed_by_id=by.id,
        **standing_at(said.lon, said.lat, datum=said.datum),
    )
    with refusing(ix_topic_opinion_id=Changed(_l("This opinion has become a topic already."))):
        db.session.add(topic)
    if topic.grid_id is None:
        words = _l("This place is in no grid.")
        raise Unacceptable(words, fields={"lon": words})
    TOPIC_FLOW.begin(topic, "propose", by=by)
    tell(topic, N_("Topic to screen: %(what)s"), SCREENING)
    return topic


def step(
    topic: Topic, name: str, said: Step, *, by: Actor, base_version: int | None = None
) -> None:
    """The topic has gone on by this move with what was said.

    Raises a `Refusal` when something is missing or the move is not open.
    """
    hold(topic, base_version)
    if name in TOPIC_FLOW.open_moves(topic, by):
        _write(topic, name, said)
    TOPIC_FLOW.move(topic, name, by=by, evidence=evidence(said), data=data(said))


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Topics that are not over stand in the grids of the borders in force; answers how many moved."""
    here = Topic.state.not_in(ENDED)
    return len(relocation.relocate_in_log(Topic, here, kind=TOPIC_FLOW.kind, by=by))


def tell(topic: Topic, words: str, roles: tuple[str, ...]) -> None:
    """Those who hold these posts over the grid of the topic have a notice."""
    watching, _grid = people.who_watches(roles, (), grid_id=topic.grid_id)
    notices.notify(watching, words, url=f"/topics/{topic.id}", what=topic.title)


def evidence(said: Step) -> dict[str, Any]:
    """What the moves of a topic may want."""
    return {
        "note": said.note,
        "level": said.level,
        "procedure": said.procedure in PROCEDURES,
        "into_topic": said.into,
        "meeting_at": said.meeting_at,
        "meeting_place": said.meeting_place,
        "minutes": said.words,
        "plan": said.words,
        "result": said.words,
        "closes_at": said.closes_at,
    }


def data(said: Step) -> dict[str, Any]:
    """What the log keeps of a step."""
    kept = {
        "note": said.note,
        "level": said.level,
        "procedure": said.procedure if said.procedure in PROCEDURES else None,
        "building": said.building.name if said.building else None,
        "into": said.into.number if said.into else None,
        "at": said.meeting_at.isoformat() if said.meeting_at else None,
        "place": said.meeting_place,
        "until": said.closes_at.isoformat() if said.closes_at else None,
        "file": said.file.id if said.file else None,
    }
    return {name: value for name, value in kept.items() if value is not None}


def _write(topic: Topic, name: str, said: Step) -> None:
    if name == "screen":
        topic.screened_why = said.note
    elif name in ("refuse", "withdraw"):
        topic.ended_why = said.note
    elif name == "merge" and said.into is not None:
        _merge(topic, said.into)
    elif name == "set_level" and said.level and said.procedure in PROCEDURES:
        _set_level(topic, said)
    elif name in ("lift", "send_down"):
        _shift(topic, 1 if name == "lift" else -1, said)


def _merge(topic: Topic, into: Topic) -> None:
    if into.id == topic.id or into.state in ENDED or into.grid_id != topic.grid_id:
        words = _l("Choose an open topic of the same grid.")
        raise Unacceptable(words, fields={"into_topic": words})
    topic.merged_into_id = into.id


def _set_level(topic: Topic, said: Step) -> None:
    topic.procedure, topic.within_m = said.procedure, said.within_m
    _at_level(topic, Level(said.level or Level.GRID), said.building)


def _shift(topic: Topic, by: int, said: Step) -> None:
    levels = list(Level)
    place = levels.index(Level(topic.level or Level.GRID)) + by
    if not 0 <= place < len(levels):
        raise NotOpen(_l("There is no level beyond this one."))
    topic.within_m = None
    topic.meeting_at = topic.meeting_place = None
    _at_level(topic, levels[place], said.building)


def _at_level(topic: Topic, level: Level, building: Building | None) -> None:
    narrow = level is Level.BUILDING
    if narrow and (building is None or building.grid_id != topic.grid_id):
        words = _l("Choose a building of the grid of the topic.")
        raise Unacceptable(words, fields={"building": words})
    topic.level = level
    topic.building_id = building.id if narrow and building else None
