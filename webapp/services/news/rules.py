"""Kinds of news, the life of one, facts that somebody may declare, who may write."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere, Everyone, Holds, SignedIn
from webapp.base.flow import Flow, move


class Category(StrEnum):
    """What a piece of news is about."""

    NOTICE = "notice"
    POLICY = "policy"
    JOBS = "jobs"
    ACTIVITY = "activity"
    PUBLICITY = "publicity"


CATEGORY_WORDS = {
    Category.NOTICE: _l("Notice"),
    Category.POLICY: _l("Policy"),
    Category.JOBS: _l("Jobs and training"),
    Category.ACTIVITY: _l("Activity"),
    Category.PUBLICITY: _l("Public notice"),
}


class NewsState(StrEnum):
    """Where a piece of news stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


NEWS_FLOW = flow.register(
    Flow(
        "news",
        {
            NewsState.DRAFT: _l("Draft"),
            NewsState.PUBLISHED: _l("Published"),
            NewsState.WITHDRAWN: _l("Withdrawn"),
        },
        {
            "publish": move(
                NewsState.DRAFT,
                NewsState.WITHDRAWN,
                to=NewsState.PUBLISHED,
                may="news.write",
                words=_l("Publish"),
            ),
            "withdraw": move(
                NewsState.PUBLISHED,
                to=NewsState.WITHDRAWN,
                may="news.write",
                words=_l("Withdraw"),
                needs=("note",),
            ),
        },
    )
)


class Fact(StrEnum):
    """What somebody may say of themselves so that policies for them are sent to them."""

    FLEXIBLE = "flexible"
    UNEMPLOYED = "unemployed"
    GRADUATE = "graduate"
    STARTED_UP = "started_up"
    DISABLED = "disabled"
    LOW_INCOME = "low_income"
    VETERAN = "veteran"
    PARENT = "parent"


FACT_WORDS = {
    Fact.FLEXIBLE: _l("I work flexibly, without an employer"),
    Fact.UNEMPLOYED: _l("I have no work"),
    Fact.GRADUATE: _l("I graduated within the last two years"),
    Fact.STARTED_UP: _l("I started a business within the last three years"),
    Fact.DISABLED: _l("I have a disability certificate"),
    Fact.LOW_INCOME: _l("I receive a minimum living allowance"),
    Fact.VETERAN: _l("I am a veteran"),
    Fact.PARENT: _l("I have children below the age of six"),
}

WRITERS = ("handler", "dept_head", "station_head", "street_leader")

# So many files go with a piece of news, each at most so large (bytes).
FILES = 5
LARGEST_FILE = 10 * 1024 * 1024
OLDEST_YEAR = 1900

MAY = {
    "news.read": Everyone(),
    "news.list": Anywhere(*WRITERS),
    "news.write": Holds(*WRITERS, by="unit_id"),
    "news.declare": SignedIn(),
}
