"""A small labour market: a shop that offers work, somebody who looks for it, those who look after both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.world import World, posted
from webapp.base import clock
from webapp.base.db import db
from webapp.base.spatial import to_lonlat
from webapp.grids.models import Unit
from webapp.jobs import (
    employers,
    introductions,
    meeting_queries as meetings,
    postings,
    queries,
    seekers,
    ways,
)
from webapp.jobs.models import Employer, Introduction, Posting, Seeker
from webapp.jobs.pay import PayUnit
from webapp.jobs.postings import Offer
from webapp.jobs.rules import Employment, IntroductionState, Mode, Shift
from webapp.jobs.seekers import Profile
from webapp.people import enterprises
from webapp.people.actors import Person
from webapp.people.enterprises import Described
from webapp.people.models import Account
from webapp.people.rules import Premises
from webapp.points import queries as points

# Half past nine of yesterday morning at the office, outside quiet hours: pages ask for the time themselves.
MORNING = datetime.now(UTC).replace(hour=1, minute=30, second=0, microsecond=0) - timedelta(days=1)
CODE = "91110108MA01A2B3X4"
SHOP = "4-01-02"


@dataclass
class Market:
    """Who has to do with a posting of a shop in `world.home`."""

    world: World
    station: Unit
    boss: Person
    seeker: Person
    other: Person
    agent: Person
    head: Person
    employer: Employer
    spot: tuple[float, float]

    def at(self, hours: float = 0) -> Any:
        """The clock so many hours after the morning."""
        return clock.at(MORNING + timedelta(hours=hours))


def person(username: str, role: str | None, unit: Unit | None, phone: str | None = None) -> Person:
    """An account, perhaps with a post at a unit."""
    return posted(username, role, unit, phone=phone, since=MORNING - timedelta(days=30))


def opened(world: World) -> Market:
    """The market is there, its employer verified."""
    station = points.station_of(world.home.id)
    assert station is not None
    x, y = ways.origins()[world.home.id]
    lon, lat = to_lonlat(x, y)
    firm = enterprises.register(
        Described("示例超市", Premises.SMALL_SHOP, credit_code=CODE, lon=lon, lat=lat),
        by=world.admin,
    )
    boss = person("boss", None, None, phone="+8613800138001")
    head = person("head", "station_head", station)
    employer = employers.enlist(firm, by=head)
    account = db.session.get(Account, boss.id)
    assert account is not None
    employers.add_member(employer, account, by=head)
    employers.verify(employer, by=head)
    return Market(
        world=world,
        station=station,
        boss=boss,
        seeker=person("seeker", None, None, phone="+8613800138000"),
        other=person("other", None, None),
        agent=person("agent", "agent", station),
        head=head,
        employer=employer,
        spot=(lon, lat),
    )


OFFER = Offer(
    title="理货员",
    occupation=SHOP,
    openings=2,
    duties="负责商品上架、理货和盘点。",
    pay_low=4200,
    pay_high=5000,
    pay_unit=PayUnit.MONTH,
    shifts=(Shift.DAY,),
    week_hours=40,
    employment=Employment.FULL_TIME,
    address="示例路1号",
    valid_until=(MORNING + timedelta(days=60)).date(),
    contact_post="店长",
    contact_phone="13800138001",
    must_skills=("理货",),
)


def profile(market: Market, **more: Any) -> Profile:
    """Somebody who fits the posting of the shop very well."""
    said = Profile(
        wanted=(SHOP,),
        birth_year=1990,
        home_grid_id=market.world.home.id,
        mode=Mode.EBIKE,
        max_minutes=40,
        lines={SHOP: 3},
        skills=("理货", "收银"),
        education=2,
        pay_ask=4200,
        shifts=(Shift.DAY,),
    )
    return replace(said, **more)


def drafted(market: Market, **more: Any) -> Posting:
    """A draft of the shop."""
    made = postings.draft(market.employer, replace(OFFER, **more), by=market.boss)
    return again(made)


def again(made: Posting) -> Posting:
    """The posting as its page loads it."""
    found = queries.posting(made.id)
    assert found is not None
    return found


def published(market: Market, **more: Any) -> Posting:
    """A posting everybody may read."""
    made = drafted(market, **more)
    postings.submit(made, by=market.boss)
    postings.publish(made, by=market.head, decided="ok")
    return made


def looking(market: Market, who: Person | None = None, **more: Any) -> Seeker:
    """Somebody who looks for work."""
    who = who or market.seeker
    return seekers.save(profile(market, **more), account_id=who.id, by=who)


def introduced(
    market: Market, posting: Posting, state: IntroductionState, who: Person | None = None
) -> Introduction:
    """An introduction that has come so far, each step at once after the other."""
    who = who or market.seeker
    seeker = queries.seeker_of(who.id) or looking(market, who)
    known = meetings.between(seeker.id, posting.id)
    if known is None:
        known = introductions.interest(seeker, posting, by=who)
    elif known.state == IntroductionState.PUSHED and state != IntroductionState.PUSHED:
        introductions.interest(seeker, posting, by=who)
    soon = clock.now() + timedelta(days=1)
    way = (
        (IntroductionState.INTERESTED, lambda: None),
        (IntroductionState.CONSENTED, lambda: introductions.consent(known, agreed=True, by=who)),
        (
            IntroductionState.INTERVIEW,
            lambda: introductions.arrange(known, interview_at=soon, place="店里", by=market.boss),
        ),
        (
            IntroductionState.OFFERED,
            lambda: introductions.offer(known, note=None, by=market.boss),
        ),
    )
    for _reached, deed in way:
        if known.state == state:
            break
        deed()
    assert known.state == state
    found = meetings.introduction(known.id)
    assert found is not None
    return found
