"""Postings: written with all that the law wants, reviewed by a person, open until they are filled or over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import HOUSE, Actor, may
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import NotAllowed, NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.jobs import meeting_queries as meetings, pushing, queries, wording
from webapp.jobs.introductions import lapse
from webapp.jobs.models import Employer, Posting
from webapp.jobs.pay import PayUnit, monthly
from webapp.jobs.rules import (
    POSTING_FLOW,
    Benefit,
    Certificate,
    Employment,
    PostingState,
    Shift,
)
from webapp.jobs.stations import Stations
from webapp.jobs.telling import tell_firm, tell_reviewers
from webapp.jobs.ways import Ways, spot_of
from webapp.people import days, phones

LONGEST_DAYS = 183
PART_TIME_HOURS = 24.0
MOST_SKILLS = 12


# Said and kept alike.
_PLAIN = (
    *("title", "occupation", "openings", "duties", "pay_low", "pay_high", "pay_unit"),
    *("pieces_a_day", "years", "week_hours", "rest", "employment", "dormitory", "hazard"),
    *("address", "education", "start_on", "valid_until", "contact_post"),
)


@dataclass(frozen=True)
class Offer:
    """What is said in a posting. Without `lon` and `lat` the work is where the enterprise is."""

    title: str
    occupation: str
    openings: int
    duties: str
    pay_low: float
    pay_high: float
    pay_unit: PayUnit
    shifts: Sequence[Shift]
    week_hours: float
    employment: Employment
    address: str
    valid_until: date
    contact_post: str
    contact_phone: str
    pieces_a_day: float | None = None
    must_skills: Sequence[str] = ()
    nice_skills: Sequence[str] = ()
    certificates: Sequence[Certificate] = ()
    education: int = 0
    years: float = 0.0
    rest: str | None = None
    benefits: Sequence[Benefit] = field(default_factory=tuple)
    dormitory: bool = False
    hazard: bool = False
    start_on: date | None = None
    lon: float | None = None
    lat: float | None = None
    datum: Datum = Datum.WGS84


def draft(employer: Employer, said: Offer, *, by: Actor) -> Posting:
    """The posting is written and nobody but the employer sees it.

    Raises `Unacceptable` for what the law or the tables do not allow, naming the fields.
    """
    return draft_all([(employer, said, by)])[0]


def draft_all(offers: Sequence[tuple[Employer, Offer, Actor]]) -> list[Posting]:
    """As `draft`, for many at once."""
    known = {each.code for each in queries.occupations()}
    made = []
    for employer, said, by in offers:
        posting = Posting(
            employer_id=employer.id,
            state=PostingState.DRAFT,
            version=1,
            author_id=by.id,
            station_id=employer.station_id,
            office_id=employer.office_id,
            created_at=clock.now(),
            filled=0,
        )
        posting.members = []
        _say(posting, employer, said, known)
        if not may(by, "jobs.employer", employer):
            raise NotAllowed(_l("You do not act for this enterprise."))
        made.append(posting)
    db.session.add_all(made)
    db.session.flush()
    stations = Stations()
    for posting in made:
        db.session.expire(posting, ["members"])
        posting.station_id = stations.of(posting.grid_id) or posting.station_id
    db.session.flush()
    deeds = [(posting, by) for posting, (_employer, _said, by) in zip(made, offers, strict=True)]
    POSTING_FLOW.begin_all(deeds, "write")
    return made


def change(posting: Posting, said: Offer, *, base_version: int | None, by: Actor) -> None:
    """The posting says this. An open one whose words are marked anew goes back to review.

    Recommendations are looked at again. Raises as `draft`, `Changed`, `NotOpen` when it has ended.
    """
    hold(posting, base_version)
    if posting.ended_at is not None and posting.state == PostingState.FILLED:
        raise NotOpen(_l("All openings of this posting are filled. Write a new one."))
    if said.openings < max(1, posting.filled):
        words = _l("So many openings are filled already: %(n)s.", n=posting.filled)
        raise Unacceptable(words, fields={"openings": words})
    before = posting.flags
    _say(posting, posting.employer, said, {each.code for each in queries.occupations()})
    db.session.flush()
    posting.station_id = Stations().of(posting.grid_id) or posting.station_id
    POSTING_FLOW.record(posting, "change", by=by)
    if posting.state not in (PostingState.OPEN, PostingState.PAUSED):
        return
    if posting.flags and posting.flags != before:
        posting.decided = None
        POSTING_FLOW.move(posting, "recheck", by=HOUSE)
        tell_reviewers(posting, N_("To be reviewed again: “%(what)s” of %(firm)s"))
        return
    _settled([posting])


def submit(posting: Posting, *, by: Actor, base_version: int | None = None) -> None:
    """The posting waits for a person of the street to look at it."""
    if posting.valid_until < days.today():
        words = _l("This day is over.")
        raise Unacceptable(words, fields={"valid_until": words})
    POSTING_FLOW.move(posting, "submit", by=by, base_version=base_version)
    posting.submitted_at, posting.ended_at = clock.now(), None
    db.session.flush()
    tell_reviewers(posting, N_("To be reviewed: “%(what)s” of %(firm)s"))


def submit_all(deeds: Sequence[tuple[Posting, Actor]]) -> None:
    """As `submit`, for many at once, of which nobody is told one by one."""
    for posting, _by in deeds:
        posting.submitted_at = clock.now()
    POSTING_FLOW.move_all(deeds, "submit")


def publish(
    posting: Posting, *, by: Actor, decided: str | None = None, base_version: int | None = None
) -> int:
    """Everybody may read it, and whoever fits is told; answers how many were recommended.

    Marked words want a decision of a person, in words. Raises `Unacceptable` without it.
    """
    if posting.flags and not (decided or posting.decided):
        words = _l("Words of this posting are marked. Say what you have decided about them.")
        raise Unacceptable(words, fields={"decided": words})
    posting.decided = decided or posting.decided
    now = clock.now()
    posting.published_at, posting.confirmed_at = posting.published_at or now, now
    POSTING_FLOW.move(
        posting, "publish", by=by, base_version=base_version, data={"decided": posting.decided}
    )
    count = _settled([posting])
    tell_firm(posting, N_("“%(what)s” is published."), url=f"/jobs/postings/{posting.id}")
    return count


def publish_all(deeds: Sequence[tuple[Posting, Actor]]) -> int:
    """As `publish`, for many without marked words; answers how many were recommended."""
    for posting, _by in deeds:
        if posting.flags:
            raise Unacceptable(
                _l("Words of this posting are marked. Say what you have decided about them.")
            )
        posting.published_at = posting.confirmed_at = clock.now()
    POSTING_FLOW.move_all(deeds, "publish")
    return _settled([posting for posting, _by in deeds])


def reject(
    posting: Posting, *, note: str | None, by: Actor, base_version: int | None = None
) -> None:
    """The employer is told what has to be changed."""
    POSTING_FLOW.move(
        posting,
        "reject",
        by=by,
        base_version=base_version,
        evidence={"note": note},
        data={"note": note},
    )
    posting.note = note
    db.session.flush()
    words = N_("“%(what)s” was sent back: %(note)s")
    tell_firm(posting, words, url=f"/jobs/postings/{posting.id}", note=note)


def pause(posting: Posting, *, by: Actor, base_version: int | None = None) -> None:
    """Nobody is recommended or can show interest, until it goes on."""
    POSTING_FLOW.move(posting, "pause", by=by, base_version=base_version)


def resume(posting: Posting, *, by: Actor, base_version: int | None = None) -> None:
    """The posting takes people again."""
    POSTING_FLOW.move(posting, "resume", by=by, base_version=base_version)
    _settled([posting])


def confirm(posting: Posting, *, by: Actor) -> None:
    """Somebody made sure that the posting still holds; it may be recommended for another half year."""
    hold(posting, None)
    if posting.state != PostingState.OPEN:
        raise NotOpen(_l("This posting takes nobody any more."))
    posting.confirmed_at = clock.now()
    POSTING_FLOW.record(posting, "confirm", by=by)
    _settled([posting])


def close(
    posting: Posting,
    *,
    by: Actor,
    note: str | None = None,
    base_version: int | None = None,
) -> None:
    """Nobody can come any more; those who were in talks are told."""
    POSTING_FLOW.move(posting, "close", by=by, base_version=base_version, data={"note": note})
    _ended(posting, N_("“%(what)s” at %(firm)s was closed by the employer."))


def withdraw(posting: Posting, *, by: Actor, base_version: int | None = None) -> None:
    """The posting is not wanted any more before anybody has read it."""
    POSTING_FLOW.move(posting, "withdraw", by=by, base_version=base_version)
    posting.ended_at = clock.now()


def expire(day: date) -> int:
    """Postings whose last day is over take nobody any more; answers how many."""
    found = queries.postings(each.id for each in queries.over(day))
    for posting in found:
        POSTING_FLOW.move(posting, "expire", by=HOUSE)
        _ended(posting, N_("“%(what)s” at %(firm)s has expired."))
        tell_firm(posting, N_("“%(what)s” has expired."), url=f"/jobs/postings/{posting.id}")
    return len(found)


def _ended(posting: Posting, words: str) -> None:
    posting.ended_at = clock.now()
    lapse(meetings.living_of([posting.id]), words)


def _settled(postings: Sequence[Posting]) -> int:
    """The ways to open postings are kept, and whoever fits is recommended."""
    Ways().keep({spot_of(each) for each in postings})
    return len(pushing.for_postings(postings))


def _say(posting: Posting, employer: Employer, said: Offer, occupations: set[str]) -> None:
    faults = _faults(said, occupations)
    try:
        phone = phones.normal(said.contact_phone)
    except Unacceptable as refusal:
        faults["contact_phone"] = refusal.words
    if faults:
        raise Unacceptable(_l("Please check the marked fields."), fields=faults)
    for name in _PLAIN:
        setattr(posting, name, getattr(said, name))
    posting.contact_phone = phone
    posting.must_skills = _distinct(said.must_skills)
    posting.nice_skills = [
        each for each in _distinct(said.nice_skills) if each not in posting.must_skills
    ]
    posting.certificates = sorted({str(each) for each in said.certificates})
    posting.shifts = sorted({str(each) for each in said.shifts})
    posting.benefits = sorted({str(each) for each in said.benefits})
    posting.month_low, posting.month_high = _monthly(said)
    posting.flags = wording_flags(
        title=said.title,
        duties=said.duties,
        rest=said.rest or "",
        must_skills=", ".join(posting.must_skills),
    )
    _stand(posting, employer, said)


def wording_flags(**texts: str) -> list[dict[str, Any]]:
    """What the words of a posting are marked for, field by field; nothing is changed in them."""
    return [
        {**each.to_json(), "field": name}
        for name, words in texts.items()
        for each in wording.check(words)
    ]


def _stand(posting: Posting, employer: Employer, said: Offer) -> None:
    if said.lon is not None and said.lat is not None:
        if (said.lon, said.lat, said.datum.value) != (
            posting.raw_lon,
            posting.raw_lat,
            posting.datum,
        ):
            posting.place_at(said.lon, said.lat, datum=said.datum)
        return
    firm = employer.enterprise
    if firm.geom is None:
        if posting.geom is None:
            words = _l("The enterprise has no place yet. Say where the work is.")
            raise Unacceptable(words, fields={"lon": words})
        return
    if posting.geom is None or said.lon is None:
        posting.geom, posting.datum = firm.geom, firm.datum
        posting.raw_lon, posting.raw_lat = firm.raw_lon, firm.raw_lat


def _faults(said: Offer, occupations: set[str]) -> dict[str, Any]:
    faults: dict[str, Any] = {}
    if said.occupation not in occupations or len(said.occupation) < 7:
        faults["occupation"] = _l("Choose the kind of work, at least to its third level.")
    if said.pay_high < said.pay_low:
        faults["pay_high"] = _l("The highest pay is below the lowest.")
    if said.pay_unit is PayUnit.PIECE and not said.pieces_a_day:
        faults["pieces_a_day"] = _l("Say how many pieces are usual in a day.")
    today = days.today()
    if not today <= said.valid_until <= today + timedelta(days=LONGEST_DAYS):
        faults["valid_until"] = _l("The last day lies within the next %(n)s days.", n=LONGEST_DAYS)
    if said.employment is Employment.PART_TIME and said.week_hours > PART_TIME_HOURS:
        faults["week_hours"] = _l("Part-time work is at most 24 hours a week.")
    if max(len(said.must_skills), len(said.nice_skills)) > MOST_SKILLS:
        faults["must_skills"] = _l("At most %(n)s skills.", n=MOST_SKILLS)
    lowest = current_app.extensions["settings"].minimum_wage
    if not faults and said.employment is Employment.FULL_TIME and _monthly(said)[0] < lowest:
        faults["pay_low"] = _l("This is below the minimum wage of %(n)s yuan.", n=f"{lowest:g}")
    return faults


def _monthly(said: Offer) -> tuple[float, float]:
    low, high = (
        monthly(each, said.pay_unit, pieces_a_day=said.pieces_a_day)
        for each in (said.pay_low, said.pay_high)
    )
    return low, high


def _distinct(words: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(each.strip() for each in words if each.strip()))


MOVES: dict[str, Any] = {
    "submit": submit,
    "publish": publish,
    "reject": reject,
    "pause": pause,
    "resume": resume,
    "close": close,
    "withdraw": withdraw,
}
