"""How a vote goes: the roll is fixed, the vote opened, votes cast online or entered from paper, counted."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert

from webapp.base import clock, notices
from webapp.base.access import Actor
from webapp.base.db import db, lock
from webapp.base.files import StoredFile
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.base.language import N_
from webapp.community.deliberation import poll_queries, queries
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.poll_models import (
    Ballot,
    HomeArea,
    Poll,
    Sheet,
    Turnout,
    Voter,
)
from webapp.community.deliberation.procedures import OF_AGE, PROCEDURES, Choice, verdict
from webapp.community.deliberation.rules import SECRET_SHEET, TOPIC_FLOW
from webapp.people import days
from webapp.people.refusing import refusing
from webapp.residents.models import Dwelling


def of_age(today: date) -> date:
    """The last day on which somebody was born who is of age today."""
    day = min(today.day, 28) if today.month == 2 else today.day
    return today.replace(year=today.year - OF_AGE, day=day)


def fix_roll(topic: Topic) -> Poll:
    """The topic has a vote with its roll: whom it is for now. It stays, whoever moves afterwards.

    Raises `NotOpen` where it is for nobody, or where owners vote and an area is not known.
    """
    rule = PROCEDURES[topic.procedure or ""]
    places = poll_queries.eligible(topic, rule.unit, of_age(days.today()))
    if not places:
        raise NotOpen(_l("Nobody lives where this topic is for: the roll would be empty."))
    unknown = sum(place.area is None for place in places) if rule.by_area else 0
    if unknown:
        raise NotOpen(_l("Owners vote by area: %(n)s homes have none yet.", n=unknown))
    call_off(topic)
    poll = _poll(topic, rule.kept(), rule.unit)
    db.session.execute(
        insert(Voter),
        [
            {"poll_id": poll.id, "number": number, **asdict(place)}
            for number, place in enumerate(places, start=1)
        ],
    )
    poll.roll_at = clock.now()
    db.session.flush()
    return poll


def renew(topic: Topic) -> Poll:
    """The topic has another vote with the roll and the procedure of the last one."""
    last = poll_queries.current(topic.id)
    if last is None:
        raise NotOpen(_l("This topic has no roll yet."))
    poll = _poll(topic, last.rule, last.unit)
    db.session.execute(queries.COPY_ROLL, {"new": poll.id, "last": last.id})
    poll.roll_at = clock.now()
    db.session.flush()
    return poll


def call_off(topic: Topic) -> None:
    """The vote that was prepared is off; another roll is fixed for the next one."""
    last = poll_queries.current(topic.id)
    if last is not None and last.opens_at is None:
        last.cancelled_at = clock.now()
        db.session.flush()


def open_vote(topic: Topic, *, closes_at: datetime, secret: bool, online: bool) -> Poll:
    """Votes are taken until then. Raises `Unacceptable` for a moment that is over, or a secret vote of owners."""
    poll = poll_queries.current(topic.id)
    if poll is None:
        raise NotOpen(_l("This topic has no roll yet."))
    if closes_at <= clock.now():
        words = _l("This moment is over already.")
        raise Unacceptable(words, fields={"closes_at": words})
    if secret and poll.procedure.open_only:
        words = _l("Owners vote openly: the area of a home would tell whose vote it is.")
        raise Unacceptable(words, fields={"secret": words})
    missing = set(poll.procedure.stages) - {each.stage for each in topic.stages}
    if missing:
        raise NotOpen(_l("Write down first the decisions that come before the vote."))
    lock(poll)
    poll.secret, poll.online = secret, online
    poll.opens_at, poll.closes_at = clock.now(), closes_at
    db.session.flush()
    return poll


def takes_votes(poll: Poll) -> bool:
    """True while votes are taken online, by our clock; whether one is taken the database says by its own."""
    if not poll.online or poll.opens_at is None or poll.closes_at is None:
        return False
    return poll.counted_at is None and clock.now() < poll.closes_at


def cast(poll: Poll, choice: Choice, *, by: Actor) -> str:
    """The vote of the home of whoever has signed in counts; answers the code by which they find it again.

    Nothing says that it was they: the log is silent, and of a secret vote the ballot names nobody.
    Raises `NotAllowed` for whoever is not on the roll, `Changed` for a second vote, `NotOpen` when closed.
    """
    place = poll_queries.voter_of(by.id, poll, of_age(days.today())) if by.id else None
    if place is None:
        raise NotAllowed(
            _l(
                "Only those on the roll vote: your phone number must be that of somebody of age in a home "
                "that was on it when the meeting was announced. Your grid worker can enter it."
            )
        )
    voter, _voted = place
    code = b32encode(secrets.token_bytes(10)).decode()
    _mark(poll, [voter], None)
    db.session.execute(
        insert(Ballot),
        [
            {
                "poll_id": poll.id,
                "secret": poll.secret,
                "choice": choice,
                "voter_id": None if poll.secret else voter.id,
                "receipt": hashed(code),
            }
        ],
    )
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def hashed(code: str) -> str:
    """The receipt of a code, however it was typed."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def enter_sheet(
    poll: Poll,
    *,
    numbers: Sequence[int] = (),
    counts: Mapping[Choice, int] | None = None,
    votes: Mapping[int, Choice] | None = None,
    file: StoredFile | None,
    by: Actor,
) -> Sheet:
    """Votes on paper are entered; they count once two others have confirmed the sheet.

    Of a secret vote: who handed one in (`numbers` on the roll) and how many said what (`counts`). Of an
    open one: what each voted. Raises `Changed` when one of them has voted already.
    """
    if poll.secret:
        said = dict(counts or {})
        if sum(said.values()) != len(set(numbers)):
            words = _l("There must be as many votes as people who handed one in.")
            raise Unacceptable(words, fields={"numbers": words})
        if len(set(numbers)) < SECRET_SHEET:
            words = _l(
                "A secret sheet has at least %(n)s votes, so that nobody reads whose they are.",
                n=SECRET_SHEET,
            )
            raise Unacceptable(words, fields={"numbers": words})
    else:
        numbers = list(votes or {})
        said = {each: list((votes or {}).values()).count(each) for each in Choice}
    found = poll_queries.voters(poll.id, list(set(numbers)))
    if not found or len(found) != len(set(numbers)):
        words = _l("Write the numbers of the roll of those who voted.")
        raise Unacceptable(words, fields={"numbers": words})
    sheet = Sheet(
        poll_id=poll.id,
        entered_by_id=by.id,
        file_id=file.id if file else None,
        **{each.value: said.get(each, 0) for each in Choice},
    )
    db.session.add(sheet)
    db.session.flush()
    _mark(poll, found, sheet)
    common: dict[str, Any] = {"poll_id": poll.id, "secret": poll.secret, "sheet_id": sheet.id}
    if poll.secret:
        rows = [common | {"choice": each} for each in Choice for _n in range(said.get(each, 0))]
    else:
        chosen = votes or {}
        rows = [common | {"choice": chosen[each.number], "voter_id": each.id} for each in found]
    db.session.execute(insert(Ballot), rows)
    log = {"sheet": sheet.id, "n": len(found)}
    TOPIC_FLOW.record(poll.topic, "enter_sheet", by=by, data=log)
    return sheet


def witness(sheet: Sheet, *, by: Actor) -> None:
    """One more has compared the sheet with the paper; with the second its votes count.

    Raises `NotAllowed` for whoever entered it, `Changed` for the same witness again.
    """
    lock(sheet)
    _must_wait(sheet)
    if by.id == sheet.entered_by_id:
        raise NotAllowed(_l("Whoever entered a sheet cannot be its witness."))
    if by.id == sheet.first_witness_id:
        raise Changed(_l("You have confirmed this sheet already. It wants another person."))
    if sheet.first_witness_id is None:
        sheet.first_witness_id = by.id
    else:
        sheet.second_witness_id = by.id
    TOPIC_FLOW.record(sheet.poll.topic, "witness", by=by, data={"sheet": sheet.id})


def refuse_sheet(sheet: Sheet, *, why: str, by: Actor) -> None:
    """The sheet does not match the paper: nothing of it counts, and those on it can vote."""
    lock(sheet)
    _must_wait(sheet)
    sheet.refused_by_id, sheet.refused_why = by.id, why
    db.session.execute(delete(Ballot).where(Ballot.sheet_id == sheet.id))
    db.session.execute(delete(Turnout).where(Turnout.sheet_id == sheet.id))
    data = {"sheet": sheet.id, "note": why}
    TOPIC_FLOW.record(sheet.poll.topic, "refuse_sheet", by=by, data=data)


def count(topic: Topic, *, by: Actor) -> Poll:
    """The votes are counted, and the topic has passed or not. Afterwards no figure and no ballot changes.

    Raises `NotOpen` before the closing time, unless everybody has voted, and while a sheet wants witnesses.
    """
    poll = poll_queries.current(topic.id)
    if poll is None or poll.opens_at is None or poll.closes_at is None:
        raise NotOpen(_l("Nothing is put to the vote."))
    lock(poll)
    if poll_queries.taken(poll.id).waiting:
        raise NotOpen(_l("A sheet of paper votes still wants its witnesses."))
    found = poll_queries.figures(poll.id)
    if poll.secret:
        db.session.execute(queries.SHUFFLE, {"poll": poll.id})
    open_ = NotOpen(_l("Votes are still taken. It is counted after the closing time."))
    seal, now = digest(poll), clock.now()
    with refusing(poll_still_open=open_):
        poll.counted_at, poll.figures, poll.digest = now, asdict(found), seal
        poll.passed = verdict(poll.procedure, found).passed
        poll.closes_at = min(poll.closes_at, now)
    return poll


def digest(poll: Poll) -> str:
    """SHA-256 over the published ballots as they stand in the file that everybody can load."""
    return hashlib.sha256(published(poll).encode()).hexdigest()


def published(poll: Poll) -> str:
    """The ballots as text: a line for each, in the order of the lines."""
    rows = poll_queries.ballots(poll)
    return "".join(f"{','.join(str(each) for each in row if each is not None)}\n" for row in rows)


def set_areas(areas: Mapping[Dwelling, int | None], *, by: Actor) -> None:
    """The homes have these areas (hundredths of a square metre); None: as it is."""
    for dwelling, area in areas.items():
        if area is not None:
            known = db.session.get(HomeArea, dwelling.id) or HomeArea(dwelling_id=dwelling.id)
            known.area, known.set_by_id, known.set_at = area, by.id, clock.now()
            db.session.add(known)
    db.session.flush()


def tell_witnesses(sheet: Sheet, readers: Sequence[int]) -> None:
    """Those who could confirm the sheet know of it."""
    words = N_("A sheet of paper votes wants witnesses: %(what)s")
    topic = sheet.poll.topic
    others = [reader for reader in readers if reader != sheet.entered_by_id]
    notices.notify(others, words, url=f"/topics/{topic.id}/paper", what=topic.title)


def _poll(topic: Topic, rule: dict[str, Any], unit: str) -> Poll:
    poll = Poll(topic_id=topic.id, turn=poll_queries.turns(topic.id) + 1, rule=rule, unit=unit)
    db.session.add(poll)
    db.session.flush()
    return poll


def _mark(poll: Poll, voters: Sequence[Voter], sheet: Sheet | None) -> None:
    rows = [
        {"voter_id": voter.id, "poll_id": poll.id, "sheet_id": sheet.id if sheet else None}
        for voter in voters
    ]
    closed = NotOpen(_l("No votes are taken now."))
    twice = Changed(_l("There is a vote of this home already; nobody votes twice."))
    paper = NotOpen(_l("This vote is on paper only."))
    with refusing(poll_in_time=closed, poll_on_paper=paper, pk_poll_turnout=twice):
        db.session.execute(insert(Turnout), rows)


def _must_wait(sheet: Sheet) -> None:
    if not sheet.waits:
        raise NotOpen(_l("This sheet was confirmed or refused already."))
