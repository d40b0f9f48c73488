"""Demo jobs: 52 enterprises with 651 openings, 469 seekers, and a supermarket that found four people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import func, select

from webapp.base import clock
from webapp.base.db import db
from webapp.base.spatial import to_lonlat
from webapp.jobs import (
    employers,
    introductions,
    meeting_queries as meetings,
    postings,
    queries,
    seekers,
    visits,
    ways,
)
from webapp.jobs.claims import actions as claims
from webapp.jobs.claims.actions import Said
from webapp.jobs.introductions import Signed
from webapp.jobs.models import Employer, Hire, Posting, Seeker, Visit
from webapp.jobs.pay import PayUnit
from webapp.jobs.postings import Offer
from webapp.jobs.rules import VISIT_DAYS, Benefit, Certificate, Employment, Mode, Shift, VisitState
from webapp.jobs.seekers import Profile
from webapp.operation.cast import actor
from webapp.operation.news_story import credit_code
from webapp.people import actions as accounts, actors, days, enterprises, queries as people
from webapp.people.actors import Person
from webapp.people.enterprises import Described
from webapp.people.models import Account, Enterprise
from webapp.people.rules import Premises

# What the subdistrict reported: openings and people are counted apart.
EMPLOYERS, OPENINGS, FILLED = 52, 651, 361
SEEKERS, PLACED = 469, 168
POSTINGS = 240

SHOP = "烟台蓬友商贸有限公司"
STOCKING = "4-02-06-02"
# The supermarket posted so many days ago, and its return visit was five days ago.
TALE_DAYS, TALE_HIRED = 41, 4
# The others came so many days ago, in so many groups.
CROWD_DAYS, GROUPS = 32, 6
# So many postings are of the last days: for these somebody was recommended.
FRESH = 12


@dataclass(frozen=True)
class Kind:
    """A kind of work of the demo: title, code, skill, yuan a month."""

    title: str
    code: str
    skill: str
    low: int
    high: int
    shifts: tuple[Shift, ...] = (Shift.DAY,)
    certificates: tuple[Certificate, ...] = ()
    hazard: bool = False


KINDS = (
    Kind("理货员", STOCKING, "理货", 3800, 4600),
    Kind("收银员", "4-01-02-04", "收银", 3600, 4300),
    Kind("化工操作工", "6-11-01-02", "化工操作", 5200, 6800, (Shift.ROTATING,), hazard=True),
    Kind("装卸工", "4-02-05-01", "装卸", 4800, 6000),
    Kind("保安员", "4-07-05-01", "安保", 3400, 4000, (Shift.ROTATING,)),
    Kind("餐厅服务员", "4-03-02-05", "餐厅服务", 3600, 4500),
    Kind("仓储管理员", "4-02-06-01", "仓储管理", 4200, 5200),
    Kind("家政服务员", "4-10-01-06", "家政", 4000, 5500),
    Kind("焊工", "6-18-02-04", "焊接", 6000, 8500, certificates=(Certificate.WELDER,)),
    Kind("客房服务员", "4-03-01-02", "客房整理", 3500, 4200),
    Kind("快递员", "4-02-07-08", "路线熟悉", 5000, 7500),
    Kind("养老护理员", "4-10-01-05", "老人照护", 4300, 5600, (Shift.DAY, Shift.NIGHT)),
)


def tell() -> int:
    """The demo jobs are there where nobody ever offered work; answers how many postings are new."""
    if db.session.scalar(select(Employer.id).limit(1)) is not None:
        return 0
    return _Tale().all()


class _Tale:
    """Tells everything once, by the deeds of those who would do it."""

    def __init__(self) -> None:
        # As they act now: what they did before they held their posts is theirs too.
        # The leader of the street may note what is told by telephone.
        self.street = actor("street")
        self.admin = actor("admin")

        self.today = days.today()

    @contextmanager
    def _ago(self, number: float, hour: float = 10.0) -> Iterator[datetime]:
        """Inside, it is so many days ago at an hour of the office, or now if that lies ahead."""
        day = days.start_of(self.today - timedelta(days=int(number)))
        moment = min(day + timedelta(hours=hour), clock.now())
        with clock.at(moment):
            yield moment

    @cached_property
    def homes(self) -> list[tuple[int, tuple[float, float]]]:
        """The grids with a point inside each."""
        return sorted(ways.origins().items())

    @cached_property
    def residents(self) -> list[int]:
        """Keys of accounts of residents, in order."""
        found = select(Account.id).where(
            Account.username.like("resident%"), func.length(Account.username) == 12
        )
        return list(db.session.scalars(found.order_by(Account.username).limit(SEEKERS)))

    def all(self) -> int:
        """Employers, the supermarket, the crowd, and what goes on now; answers how many postings."""
        with self._ago(150):
            firms = self._employers()
        shop = firms[0]
        self._supermarket(shop)
        sizes = self._sizes()
        made = self._old(firms, sizes[:-FRESH])
        self._hires(made, self._crowd(made))
        self._visits()
        self._now(firms, sizes[-FRESH:])
        self._registration()
        return POSTINGS

    def _employers(self) -> list[Employer]:
        """The enterprises of the geodata first, the supermarket before all, then the examples."""
        shop_first = (Enterprise.name != SHOP, Enterprise.place_id.is_(None), Enterprise.id)
        found = select(Enterprise).order_by(*shop_first).limit(EMPLOYERS)
        firms = []
        for number, firm in enumerate(db.session.scalars(found).all(), start=900):
            if firm.credit_code is None:
                said = Described(firm.name, Premises(firm.premises), credit_code(number))
                said = replace(said, industry=firm.industry, address=firm.address)
                enterprises.change(firm, said, base_version=None, by=self.admin)
            firms.append(employers.enlist(firm, by=self.street))
        account = people.by_username("employer")
        if account is not None:
            employers.add_member(firms[0], account, by=self.street)
        with self._ago(100):
            for each in firms:
                employers.verify(each, by=self.street)
        return firms

    def _offer(self, kind: Kind, place: int, openings: int, **more: object) -> Offer:
        _grid, (x, y) = self.homes[(place * 7) % len(self.homes)]
        lon, lat = to_lonlat(x, y)
        said = Offer(
            title=kind.title,
            occupation=kind.code,
            openings=openings,
            duties=f"【示例】从事{kind.title}工作，负责{kind.skill}等日常事务，服从排班安排。",
            pay_low=kind.low + 100 * (place % 4),
            pay_high=kind.high + 100 * (place % 4),
            pay_unit=PayUnit.MONTH,
            shifts=kind.shifts,
            week_hours=40,
            rest="每周休息一天半",
            employment=Employment.FULL_TIME,
            address="【示例】示例路1号",
            valid_until=days.today() + timedelta(days=170),
            contact_post="人事",
            contact_phone="13800138000",
            must_skills=(kind.skill,),
            certificates=kind.certificates,
            education=1 if place % 3 else 0,
            benefits=(Benefit.PENSION, Benefit.INJURY, Benefit.MEALS)[: 1 + place % 3],
            dormitory=place % 5 == 0,
            hazard=kind.hazard,
            lon=round(lon, 6),
            lat=round(lat, 6),
        )
        return replace(said, **more)  # type: ignore[arg-type]  # named fields of an offer

    def _profile(self, kind: Kind, place: int, home: int, **more: object) -> Profile:
        said = Profile(
            wanted=(kind.code,),
            birth_year=1968 + place % 36,
            home_grid_id=home,
            mode=(Mode.EBIKE, Mode.EBIKE, Mode.CAR, Mode.BUS, Mode.WALK)[place % 5],
            max_minutes=30 + 15 * (place % 3),
            lines={kind.code: float(1 + place % 6)} if place % 7 else None,
            skills=(kind.skill,) if place % 9 else None,
            certificates=dict.fromkeys(kind.certificates),
            education=1 + place % 3,
            pay_ask=float(kind.low + 100 * (place % 6)),
            shifts=kind.shifts,
            dormitory=place % 4 == 0,
            push=place % 17 != 0,
        )
        return replace(said, **more)  # type: ignore[arg-type]  # named fields of a profile

    def _publish(self, offers: Sequence[tuple[Employer, Offer]], number: float) -> list[Posting]:
        """Postings are written, sent in and published within one morning."""
        with self._ago(number, 9):
            made = postings.draft_all([(firm, said, self.street) for firm, said in offers])
        with self._ago(number, 9.5):
            postings.submit_all([(each, self.street) for each in made])
        with self._ago(number, 10.5):
            postings.publish_all([(each, self.street) for each in made])
        return made

    def _supermarket(self, shop: Employer) -> list[Posting]:
        """A posting, two neighbours within two days, contracts, four hired by the return visit."""
        kind, home = KINDS[0], shop.enterprise.grid_id or self.homes[0][0]
        with self._ago(TALE_DAYS + 4):
            near = [
                (key, self._profile(kind, 1, home, education=2, lines={kind.code: 2.0 + at}))
                for at, key in enumerate(self.residents[:2])
            ]
            far = [
                (key, self._profile(kind, 1, self.homes[at * 30][0], max_minutes=90))
                for at, key in enumerate(self.residents[2:TALE_HIRED], start=1)
            ]
            folk = seekers.enrol([*near, *far], by=self.street)
        with self._ago(TALE_DAYS):
            place = shop.enterprise.lonlat or (None, None)
            said = self._offer(kind, 0, TALE_HIRED, lon=place[0], lat=place[1], education=0)
        (posting,) = self._publish([(shop, said)], TALE_DAYS)
        for group, since in ((folk[:2], TALE_DAYS - 1), (folk[2:], TALE_DAYS - 4)):
            self._signed([(each, posting) for each in group], since)
        return [posting]

    def _signed(self, pairs: Sequence[tuple[Seeker, Posting]], since: float) -> None:
        """Interest, consent, interview and contract of several pairs, within three days."""
        who = {seeker.id: self._person(seeker.account_id) for seeker, _posting in pairs}
        with self._ago(since, 9.2):
            met = introductions.interest_all(
                [(seeker, posting, who[seeker.id]) for seeker, posting in pairs]
            )
            introductions.consent_all([(each, who[each.seeker_id]) for each in met], agreed=True)
        with self._ago(since, 14) as now:
            deeds = [(each, self.street) for each in met]
            at = now + timedelta(days=1)
            introductions.arrange_all(deeds, interview_at=at, place="【示例】示例路1号")
        with self._ago(since - 2, 16) as now:
            introductions.hire_all([Signed(each, self.street, now.date()) for each in met])

    def _person(self, account_id: int) -> Person:
        found = actors.person(account_id)
        if found is None:
            raise LookupError("a resident of the demo is missing")
        return found

    def _sizes(self) -> list[int]:
        """How many openings each posting has, but for the two of the supermarket."""
        sizes = [1 + (7 * at) % 5 for at in range(POSTINGS - 2)]
        at = 0
        while (missing := OPENINGS - TALE_HIRED - NOW_OPENINGS - sum(sizes)) != 0:
            step = 1 if missing > 0 else -1
            if sizes[at % len(sizes)] + step >= 1:
                sizes[at % len(sizes)] += step
            at += 1
        return sizes

    def _old(self, firms: Sequence[Employer], sizes: Sequence[int]) -> list[Posting]:
        """Postings of weeks ago, each of its kind and in its place."""
        made: list[Posting] = []
        for group in range(3):
            since = CROWD_DAYS + 8 - 2 * group
            with self._ago(since):
                offers = [
                    (firms[1 + place % (EMPLOYERS - 1)], self._some(place, size))
                    for place, size in enumerate(sizes)
                    if place % 3 == group
                ]
            made += self._publish(offers, since)
        return sorted(made, key=lambda each: each.id)

    def _some(self, place: int, size: int) -> Offer:
        firm = place % (EMPLOYERS - 1)
        return self._offer(KINDS[(place + firm) % len(KINDS)], firm // 2 + 1, size)

    def _crowd(self, made: Sequence[Posting]) -> list[tuple[Posting, Seeker | None]]:
        """Everybody else looks for work. Answers who fills each opening; None: somebody from outside."""
        slots = self._slots(made)
        count = PLACED - TALE_HIRED
        inside = [
            at
            for at in range(len(slots))
            if at * count // len(slots) != (at + 1) * count // len(slots)
        ]
        kinds = {each.code: each for each in KINDS}
        profiles = []
        for place, at in enumerate(inside):
            posting = slots[at]
            home = posting.grid_id or self.homes[place % len(self.homes)][0]
            kind = kinds[posting.occupation]
            said = self._profile(kind, place, home, max_minutes=60, pay_ask=float(kind.low))
            profiles.append(said)
        for place in range(SEEKERS - PLACED - 1):
            home = self.homes[(place * 13) % len(self.homes)][0]
            profiles.append(self._profile(KINDS[place % len(KINDS)], place, home))
        keys = self.residents[TALE_HIRED : TALE_HIRED + len(profiles)]
        with self._ago(CROWD_DAYS):
            folk = seekers.enrol(list(zip(keys, profiles, strict=True)), by=self.street)
        who = dict(zip(inside, folk, strict=False))
        return [(posting, who.get(at)) for at, posting in enumerate(slots)]

    def _slots(self, made: Sequence[Posting]) -> list[Posting]:
        """The openings that are filled by now, each by its posting: of most postings all or some."""
        left, slots = FILLED - TALE_HIRED, []
        for round_ in range(6):
            for place, posting in enumerate(made):
                if left and place % 5 != 4 and round_ < posting.openings:
                    slots.append(posting)
                    left -= 1
        if left:
            raise LookupError("the demo has fewer openings than are to be filled")
        return slots

    def _hires(
        self, made: Sequence[Posting], filled: Sequence[tuple[Posting, Seeker | None]]
    ) -> None:
        """Week after week some are hired, from here and from outside."""
        for group in range(GROUPS):
            part = filled[group::GROUPS]
            since = CROWD_DAYS - 3 - 4 * group
            self._signed([(seeker, posting) for posting, seeker in part if seeker], since)
            with self._ago(since - 2, 17):
                found = [
                    (posting, "【示例】自行到店应聘", self.street)
                    for posting, seeker in part
                    if seeker is None
                ]
                introductions.hire_outside_all(found)

    def _visits(self) -> None:
        """Return visits were made, but for those of the last days."""
        done = select(Visit).where(
            Visit.state == VisitState.DUE, Visit.due_on < self.today - timedelta(days=6)
        )
        tale = db.session.scalars(
            done.join(Visit.hire)
            .join(Hire.posting)
            .where(Posting.openings == TALE_HIRED)
            .where(Posting.occupation == STOCKING, Visit.days == VISIT_DAYS[1])
            .order_by(Visit.id)
        ).first()
        if tale is not None:
            with self._ago(5, 15):
                said = "【示例】四人均在岗，企业表示满意，愿继续通过平台招聘"
                visits.visit(tale, stays=True, hired=TALE_HIRED, note=said, by=self.street)
        others = db.session.scalars(done.order_by(Visit.id)).all()
        with self._ago(6, 15):
            deeds = [(each, self.street) for each in others]
            visits.visit_all(deeds, stays=True, note="【示例】在岗，无困难")

    def _now(self, firms: Sequence[Employer], sizes: Sequence[int]) -> None:
        """Postings of the last days, recommended to whoever fits; one candidate is to be interviewed."""
        shop, cash = firms[0], KINDS[1]
        home = shop.enterprise.grid_id or self.homes[0][0]
        looking = people.by_username("seeker")
        if looking is not None and looking.phone is None:
            accounts.change_account(
                looking, name=looking.name, username="seeker", phone=PHONE, by=self.admin
            )
        folk: list[Seeker] = []
        if looking is not None:
            with self._ago(4):
                said = self._profile(cash, 1, home, education=2, max_minutes=40)
                folk = seekers.enrol([(looking.id, said)], by=self._person(looking.id))
        with self._ago(3):
            place = shop.enterprise.lonlat or (None, None)
            said_now = self._offer(cash, 0, NOW_OPENINGS, lon=place[0], lat=place[1])
            offers = [(shop, said_now)]
            offers += [
                (firms[1 + place * 4 % (EMPLOYERS - 1)], self._some(place * 4, size))
                for place, size in enumerate(sizes)
            ]
        made = self._publish(offers, 3)
        posting = made[0]
        waiting = meetings.recommended_to(posting.id, but={each.id for each in folk})
        if not waiting:
            return
        candidate = queries.seekers(waiting[:1])[0]
        who = self._person(candidate.account_id)
        with self._ago(2, 9.2):
            (met,) = introductions.interest_all([(candidate, posting, who)])
            introductions.consent_all([(met, who)], agreed=True)
        with self._ago(2, 11):
            introductions.arrange_all(
                [(met, self.street)],
                interview_at=clock.now() + timedelta(days=3),
                place="【示例】示例路1号",
            )

    def _registration(self) -> None:
        """A restaurant registered itself yesterday and waits to be looked at."""
        asks = people.by_username("employer")
        if asks is None:
            return
        lon, lat = to_lonlat(*self.homes[0][1])
        said = Said(
            name="【示例】海边面馆",
            credit_code=credit_code(990),
            premises=Premises.SMALL_EATERY,
            address="【示例】示例路 6 号",
            contact_post="店长",
            contact_phone="13800138000",
            lon=lon,
            lat=lat,
        )
        with self._ago(1, 15):
            claims.make(said, by=self._person(asks.id))


# An example, as the contact phones of the demo are.
PHONE = "13800009911"
# The supermarket looks for so many more people now.
NOW_OPENINGS = 3
