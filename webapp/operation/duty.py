"""The rota and the skills of the demo: this week, day and night by turns, and who can do what."""

from __future__ import annotations

from datetime import date, time, timedelta

from webapp.cases.rota import actions, queries
from webapp.cases.rota.rules import Skill
from webapp.people import days, queries as people

# Who is on duty by day, and who by night; the sign-in of the README and the leader at any hour.
DAY = (time(8), time(20))
NIGHT = (time(20), time(8))
ALWAYS = ("worker", "leader")

# Every so many people in the field can do this.
ABLE = {
    Skill.PROTECTED: 9,
    Skill.FIRE: 7,
    Skill.ELECTRIC: 8,
    Skill.CONFINED: 11,
    Skill.CHEMICAL: 13,
    Skill.LIFT: 17,
    Skill.FIRST_AID: 5,
}


def make() -> None:
    """This week and the one before stand in the rota, and some people have skills on file."""
    staff = [row.id for row in queries.people()]
    always = {account.id for name in ALWAYS if (account := people.by_username(name))}
    monday = days.today() - timedelta(days=days.today().weekday())
    _rota([each for place, each in enumerate(staff) if place % 3 or each in always], monday, DAY)
    _rota(
        [each for place, each in enumerate(staff) if not place % 3 or each in always], monday, NIGHT
    )
    for skill, every in ABLE.items():
        for account_id in staff[1::every]:
            account = queries.account(account_id)
            if account and not any(each.skill == skill for each in queries.skills_of(account_id)):
                actions.add_skill(account, skill, last=None, by=None)


def _rota(account_ids: list[int], monday: date, hours: tuple[time, time]) -> None:
    if account_ids:
        actions.put_on_duty(
            account_ids,
            first=monday - actions.WEEK,
            last=monday + timedelta(days=6),
            begin=hours[0],
            end=hours[1],
            by=None,
        )
