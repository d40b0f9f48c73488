"""Demo applications: 45 online matters that were handled, and some that stand at every level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from io import BytesIO
from typing import Any

from webapp.base import clock, notices
from webapp.base.clock import Limit, Unit
from webapp.grids import queries as grids
from webapp.grids.models import Grid, Unit as Body
from webapp.operation import scenes
from webapp.operation.cast import actor
from webapp.people import actions as people_actions, actors, queries as people
from webapp.people.actors import Person
from webapp.people.models import Account
from webapp.services.applications import actions, materials, queries, ratings, timing
from webapp.services.applications.actions import Given
from webapp.services.applications.models import Application
from webapp.services.applications.rules import (
    AT_DEPARTMENT,
    RATING_FLOW,
    Mandated,
    State,
)
from webapp.services.items import queries as items
from webapp.services.items.models import ItemVersion

RESIDENTS = 9

# Matters that were handled: item, how many, working hours from the desk to the decision.
HANDLED: tuple[tuple[str, int, float], ...] = (
    ("JY01", 8, 1.5),
    ("JY02", 8, 2.0),
    ("JY06", 6, 0.8),
    ("JY07", 6, 1.2),
    ("CY04", 5, 2.5),
    ("SB01", 4, 3.0),
    ("SB04", 4, 0.7),
    ("MZ04", 2, 6.0),
    ("JS04", 2, 4.0),
)

# Matters that stand somewhere: item, where, how many working hours ago they came in, by an agent.
STANDING: tuple[tuple[str, State, float, bool], ...] = (
    ("JY07", State.DRAFT, 1, True),
    ("JY02", State.SUBMITTED, 1, False),
    ("SB03", State.SUBMITTED, 2, True),
    ("JY04", State.SUPPLEMENT, 9, True),
    ("JY03", State.VILLAGE_REVIEW, 6, False),
    ("MZ04", State.STATION_REVIEW, 22, False),
    ("JY01", State.STREET_REVIEW, 8.2, False),
    ("SB01", State.STREET_REVIEW, 7.2, True),
    ("CY01", State.DISTRICT_REVIEW, 40, False),
    ("MZ01", State.PUBLICITY, 30, False),
    ("JY06", State.APPROVED, 5, False),
    ("MZ03", State.REFUSED, 18, False),
    ("SB07", State.RETURNED, 12, False),
    ("JY05", State.WITHDRAWN, 16, False),
)

ANSWERS: dict[str, str] = {
    "name": "示例居民",
    "identity_no": "11010519491231002X",
    "phone": "13800138000",
    "address": "示例路1号",
    "bank_account": "6222021234567894",
    "credit_code": "91110108MA01A2B3X4",
    "months": "6",
    "paid_amount": "5400",
    "household_size": "3",
    "monthly_income": "1200",
    "hardship_kind": "long_unemployed",
}
# What a text says that the story does not care for.
ANYTHING = "【示例】"

# Higher than the key of any notice.
EVERY = 2**62

WORDS = ("【示例】材料齐全，情况属实", "【示例】已核对，建议准予")


def tell() -> int:
    """The demo applications are there where none were; answers how many are new."""
    if people.by_username("resident1") is not None:
        return 0
    return sum(1 for _each in _Tales().all())


@dataclass
class _Tales:
    """Tells every tale once, by the people who would do it."""

    def all(self) -> Iterator[Application]:
        """Every application, as it comes to stand."""
        self.agent = actor("agent")
        self.residents = [self._resident(each) for each in range(1, RESIDENTS + 1)]
        now = clock.now()
        place = 0
        for code, count, hours in HANDLED:
            for turn in range(count):
                # One working morning after the other, going back.
                since = self._morning(now, place // 2 + 1) + timedelta(minutes=17 * (place % 5))
                yield self._handled(code, place, since, hours * (0.7 + 0.2 * (turn % 4)))
                place += 1
        self._read_all()
        for turn, (code, state, hours, by_agent) in enumerate(STANDING):
            yield self._standing(
                code, state, self._ago(now, hours), place + turn, by_agent=by_agent
            )

    def _read_all(self) -> None:
        """What was told of matters that are over was read."""
        offices = {each.id for each in items.departments_by_code().values()}
        clerks = [account for unit in offices for account in queries.staff_of(unit, AT_DEPARTMENT)]
        people_ = [self.agent, self.head, self.village, *self.residents]
        for key in (*(each.id for each in people_), *(each.id for each in clerks)):
            notices.mark_read(key, until=EVERY)

    @cached_property
    def home(self) -> Grid:
        """Where the applicants live: the grid of the demo worker."""
        return next(
            grid for grid in grids.living() if grid.id in actor("worker").grids(("grid_worker",))
        )

    @cached_property
    def station(self) -> Body:
        """The workstation nearest to them."""
        found = queries.station_of(self.home.id)
        if found is None:
            raise LookupError("the demo has no workstation: load the geodata first")
        return found

    @cached_property
    def head(self) -> Person:
        """The head of the workstation."""
        return _person(queries.staff_of(self.station.id, ("station_head",))[0])

    @cached_property
    def village(self) -> Person:
        """Who reviews for the village."""
        return actor("worker")

    @cached_property
    def photo(self) -> bytes:
        """A photo of a paper."""
        return scenes.paper().getvalue()

    def _handled(self, code: str, place: int, since: datetime, hours: float) -> Application:
        by_agent = place % 4 == 3
        with clock.at(since):
            made = self._submitted(code, place, by_agent=by_agent)
        steps = list(self._steps(made))
        for number, step in enumerate(steps, start=1):
            with clock.at(self._later(since, hours * number / len(steps))):
                step()
        with clock.at(self._later(since, hours + 0.3)):
            actions.deliver(
                made, by=self.head, way=("online", "online", "home", "window")[place % 4]
            )
        if place % 3 == 0:
            self._rate(made, place, self._later(since, hours + 1))
        return made

    def _rate(self, made: Application, place: int, at: datetime) -> None:
        level = {6: 2, 21: 1}.get(place, 5 if place % 2 else 4)
        who = self.residents[place % RESIDENTS]
        if made.applicant_id != who.id or at > clock.now():
            return
        with clock.at(at):
            words = "【示例】等候时间偏长" if level < 3 else None
            rating = ratings.rate(made, by=who, rating=level, words=words)
        if "call_back" in RATING_FLOW.open_moves(rating, self.head) and place == 21:
            with clock.at(self._later(at, 2)):
                ratings.call_back(rating, by=self.head, note="【示例】已致电说明并致歉")

    def _standing(
        self, code: str, state: State, since: datetime, place: int, *, by_agent: bool
    ) -> Application:
        with clock.at(since):
            made = self._begun(code, place, by_agent=by_agent, photos=True)
            if state == State.DRAFT:
                return made
            actions.submit(made, by=self._owner(made))
        ways: dict[State, Any] = {
            State.SUPPLEMENT: lambda: actions.ask_supplement(
                made,
                by=self.head,
                lacking="【示例】请补充近六个月的社会保险缴费凭证；银行卡照片不清楚，请重拍",
            ),
            State.RETURNED: lambda: actions.give_back(
                made,
                by=self.head,
                note="【示例】参保地不在本街道",
                where="【示例】参保地医保经办窗口",
            ),
            State.WITHDRAWN: lambda: actions.withdraw(made, by=self._owner(made)),
        }
        if state in ways:
            with clock.at(self._later(since, 0.5)):
                ways[state]()
            return made
        at = since
        for step in self._steps(made, refused=state == State.REFUSED):
            if made.state == state:
                break
            at = self._later(at, 0.4)
            with clock.at(at):
                step()
        return made

    def _steps(self, made: Application, *, refused: bool = False) -> Iterator[Any]:
        """The steps of the house up to the decision."""
        handler = _person(queries.staff_of(made.department_id, AT_DEPARTMENT)[0])
        yield lambda: actions.accept(made, by=self.head)
        reviewers = {"village": self.village, "station": self.head, "street": handler}
        for level in made.levels[:-1]:
            yield lambda who=reviewers[level]: actions.forward(made, by=who, note=WORDS[0])
        if refused:
            rules = made.item.said
            yield lambda: actions.refuse(
                made, by=handler, note="【示例】不符合条件", law=rules.law, remedy=rules.remedies
            )
        elif made.item.said.publicity_days:
            yield lambda: actions.publish(made, by=handler)
        else:
            yield lambda: actions.approve(made, by=handler, note=WORDS[1])

    def _submitted(self, code: str, place: int, *, by_agent: bool) -> Application:
        made = self._begun(code, place, by_agent=by_agent)
        actions.submit(made, by=self._owner(made))
        return made

    def _begun(self, code: str, place: int, *, by_agent: bool, photos: bool = False) -> Application:
        version = items.one(code)
        if version is None:
            raise LookupError(f"the item {code} is not laid down")
        who = self.agent if by_agent else self.residents[place % RESIDENTS]
        given = Given(Mandated.SPOKEN, "【示例】本人不便，请代为办理", clock.now())
        begun = actions.begin(
            version,
            by=who,
            sent=_answers(version),
            grid_id=self.home.id,
            home_service=place % 6 == 0,
            mandate=given if by_agent else None,
        )
        made = queries.one(begun.id) or begun
        for each in version.said.materials:
            if each.made_online or not each.required or each.lenient:
                continue
            if each.licence and not (photos and each.key == "identity_card"):
                number = f"SL{made.id:08d}"
                materials.by_licence(made, each.key, number, by=who)
            else:
                materials.add(made, each.key, [BytesIO(self.photo)], by=who)
        return made

    def _owner(self, made: Application) -> Person:
        if made.agent_id is not None:
            return self.agent
        return next(each for each in self.residents if each.id == made.applicant_id)

    def _resident(self, place: int) -> Person:
        return _person(_account(f"resident{place}", f"居民·示例{place + 2}"))

    def _morning(self, now: datetime, back: int) -> datetime:
        """Nine o'clock so many working days back."""
        office = timing.office()
        day = now.astimezone(office.zone).date()
        while back:
            day -= timedelta(days=1)
            back -= office.works(day)
        return datetime.combine(day, time(9), office.zone)

    def _ago(self, now: datetime, hours: float) -> datetime:
        """So many working hours back, in steps of a quarter of an hour."""
        office, at = timing.office(), now
        while office.worked(at, now) < timedelta(hours=hours):
            at -= timedelta(minutes=15)
        return at

    def _later(self, since: datetime, hours: float) -> datetime:
        return min(timing.office().due(since, Limit(hours, Unit.WORK_HOUR)), clock.now())


def _account(username: str, name: str) -> Account:
    account = people_actions.create_account(name=name, username=username, demo=True, by=None)
    worker = people.by_username("worker")
    account.password_hash = worker.password_hash if worker else None
    return account


def _person(account: Account) -> Person:
    found = actors.person(account.id)
    if found is None:
        raise LookupError(f"the demo account {account.name} is locked")
    return found


def _answers(version: ItemVersion) -> dict[str, str]:
    found = {}
    for each in version.said.form:
        kinds = {"number": "1", "date": "2026-09-30"}
        found[f"field.{each.key}"] = ANSWERS.get(each.key) or kinds.get(each.kind, ANYTHING)
    return found
