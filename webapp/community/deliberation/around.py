"""What belongs to a topic beside its moves: decisions before the vote, things to do, objections, ratings."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l

from webapp.base import clock, notices
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db, lock
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.base.language import N_
from webapp.community.deliberation import poll_queries, polls
from webapp.community.deliberation.actions import ON_WATCH, tell
from webapp.community.deliberation.forms import FollowUpForm, RatingForm, StageForm
from webapp.community.deliberation.models import (
    FollowUp,
    Objection,
    StageHeld,
    Topic,
    TopicRating,
)
from webapp.community.deliberation.poll_models import Voter
from webapp.community.deliberation.procedures import PROCEDURES
from webapp.community.deliberation.rules import TOPIC_FLOW, TopicState
from webapp.people import days
from webapp.people.refusing import refusing

# When things to do can be written down.
TO_DO = (
    TopicState.MEETING,
    TopicState.DRAFTING,
    TopicState.PUBLICISED,
    TopicState.OBJECTED,
    TopicState.IMPLEMENTING,
)
BEFORE_VOTE = (
    TopicState.LEVEL_SET,
    TopicState.NOTICED,
    TopicState.MEETING,
    TopicState.DRAFTING,
)


def hold_stage(topic: Topic, said: StageForm, *, by: Actor) -> None:
    """A decision before the vote was taken, in the order of the procedure.

    Raises `NotOpen` out of turn, `Unacceptable` when not more than half of those present agreed.
    """
    lock(topic)
    stages = PROCEDURES[topic.procedure].stages if topic.procedure else ()
    held = {each.stage for each in topic.stages}
    waiting = [each for each in stages if each not in held]
    if topic.state not in BEFORE_VOTE or not waiting or waiting[0] != said.stage:
        raise NotOpen(_l("The decisions before the vote are taken in their order."))
    if said.held_on > days.today():
        words = _l("This day is still to come.")
        raise Unacceptable(words, fields={"held_on": words})
    if said.agree > said.present or said.agree * 2 <= said.present:
        words = _l("More than half of those present must agree.")
        raise Unacceptable(words, fields={"agree": words})
    db.session.add(StageHeld(topic_id=topic.id, **said.model_dump()))
    data = {"stage": said.stage, "present": said.present, "agree": said.agree}
    TOPIC_FLOW.record(topic, "hold_stage", by=by, data=data)
    db.session.expire(topic, ["stages"])


def add_follow_up(topic: Topic, said: FollowUpForm, *, by: Actor) -> None:
    """The topic has something to do, by somebody until a day."""
    lock(topic)
    if topic.state not in TO_DO:
        raise NotOpen(_l("Things to do are written down from the meeting on, until the result."))
    db.session.add(FollowUp(topic_id=topic.id, **said.model_dump()))
    data = {"note": f"{said.words} · {said.owner} · {said.due_on}"}
    TOPIC_FLOW.record(topic, "to_do", by=by, data=data)
    db.session.expire(topic, ["follow_ups"])


def finish(follow_up: FollowUp, *, on: date, by: Actor) -> None:
    """It was done on this day."""
    lock(follow_up)
    if follow_up.done_on is not None:
        raise Changed(_l("Somebody said already when this was done."))
    if on > days.today():
        words = _l("This day is still to come.")
        raise Unacceptable(words, fields={"done_on": words})
    follow_up.done_on = on
    TOPIC_FLOW.record(follow_up.topic, "done", by=by, data={"note": follow_up.words})


def own_place(topic: Topic, by: Actor) -> tuple[Voter, bool] | None:
    """The place on the roll of a topic that whoever has signed in can speak for, and whether it has voted."""
    poll = poll_queries.current(topic.id) if by.id is not None else None
    if poll is None or by.id is None:
        return None
    return poll_queries.voter_of(by.id, poll, polls.of_age(days.today()))


def publicity_over(topic: Topic) -> bool:
    """True once the last day is over on which the decision is publicised."""
    return topic.publicised_until is None or days.today() > topic.publicised_until


def object_to(topic: Topic, *, words: str, by: Actor) -> Objection:
    """A resident of the roll objects while the decision is publicised; the log does not say who.

    Raises `NotAllowed` for whoever is not on the roll, `NotOpen` once the publicity is over.
    """
    lock(topic)
    heard = topic.state in (TopicState.PUBLICISED, TopicState.OBJECTED)
    if not heard or publicity_over(topic):
        raise NotOpen(_l("Objections are heard while a decision is publicised."))
    if own_place(topic, by) is None:
        raise NotAllowed(_l("Only those on the roll of this topic can do this."))
    made = Objection(topic_id=topic.id, account_id=by.id, words=words, at=clock.now())
    db.session.add(made)
    TOPIC_FLOW.move(topic, "object", by=HOUSE)
    tell(topic, N_("A resident objects to: %(what)s"), ON_WATCH)
    return made


def answer(objection: Objection, *, words: str, by: Actor) -> None:
    """The objection has an answer that everybody reads, and whoever objected knows."""
    lock(objection)
    if objection.answered_at is not None:
        raise Changed(_l("This objection has an answer already."))
    objection.answer, objection.answered_at = words, clock.now()
    objection.answered_by_id = by.id
    topic = objection.topic
    TOPIC_FLOW.record(topic, "answer", by=by, data={"note": words})
    if objection.account_id is not None:
        address = f"/public/topics/{topic.id}"
        told = N_("Your objection has an answer: %(what)s")
        notices.notify([objection.account_id], told, url=address, what=topic.title)


def rate(topic: Topic, said: RatingForm, *, by: Actor) -> None:
    """A place on the roll says, once, how content it is with the result."""
    lock(topic)
    if topic.state != TopicState.RESULT_PUBLICISED:
        raise NotOpen(_l("Residents rate while the result is publicised."))
    place = own_place(topic, by)
    if place is None:
        raise NotAllowed(_l("Only those on the roll of this topic can do this."))
    twice = Changed(_l("Your home has rated it already."))
    with refusing(uq_topic_rating_topic_id_voter_id=twice):
        db.session.add(
            TopicRating(
                topic_id=topic.id, voter_id=place[0].id, rating=said.rating, words=said.words
            )
        )
