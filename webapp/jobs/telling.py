"""Who hears of work: lines for both sides and for those who look after them; never a contact in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app

from webapp.base import clock, notices
from webapp.jobs import meeting_queries as meetings
from webapp.jobs.models import Employer, Introduction, Posting, Seeker, Visit
from webapp.jobs.rules import QUIET_FROM, QUIET_TO, STATION
from webapp.people import days, queries as people


def quiet() -> bool:
    """True in the hours in which nobody is told of recommendations."""
    hour = (clock.now() - days.start_of(days.today())).total_seconds() / 3600
    return hour >= QUIET_FROM or hour < QUIET_TO


def tell_seeker(seeker: Seeker, posting: Posting, words: str, **params: Any) -> None:
    """Somebody who looks for work has a line that leads to the posting, and a text on the phone."""
    said = {**_said(posting), **params}
    notices.notify([seeker.account_id], words, url=f"/jobs/{posting.id}", **said)
    _text(seeker, words, said)


def tell_each(introductions: Iterable[Introduction], words: str, **params: Any) -> None:
    """As `tell_seeker`, for the seekers of many introductions."""
    found = list(introductions)
    notices.notify_each(
        (each.account_id, words, f"/jobs/{each.posting_id}", {**_said(each.posting), **params})
        for each in found
    )
    for each in found:
        _text(each.seeker, words, {**_said(each.posting), **params})


def tell_firms(introductions: Iterable[Introduction], words: str) -> None:
    """As `tell_firm`, once for each posting of many introductions."""
    postings = {each.posting_id: each.posting for each in introductions}
    members = meetings.members_of({each.employer_id for each in postings.values()})
    notices.notify_each(
        (account, words, f"/jobs/postings/{posting.id}/candidates", _said(posting))
        for posting in postings.values()
        for account in members.get(posting.employer_id, ())
    )


def tell_firm(posting: Posting, words: str, *, url: str | None = None, **params: Any) -> None:
    """The people of the employer have a line that leads to the candidates of the posting."""
    accounts = [each.account_id for each in posting.members if each.until is None]
    address = url or f"/jobs/postings/{posting.id}/candidates"
    notices.notify(accounts, words, url=address, **_said(posting), **params)


def tell_reviewers(posting: Posting, words: str, **params: Any) -> None:
    """Who reviews postings where the work is has a line."""
    accounts = [each.id for each in people.staff_of(posting.station_id, ("station_head",))]
    notices.notify(accounts, words, url=f"/jobs/postings/{posting.id}", **_said(posting), **params)


def tell_agents(visit: Visit, words: str, **params: Any) -> bool:
    """The agents of the workstation, or its head where there is none, have a line of a visit."""
    agents = people.staff_of(visit.station_id, ("agent",))
    found = agents or people.staff_of(visit.station_id, STATION)
    said = _said(visit.hire.posting)
    notices.notify(
        [each.id for each in found], words, url=f"/jobs/visits/{visit.id}", **said, **params
    )
    return bool(found)


def tell_members(employer: Employer, words: str, *, url: str, **params: Any) -> None:
    """The people of an employer have a line."""
    accounts = [each.account_id for each in employer.members if each.until is None]
    notices.notify(accounts, words, url=url, **params)


def tell_quietly(introductions: Iterable[Introduction], words: str) -> None:
    """The seekers of these introductions have a line each, without a text on the phone."""
    notices.notify_each(
        (each.account_id, words, f"/jobs/{each.posting_id}", _said(each.posting))
        for each in introductions
    )


def _text(seeker: Seeker, words: str, said: Mapping[str, Any]) -> None:
    account = seeker.account
    if account.phone is None:
        return
    settings = current_app.extensions["settings"]
    locale = account.locale or settings.locale
    notices.send(settings.sms_channel, account.phone, words, locale=locale, **said)


def _said(posting: Posting) -> dict[str, Any]:
    return {"what": posting.title, "firm": posting.employer.enterprise.name}
