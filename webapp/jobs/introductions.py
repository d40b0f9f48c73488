"""Seekers and employers meet: interest, consent before any contact is shown, interview, offer, hire, or no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from webapp.base import clock, tasks
from webapp.base.access import HOUSE, Actor, may
from webapp.base.db import db, lock, lock_all
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.base.language import N_
from webapp.jobs import meeting_queries as meetings, queries
from webapp.jobs.explained import GATE_WORDS
from webapp.jobs.gates import Gate
from webapp.jobs.matching import Matcher
from webapp.jobs.models import Consent, Hire, Introduction, Posting, Seeker, Visit
from webapp.jobs.pushing import begun
from webapp.jobs.rules import (
    EMPLOYER_REASONS,
    INTRODUCTION_FLOW,
    LIVING,
    POSTING_FLOW,
    SEEKER_FLOW,
    SEEKER_REASONS,
    VISIT_DAYS,
    VISIT_FLOW,
    IntroductionState,
    Origin,
    PostingState,
    Reason,
    SeekerState,
    VisitState,
)
from webapp.jobs.telling import tell_each, tell_firm, tell_firms, tell_quietly, tell_seeker
from webapp.people import days, phones

# Nobody may agree to what the law forbids.
_BY_LAW = frozenset((Gate.TOO_YOUNG, Gate.HAZARD))

# What a consent says that it is for, and what may be seen by it.
PURPOSE = N_("to be invited to an interview for this posting")
KINDS = ("name", "phone", "profile")


def interest(seeker: Seeker, posting: Posting, *, by: Actor) -> Introduction:
    """One tap: the employer knows that somebody is interested, and not yet who."""
    return interest_all([(seeker, posting, by)])[0]


def interest_all(wishes: Sequence[tuple[Seeker, Posting, Actor]]) -> list[Introduction]:
    """As `interest`, for many at once. Raises `NotOpen` where a posting takes nobody any more."""
    for _seeker, posting, _by in wishes:
        _must_be_open(posting)
    known = meetings.pairs_met((posting.id, seeker.id) for seeker, posting, _by in wishes)
    new = [each for each in wishes if (each[1].id, each[0].id) not in known]
    _begin([(seeker, posting) for seeker, posting, _by in new], Origin.SEEKER)
    found = meetings.introductions_between((p.id, s.id) for s, p, _by in wishes)
    deeds = [(found[posting.id, seeker.id], by) for seeker, posting, by in wishes]
    INTRODUCTION_FLOW.move_all(deeds, "show_interest")
    tell_firms((each for each, _by in deeds), N_("Somebody is interested in “%(what)s”."))
    return [introduction for introduction, _by in deeds]


def invite(seeker: Seeker, posting: Posting, *, by: Actor, origin: Origin) -> Introduction:
    """A seeker whom nobody knows by name yet is asked whether they are interested."""
    _must_be_open(posting)
    if not seeker.push:
        raise NotOpen(GATE_WORDS[Gate.OPTED_OUT])
    if meetings.between(seeker.id, posting.id) is not None:
        raise Changed(_l("They have been brought together already."))
    made = _begin([(seeker, posting)], origin, by=by)[0]
    tell_seeker(seeker, posting, N_("%(firm)s asks whether you are interested in “%(what)s”."))
    return made


def consent(
    introduction: Introduction, *, agreed: bool, by: Actor, base_version: int | None = None
) -> None:
    """This employer may see how to reach the seeker, for this posting, until it is taken back."""
    consent_all([(introduction, by)], agreed=agreed, base_version=base_version)


def consent_all(
    deeds: Sequence[tuple[Introduction, Actor]], *, agreed: bool, base_version: int | None = None
) -> None:
    """As `consent`, for many at once, each by its own seeker."""
    for introduction, _by in deeds:
        _must_be_open(introduction.posting)
        _same(introduction, base_version)
    INTRODUCTION_FLOW.move_all(
        deeds,
        "consent",
        evidence={"agreed": agreed},
        data=[{"recipient": each.posting.employer.enterprise.name} for each, _by in deeds],
    )
    db.session.add_all(
        Consent(
            introduction_id=each.id,
            recipient=each.posting.employer.enterprise.name,
            purpose=PURPOSE,
            kinds=list(KINDS),
            given_at=clock.now(),
        )
        for each, _by in deeds
    )
    db.session.flush()
    for each, _by in deeds:
        db.session.expire(each, ["consents"])
    words = N_("A candidate for “%(what)s” agrees that you see how to reach them.")
    tell_firms((each for each, _by in deeds), words)
    _move_seekers([each.seeker for each, _by in deeds], SeekerState.OPEN, "talk")


def take_back(introduction: Introduction, *, by: Actor, base_version: int | None = None) -> None:
    """The employer sees the contact no more."""
    INTRODUCTION_FLOW.move(introduction, "take_back", by=by, base_version=base_version)
    _hide([introduction])
    tell_firm(
        introduction.posting,
        N_("A candidate for “%(what)s” has withdrawn the consent. Their contact is hidden again."),
    )
    settle([introduction.seeker_id])


def reveal(introduction: Introduction, *, purpose: str, by: Actor) -> dict[str, str]:
    """How to reach the other side, once the log says who looked and what for.

    Raises `NotOpen` while there is no consent, or when it was taken back.
    """
    lock(introduction)
    if introduction.consent is None:
        raise NotOpen(_l("There is no consent: the contact stays hidden."))
    own = by.id == introduction.account_id
    INTRODUCTION_FLOW.record(
        introduction,
        "reveal",
        by=by,
        data={"purpose": purpose, "of": "employer" if own else "seeker"},
    )
    posting = introduction.posting
    if own:
        return {"name": posting.contact_post, "phone": phones.readable(posting.contact_phone)}
    account = introduction.seeker.account
    return {"name": account.name, "phone": phones.readable(account.phone)}


def arrange(
    introduction: Introduction,
    *,
    interview_at: datetime | None,
    place: str | None,
    by: Actor,
    base_version: int | None = None,
) -> None:
    """Both know when and where they meet."""
    arrange_all(
        [(introduction, by)], interview_at=interview_at, place=place, base_version=base_version
    )


def arrange_all(
    deeds: Sequence[tuple[Introduction, Actor]],
    *,
    interview_at: datetime | None,
    place: str | None,
    base_version: int | None = None,
) -> None:
    """As `arrange`, for many at the same time and place."""
    for introduction, _by in deeds:
        _must_be_open(introduction.posting)
        _same(introduction, base_version)
    if interview_at is not None and interview_at < clock.now() - timedelta(hours=1):
        words = _l("This moment is over.")
        raise Unacceptable(words, fields={"interview_at": words})
    said = {"at": interview_at.isoformat() if interview_at else None, "place": place}
    INTRODUCTION_FLOW.move_all(
        deeds, "arrange", evidence={"interview_at": interview_at}, data=[said] * len(deeds)
    )
    for introduction, _by in deeds:
        introduction.interview_at, introduction.interview_place = interview_at, place
    db.session.flush()
    if interview_at is not None:
        when = f"{interview_at.astimezone(days.start_of(days.today()).tzinfo):%m-%d %H:%M}"
        words = N_("Interview for “%(what)s” at %(firm)s: %(when)s")
        tell_each((each for each, _by in deeds), words, when=when)


def offer(
    introduction: Introduction, *, note: str | None, by: Actor, base_version: int | None = None
) -> None:
    """The seeker has an offer."""
    INTRODUCTION_FLOW.move(
        introduction, "offer", by=by, base_version=base_version, data={"note": note}
    )
    tell_seeker(introduction.seeker, introduction.posting, N_("%(firm)s offers you “%(what)s”."))


@dataclass(frozen=True)
class Signed:
    """A contract with somebody who was introduced."""

    introduction: Introduction
    by: Actor
    contract_on: date


def hire(
    introduction: Introduction, *, contract_on: date, by: Actor, base_version: int | None = None
) -> Hire:
    """An opening is filled, the seeker has work, three return visits are planned: all of it or nothing.

    Raises `Changed` when the last opening was filled a moment ago or the seeker has found other work.
    """
    return hire_all([Signed(introduction, by, contract_on)], base_version=base_version)[0]


def hire_all(signed: Sequence[Signed], *, base_version: int | None = None) -> list[Hire]:
    """As `hire`, for many at once."""
    deeds = [(each.introduction, each.by) for each in signed]
    # In this order wherever somebody is hired: seekers, postings, introductions.
    lock_all(Seeker, {each.seeker_id for each, _by in deeds})
    lock_all(Posting, {each.posting_id for each, _by in deeds})
    for introduction, _by in deeds:
        _same(introduction, base_version)
        if introduction.seeker.state == SeekerState.PLACED:
            raise Changed(_l("They have found other work meanwhile."))
    _have_room([each.posting for each, _by in deeds])
    INTRODUCTION_FLOW.move_all(deeds, "hire")
    openings = _filled([each.posting for each, _by in deeds])
    now = clock.now()
    hires = []
    for each, opening in zip(signed, openings, strict=True):
        each.introduction.ended_at = now
        hires.append(
            Hire(
                posting_id=each.introduction.posting_id,
                opening=opening,
                introduction_id=each.introduction.id,
                contract_on=each.contract_on,
                at=now,
                by_id=each.by.id,
            )
        )
    db.session.add_all(hires)
    db.session.flush()
    _plan_visits(hires, signed)
    _move_seekers([each.seeker for each, _by in deeds], None, "place")
    words = N_("You are hired: “%(what)s” at %(firm)s. Good luck!")
    tell_each((each for each, _by in deeds), words)
    lapse(
        meetings.living_of_seekers(each.seeker_id for each, _by in deeds),
        N_("A candidate for “%(what)s” has found other work."),
        to_firm=True,
    )
    _close_if_full({each.posting_id: each.posting for each, _by in deeds}.values())
    return hires


def hire_outside(posting: Posting, *, words: str, by: Actor) -> Hire:
    """An opening is filled by somebody who was found elsewhere."""
    return hire_outside_all([(posting, words, by)])[0]


def hire_outside_all(found: Sequence[tuple[Posting, str, Actor]]) -> list[Hire]:
    """As `hire_outside`, for many at once."""
    if not all(may(by, "jobs.hire", posting) for posting, _words, by in found):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    lock_all(Posting, {posting.id for posting, _words, _by in found})
    _have_room([posting for posting, _words, _by in found])
    openings = _filled([posting for posting, _words, _by in found])
    hires = [
        Hire(posting_id=posting.id, opening=opening, outside=words, at=clock.now(), by_id=by.id)
        for (posting, words, by), opening in zip(found, openings, strict=True)
    ]
    db.session.add_all(hires)
    db.session.flush()
    POSTING_FLOW.note_all(
        [(posting, by) for posting, _words, by in found],
        "hire_outside",
        data=[{"words": words} for _posting, words, _by in found],
    )
    _close_if_full({posting.id: posting for posting, _words, _by in found}.values())
    return hires


def miss(introduction: Introduction, *, by: Actor, base_version: int | None = None) -> None:
    """The seeker did not come to the interview."""
    INTRODUCTION_FLOW.move(introduction, "miss", by=by, base_version=base_version)
    introduction.ended_at = clock.now()
    _hide([introduction])
    words = N_("You did not come to the interview for “%(what)s”. Is that right? Tell us if not.")
    tell_seeker(introduction.seeker, introduction.posting, words)
    settle([introduction.seeker_id])


def decline(
    introduction: Introduction,
    *,
    reason: Reason | None,
    note: str | None,
    by: Actor,
    base_version: int | None = None,
) -> None:
    """The seeker does not want this work; it is not recommended to them again."""
    _no(introduction, "decline", SEEKER_REASONS, reason, note, by, base_version)
    introduction.by_employer = False
    tell_firm(introduction.posting, N_("A candidate for “%(what)s” has declined."))


def turn_down(
    introduction: Introduction,
    *,
    reason: Reason | None,
    note: str | None,
    by: Actor,
    base_version: int | None = None,
) -> None:
    """The employer does not hire this seeker, who is told why."""
    _no(introduction, "turn_down", EMPLOYER_REASONS, reason, note, by, base_version)
    introduction.by_employer = True
    words = N_("“%(what)s” at %(firm)s: it did not work out this time. Read why.")
    tell_seeker(introduction.seeker, introduction.posting, words)


def lapse(introductions: Iterable[Introduction], words: str, *, to_firm: bool = False) -> None:
    """These introductions are over because one side is not to be had any more; the other is told."""
    found = [each for each in introductions if each.state in LIVING]
    if not found:
        return
    INTRODUCTION_FLOW.move_all([(each, HOUSE) for each in found], "lapse")
    for each in found:
        each.ended_at = clock.now()
    _hide(found)
    if to_firm:
        tell_firms(found, words)
    else:
        tell_quietly(found, words)
        # Later and by itself: whoever hires holds rows of seekers in another order.
        tasks.defer("jobs.settle", seekers=sorted({each.seeker_id for each in found}))
    db.session.flush()


def settle(seeker_ids: Iterable[int]) -> None:
    """Seekers of whom no employer thinks any more are free for others."""
    keys = set(seeker_ids)
    free = keys - meetings.talking_of(keys)
    _move_seekers(queries.seekers(free), SeekerState.IN_TALKS, "free")


def _begin(
    pairs: Sequence[tuple[Seeker, Posting]], origin: Origin, by: Actor = HOUSE
) -> list[Introduction]:
    if not pairs:
        return []
    matcher = Matcher()
    made = []
    for seeker, posting in pairs:
        counted = matcher.between(seeker, posting, asked_by_seeker=True)
        if seeker.state not in queries.SOUGHT:
            raise NotOpen(_l("They do not look for work any more."))
        barred = next((each.gate for each in counted.gates if each.gate in _BY_LAW), None)
        if barred is not None:
            raise NotOpen(GATE_WORDS[barred])
        made.append(begun(seeker, posting, origin=origin, percent=counted.whole))
    db.session.add_all(made)
    db.session.flush()
    INTRODUCTION_FLOW.begin_all([(each, by) for each in made], "introduce")
    return made


def _no(
    introduction: Introduction,
    name: str,
    reasons: Sequence[Reason],
    reason: Reason | None,
    note: str | None,
    by: Actor,
    base_version: int | None,
) -> None:
    if reason is not None and reason not in reasons:
        words = _l("Choose one of the list.")
        raise Unacceptable(words, fields={"reason": words})
    INTRODUCTION_FLOW.move(
        introduction,
        name,
        by=by,
        base_version=base_version,
        evidence={"reason": reason},
        data={"reason": reason, "note": note},
    )
    introduction.reason, introduction.feedback = reason, note
    introduction.ended_at = clock.now()
    _hide([introduction])
    settle([introduction.seeker_id])


def _hide(introductions: Sequence[Introduction]) -> None:
    """What one agreed to for these introductions is over: nobody sees a contact through them any more."""
    db.session.flush()
    theirs = Consent.introduction_id.in_([each.id for each in introductions])
    db.session.execute(
        update(Consent)
        .where(theirs, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now())
    )
    for each in introductions:
        db.session.expire(each, ["consents"])


def _must_be_open(posting: Posting) -> None:
    if posting.state != PostingState.OPEN or posting.free <= 0:
        raise NotOpen(_l("This posting takes nobody any more."))


def _same(introduction: Introduction, base_version: int | None) -> None:
    if base_version is not None and introduction.version != base_version:
        raise Changed(_l("Somebody else changed this meanwhile. Look again, then change it."))


def _have_room(postings: Sequence[Posting]) -> None:
    """Each of these has an opening for each time it is named. The rows must be held."""
    for posting, wanted in Counter(postings).items():
        if posting.state not in (PostingState.OPEN, PostingState.PAUSED) or posting.free < wanted:
            raise Changed(_l("The last opening of this posting has been filled meanwhile."))


def _filled(postings: Sequence[Posting]) -> list[int]:
    """The numbers of the openings that are filled now, one for each time a posting is named."""
    taken = meetings.openings_taken({each.id for each in postings})
    numbers = []
    for posting in postings:
        used = taken.setdefault(posting.id, set())
        number = next(each for each in range(1, posting.openings + 1) if each not in used)
        used.add(number)
        posting.filled += 1
        numbers.append(number)
    db.session.flush()
    return numbers


def _close_if_full(postings: Iterable[Posting]) -> None:
    full = [each for each in postings if each.free <= 0]
    if not full:
        return
    POSTING_FLOW.move_all([(each, HOUSE) for each in full], "fill")
    for posting in full:
        posting.ended_at = clock.now()
    left = meetings.living_of(each.id for each in full)
    lapse(left, N_("“%(what)s” at %(firm)s has been filled."))


def _plan_visits(hires: Sequence[Hire], signed: Sequence[Signed]) -> None:
    visits = [
        Visit(
            hire_id=made.id,
            days=after,
            due_on=each.contract_on + timedelta(days=after),
            station_id=each.introduction.station_id,
            state=VisitState.DUE,
            version=1,
        )
        for made, each in zip(hires, signed, strict=True)
        for after in VISIT_DAYS
    ]
    db.session.add_all(visits)
    db.session.flush()
    VISIT_FLOW.begin_all([(each, HOUSE) for each in visits], "plan")


def _move_seekers(seekers: Sequence[Seeker], only: SeekerState | None, name: str) -> None:
    found = [each for each in seekers if only is None or each.state == only]
    SEEKER_FLOW.move_all([(each, HOUSE) for each in found], name)


MOVES: dict[str, Any] = {
    "consent": consent,
    "take_back": take_back,
    "decline": decline,
    "arrange": arrange,
    "offer": offer,
    "hire": hire,
    "miss": miss,
    "turn_down": turn_down,
}
# What the state of an introduction means for a list: nothing more is to be done.
OVER = frozenset(IntroductionState) - frozenset(LIVING)
