"""Demo news and followers: 2,179 residents and 89 enterprises follow the seven workstations."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from stdnum.cn import uscc

from webapp.base import clock
from webapp.base.db import db
from webapp.operation.cast import actor
from webapp.people import actions as people, enterprises
from webapp.people.enterprises import Described
from webapp.people.models import Enterprise
from webapp.people.rules import Premises
from webapp.points import queries as points
from webapp.points.rules import Template
from webapp.services.news import actions
from webapp.services.news.actions import Written
from webapp.services.news.models import News
from webapp.services.news.rules import Category, Fact

RESIDENTS = 2179
FIRMS = 89

# Days ago, category, title, title in English, text, days it is pinned from today.
PIECES = (
    (
        1.0,
        Category.NOTICE,
        "【示例】本周六上午工作站照常开放",
        "[Example] Workstations are open this Saturday morning",
        "【示例】本周六8:30至12:00，七个工作站照常办理全部事项。\n下午休息。",
        5,
    ),
    (
        3.0,
        Category.POLICY,
        "【示例】灵活就业社会保险补贴开始受理",
        "[Example] Subsidy for social insurance of flexible workers",
        "【示例】灵活就业人员可申领社会保险补贴，手机上即可办理。\n材料：身份证、灵活就业证明、缴费凭证。",
        None,
    ),
    (
        6.0,
        Category.JOBS,
        "【示例】家门口招聘会",
        "[Example] A job fair next door",
        "【示例】本月二十八日上午，季翔社区广场。",
        None,
    ),
    (
        9.0,
        Category.ACTIVITY,
        "【示例】睦邻节",
        "[Example] Neighbours' day",
        "【示例】欢迎各社区居民参加。",
        None,
    ),
)


def tell() -> int:
    """The demo news and followers are there where no news was ever written; answers how many followers."""
    if db.session.scalar(select(News.id).limit(1)) is not None:
        return 0
    stations = points.listed(Template.WORKSTATION)
    head = actor("station")
    for days, category, title, english, body, pinned in PIECES:
        with clock.at(clock.now() - timedelta(days=days)):
            news = actions.write(
                Written(
                    unit_id=stations[0].unit_id,
                    category=category,
                    title=title,
                    title_en=english,
                    body=body,
                    pinned_until=(clock.now() + timedelta(days=days + pinned)).date()
                    if pinned
                    else None,
                    facts=[Fact.FLEXIBLE] if category is Category.POLICY else (),
                ),
                by=head,
            )
            actions.publish(news, by=head)
    accounts = people.enrol(
        [(f"居民·{number:04d}", f"resident{number:04d}") for number in range(1, RESIDENTS + 1)]
    )
    firms = _firms()
    speakers = people.enrol(
        [(f"企业联系人·{number:03d}", f"firm{number:03d}") for number in range(1, FIRMS + 1)]
    )
    for place, station in enumerate(stations):
        own = [(key, None) for key in accounts[place :: len(stations)]]
        for_firms = list(zip(speakers, firms, strict=True))[place :: len(stations)]
        actions.follow_all(station, [*own, *for_firms])
    return len(accounts) + len(firms)


def credit_code(number: int) -> str:
    """A credit code whose last character fits; the numbers are examples."""
    stem = f"9137060000{number:07d}"
    return stem + str(uscc.calc_check_digit(stem))


def _firms() -> list[int]:
    """Keys of as many enterprises as follow: those of the geodata, and examples."""
    known = list(db.session.scalars(select(Enterprise.id).order_by(Enterprise.id).limit(FIRMS)))
    admin = actor("admin")
    for number in range(len(known) + 1, FIRMS + 1):
        made = enterprises.register(
            Described(
                name=f"示例企业·{number:03d}",
                premises=Premises.OTHER,
                credit_code=credit_code(number),
            ),
            by=admin,
        )
        known.append(made.id)
    return known
