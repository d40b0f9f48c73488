"""What residents do: report, answer, rate; and what the desk releases of a case to the public."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext, lazy_gettext as _l
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from webapp.base import audit, clock
from webapp.base.access import HOUSE, Actor
from webapp.base.datum import Datum
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen, Refusal, Unacceptable
from webapp.base.language import N_
from webapp.cases import actions, moves, queries as cases
from webapp.cases.models import Case, CaseContact
from webapp.cases.residents import queries
from webapp.cases.residents.models import CaseAnswer, CaseRating, ReleasedMedia, ReleasedWords
from webapp.cases.residents.rules import LEVELS, RATE_DAYS, REPORTS_A_DAY, objects
from webapp.cases.rules import CASE_FLOW, REOPEN_DAYS, Source, State
from webapp.cases.telling import DISPATCHERS, tell
from webapp.people import phones, queries as people


class TooMany(Refusal):
    """This phone has reported as often as one may in a day."""

    status = 429
    code = "too_many"


def report(
    *,
    class_code: str,
    lon: float | None,
    lat: float | None,
    datum: Datum = Datum.WGS84,
    accuracy_m: float | None = None,
    words: str | None,
    where_words: str | None,
    name: str | None = None,
    confidential: bool = False,
    private: bool = False,
    by: Actor,
    client_id: uuid.UUID | None = None,
    answers: Mapping[str, Any] | None = None,
    prefix: str,
) -> Case:
    """A resident's report waits at the desk, with the way to reach its reporter beside it.

    Only of a class that residents report; at a point, or with the place in words.
    """
    case_class = cases.class_of(class_code)
    if case_class is None or not case_class.public:
        words_ = _l("Choose what it is.")
        raise Unacceptable(words_, fields={"class_code": words_})
    if lat is None and not where_words:
        words_ = _l("Say where it is: on the map, by a named place, or in words.")
        raise Unacceptable(words_, fields={"where_words": words_})
    account = people.account(by.id) if by.id is not None else None
    if account is None:
        raise NotOpen(_l("Please sign in first."))
    lock(account)
    day = clock.now() - timedelta(days=1)
    if queries.reported_since(account.id, day) >= REPORTS_A_DAY:
        raise TooMany(_l("You have reported very much today. Please call the desk, or wait a day."))
    case = actions.report(
        class_code=class_code,
        lon=lon,
        lat=lat,
        datum=datum,
        accuracy_m=accuracy_m,
        words=words,
        where_words=where_words,
        source=Source.PUBLIC,
        by=by,
        client_id=client_id,
        confidential=confidential,
        private=private,
        answers=answers,
        prefix=prefix,
    )
    if not case.replayed:
        channel = current_app.extensions["settings"].sms_channel if account.phone else None
        contact = CaseContact(case_id=case.id, name=name, phone=account.phone, channel=channel)
        db.session.add(contact)
        db.session.flush()
    return case


def answer(case: Case, *, words: str) -> None:
    """The question to the reporter is answered; the one who asked knows, the clock runs."""
    lock(case)
    if case.state != State.WAITING:
        raise NotOpen(_l("Nobody waits for an answer here any more."))
    db.session.add(CaseAnswer(case_id=case.id, words=words, created_at=clock.now()))
    moves.answered(case, by=HOUSE)
    tell(case, _handlers(case), N_("%(number)s: the reporter has answered"))


def may_rate(case: Case) -> bool:
    """True as long as the reporter is asked how it ended: once, within thirty days."""
    if case.state not in (State.CLOSED, State.ARCHIVED) or case.closed_at is None:
        return False
    in_time = clock.now() <= case.closed_at + timedelta(days=RATE_DAYS)
    return in_time and queries.rating(case.id) is None


def may_reopen(case: Case) -> bool:
    """True as long as an objection opens the case again: once, within ten days."""
    if case.state != State.CLOSED or case.closed_at is None or case.reopenings:
        return False
    return clock.now() <= case.closed_at + timedelta(days=REOPEN_DAYS)


def rate(case: Case, *, level: int, solved: bool, words: str | None) -> CaseRating:
    """The case is rated. An objection says why, opens it again if it still may, and the desk knows."""
    lock(case)
    if not may_rate(case):
        raise NotOpen(_l("A case is rated once, within 30 days after it was closed."))
    objection = objects(level, solved=solved)
    if objection and not words:
        words_ = _l("Please say what is still wrong.")
        raise Unacceptable(words_, fields={"words": words_})
    rating = CaseRating(
        case_id=case.id,
        level=level,
        solved=solved,
        words=words,
        reopened=objection and may_reopen(case),
        created_at=clock.now(),
    )
    db.session.add(rating)
    db.session.flush()
    if rating.reopened:
        note = gettext("The reporter is not content; what is wrong stands beside the rating.")
        moves.reopen(case, by=HOUSE, note=note)
    if objection:
        said = {"level": str(LEVELS[level])}
        tell(case, people.holders_everywhere(DISPATCHERS), _told(rating), **said)
    return rating


def _told(rating: CaseRating) -> str:
    if rating.reopened:
        return N_("%(number)s is open again, the reporter objects: %(level)s")
    return N_("The reporter of %(number)s objects, please call back: %(level)s")


def reach(case: Case, *, purpose: str, by: Actor) -> list[tuple[str | None, str]]:
    """The ways to whoever reported it (name, whole number); the log keeps who asked and what for."""
    audit.record(
        kind="case",
        thing_id=case.id,
        move="reached",
        by=by,
        before=case.state,
        after=case.state,
        grid_id=case.grid_id,
        grid_version_id=case.grid_version_id,
        data={"note": purpose},
    )
    return [(each.name, phones.readable(each.phone)) for each in cases.contacts(case.id)]


def release(
    case: Case, *, words: str | None, photos: Iterable[int], private: bool, by: Actor
) -> None:
    """The public reads these words and sees these photos of the case, or nothing of a private one."""
    lock(case)
    known = {media.id for media in case.media if media.file.media_type.startswith("image/")}
    chosen = sorted(known.intersection(photos))
    now = clock.now()
    db.session.execute(delete(ReleasedWords).where(ReleasedWords.case_id == case.id))
    db.session.execute(delete(ReleasedMedia).where(ReleasedMedia.case_id == case.id))
    if words:
        new = {"case_id": case.id, "words": words, "account_id": by.id, "created_at": now}
        db.session.execute(insert(ReleasedWords).values(new))
    if chosen:
        rows = [
            {"media_id": each, "case_id": case.id, "account_id": by.id, "created_at": now}
            for each in chosen
        ]
        db.session.execute(insert(ReleasedMedia), rows)
    case.private = private
    data = {"words": bool(words), "photos": len(chosen), "private": private}
    CASE_FLOW.record(case, "release", by=by, data=data)


def _handlers(case: Case) -> list[int | None]:
    if case.handler_id is not None:
        return [case.handler_id]
    return [*cases.staff_of(case.department_id)]
