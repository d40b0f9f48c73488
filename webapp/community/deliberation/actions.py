"""What is done with topics: proposed, moved on step by step, counted, made a livelihood item."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import clock, notices
from webapp.base.access import Actor, may
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.base.spatial import standing_at
from webapp.community.deliberation import poll_queries, polls, steps
from webapp.community.deliberation.forms import TopicForm
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.procedures import PROCEDURES
from webapp.community.deliberation.rules import ENDED, TOPIC_FLOW, TopicState
from webapp.community.deliberation.steps import Step
from webapp.community.livelihood import actions as livelihood
from webapp.community.livelihood.forms import ItemForm
from webapp.community.livelihood.models import LivelihoodItem
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.people import queries as people
from webapp.people.refusing import refusing

# Whoever screens what is proposed in their grid.
SCREENING = ("grid_secretary", "grid_leader")
ON_WATCH = ("grid_worker", "grid_leader", "grid_secretary")


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
    said_so = evidence(said)
    if name in TOPIC_FLOW.open_moves(topic, by) and all(
        said_so.get(need) for need in TOPIC_FLOW.moves[name].needs
    ):
        steps.write(topic, name, said)
    TOPIC_FLOW.move(topic, name, by=by, evidence=said_so, data=data(said))
    if name == "announce":
        tell(topic, N_("A meeting is announced: %(what)s"), ON_WATCH)


def count(topic: Topic, *, days: int | None, by: Actor) -> None:
    """The votes are counted. What has passed is publicised for so many days, never fewer than its procedure wants.

    Raises as `polls.count`.
    """
    hold(topic, None)
    if "pass_vote" not in TOPIC_FLOW.open_moves(topic, by):
        TOPIC_FLOW.move(topic, "pass_vote", by=by)
    poll = polls.count(topic, by=by)
    if poll.passed:
        steps.publicise(topic, max(poll.procedure.days, days or 0))
    name = "pass_vote" if poll.passed else "fail_vote"
    TOPIC_FLOW.move(topic, name, by=by, data={"figures": poll.figures, "digest": poll.digest})
    tell(topic, N_("The votes are counted: %(what)s"), ON_WATCH)


def to_item(topic: Topic, *, by: Actor, base_version: int | None = None) -> LivelihoodItem:
    """What was decided has become a livelihood item at its place, for the grids of the roll.

    Raises `NotOpen` before the publicity is over or when it is one already, `NotAllowed` without the right.
    """
    hold(topic, base_version)
    if topic.state != TopicState.IMPLEMENTING or topic.item_id is not None:
        raise NotOpen(_l("A decision that is being carried out becomes one livelihood item."))
    if not may(by, "livelihood.collect") or not may(by, "topics.lead", topic):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    lon, lat = topic.lonlat or (0.0, 0.0)
    form = ItemForm.of(
        {
            "title": topic.title,
            "words": topic.plan or topic.words,
            "category": topic.theme,
            "lon": lon,
            "lat": lat,
            "grids": poll_queries.grids_of_roll(topic.id),
        }
    )
    item = livelihood.collect([form], by=by)[0]
    topic.item_id = item.id
    TOPIC_FLOW.record(topic, "to_item", by=by, data={"note": item.number})
    return item


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
