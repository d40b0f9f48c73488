"""Rows of the ledgers of community life: opinions, deeds for the people, public notices."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, join, or_, type_coerce
from sqlalchemy.dialects.postgresql import TIMESTAMP

from webapp.community.activities.models import Activity, Participation
from webapp.community.activities.rules import ACTIVITY_FLOW, KIND_WORDS as ACTIVITY_WORDS
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.rules import CAME_WORDS, LEVEL_WORDS, TOPIC_FLOW
from webapp.community.livelihood.models import LivelihoodItem
from webapp.community.livelihood.rules import CATEGORY_WORDS, LIVELIHOOD_FLOW
from webapp.community.opinions.models import Opinion
from webapp.community.opinions.rules import (
    OPINION_FLOW,
    OPINION_WORDS,
    ROUTED_WORDS,
    SAID_WORDS,
)
from webapp.community.roles.models import NeighbourRole
from webapp.community.roles.property_models import PropertyCompany, PropertyResult
from webapp.community.roles.rules import RoleKind
from webapp.grids.models import Grid, Unit
from webapp.ledgers.source import GRID, Column, Kind, Source, numbered, today
from webapp.people.models import Account
from webapp.residents.models import Building
from webapp.services.news.models import News
from webapp.services.news.rules import Category, NewsState

OPINIONS = Source(
    rows=join(Opinion, Grid, Opinion.grid_id == Grid.id, isouter=True),
    model=Opinion,
    key=Opinion.id,
    grid_id=Opinion.grid_id,
    at=Opinion.said_at,
    columns=(
        Column("number", _l("Number"), numbered(Opinion.said_at, Opinion.id, 5), found=True),
        *GRID,
        Column("kind", _l("Kind of opinion"), Opinion.kind, Kind.CHOICE, OPINION_WORDS),
        Column("theme", _l("Theme"), Opinion.theme, Kind.CHOICE, CATEGORY_WORDS),
        Column("words", _l("What was said"), Opinion.words, found=True),
        Column("how", _l("How it was said"), Opinion.how, Kind.CHOICE, SAID_WORDS),
        Column("said_at", _l("Said"), Opinion.said_at, Kind.MOMENT),
        Column("routed_to", _l("Sent on"), Opinion.routed_to, Kind.CHOICE, ROUTED_WORDS),
        Column("state", _l("State"), Opinion.state, Kind.CHOICE, OPINION_FLOW.states),
        Column("reply", _l("Reply"), Opinion.reply),
        Column("rating", _l("Rating"), Opinion.rating, Kind.NUMBER),
    ),
)

LIVELIHOOD = Source(
    rows=join(LivelihoodItem, Grid, LivelihoodItem.grid_id == Grid.id, isouter=True).join(
        Unit, LivelihoodItem.unit_id == Unit.id, isouter=True
    ),
    model=LivelihoodItem,
    key=LivelihoodItem.id,
    grid_id=LivelihoodItem.grid_id,
    columns=(
        Column(
            "number",
            _l("Number"),
            numbered(LivelihoodItem.collected_at, LivelihoodItem.id, 4),
            found=True,
        ),
        *GRID,
        Column("title", _l("Name of the deed"), LivelihoodItem.title, found=True),
        Column("category", _l("Theme"), LivelihoodItem.category, Kind.CHOICE, CATEGORY_WORDS),
        Column("unit", _l("Carried out by"), Unit.name, found=True),
        Column("due_on", _l("Due by"), LivelihoodItem.due_on, Kind.DAY),
        Column("cost", _l("Cost (yuan)"), LivelihoodItem.cost, Kind.NUMBER),
        Column("state", _l("State"), LivelihoodItem.state, Kind.CHOICE, LIVELIHOOD_FLOW.states),
        Column("built_at", _l("Built"), LivelihoodItem.built_at, Kind.MOMENT),
    ),
)

PUBLICITY = Source(
    rows=join(News, Unit, News.unit_id == Unit.id),
    model=News,
    key=News.id,
    at=News.published_at,
    which=(News.state == NewsState.PUBLISHED, News.category == Category.PUBLICITY),
    columns=(
        Column("title", _l("Title"), News.title, found=True),
        Column("unit", _l("Published by"), Unit.name, found=True),
        Column("published_at", _l("Published on"), News.published_at, Kind.MOMENT),
    ),
)

TOPICS = Source(
    rows=join(Topic, Grid, Topic.grid_id == Grid.id, isouter=True),
    model=Topic,
    key=Topic.id,
    grid_id=Topic.grid_id,
    columns=(
        Column("number", _l("Number"), numbered(Topic.proposed_at, Topic.id, 4), found=True),
        *GRID,
        Column("title", _l("Topic of residents"), Topic.title, found=True),
        Column("theme", _l("Theme"), Topic.theme, Kind.CHOICE, CATEGORY_WORDS),
        Column("level", _l("Level of the topic"), Topic.level, Kind.CHOICE, LEVEL_WORDS),
        Column("came", _l("How it came in"), Topic.came, Kind.CHOICE, CAME_WORDS),
        Column("proposed_at", _l("Proposed"), Topic.proposed_at, Kind.MOMENT),
        Column("meeting_at", _l("Meeting on"), Topic.meeting_at, Kind.MOMENT),
        Column("publicised_on", _l("On public notice from"), Topic.publicised_on, Kind.DAY),
        Column("state", _l("State"), Topic.state, Kind.CHOICE, TOPIC_FLOW.states),
        Column("result", _l("What came of it"), Topic.result),
    ),
)

_BEGIN = type_coerce(func.lower(Activity.span), TIMESTAMP(timezone=True))

ACTIVITIES = Source(
    rows=join(Activity, Grid, Activity.grid_id == Grid.id, isouter=True),
    model=Activity,
    key=Activity.id,
    grid_id=Activity.grid_id,
    at=_BEGIN,
    columns=(
        *GRID,
        Column("title", _l("Title"), Activity.title, found=True),
        Column("kind", _l("Kind"), Activity.kind, Kind.CHOICE, ACTIVITY_WORDS),
        Column("place", _l("Where it is held"), Activity.place, found=True),
        Column("begin", _l("Begins at"), _BEGIN, Kind.MOMENT),
        Column("taken", _l("How many take part"), Activity.taken, Kind.NUMBER),
        Column("state", _l("State"), Activity.state, Kind.CHOICE, ACTIVITY_FLOW.states),
        Column("result", _l("What came of it"), Activity.result),
    ),
)

VOLUNTEERS = Source(
    rows=join(Participation, Activity, Participation.activity_id == Activity.id)
    .join(Grid, Activity.grid_id == Grid.id, isouter=True)
    .join(Account, Participation.account_id == Account.id, isouter=True),
    model=Activity,
    key=Participation.id,
    grid_id=Activity.grid_id,
    at=_BEGIN,
    which=(Participation.volunteer.is_(True),),
    columns=(
        *GRID,
        Column("name", _l("Volunteer"), func.coalesce(Account.name, Participation.name), Kind.NAME),
        Column("title", _l("What they helped with"), Activity.title, found=True),
        Column("begin", _l("Begins at"), _BEGIN, Kind.MOMENT),
        Column("came_at", _l("Came at"), Participation.came_at, Kind.MOMENT),
        Column("hours", _l("Hours given"), Participation.hours, Kind.NUMBER),
    ),
)


def _neighbours(kind: RoleKind) -> Source:
    return Source(
        rows=join(NeighbourRole, Grid, NeighbourRole.grid_id == Grid.id).join(
            Building, NeighbourRole.building_id == Building.id, isouter=True
        ),
        model=NeighbourRole,
        key=NeighbourRole.id,
        grid_id=NeighbourRole.grid_id,
        which=(
            NeighbourRole.kind == kind,
            NeighbourRole.since <= today(),
            or_(NeighbourRole.until.is_(None), NeighbourRole.until > today()),
        ),
        columns=(
            *GRID,
            Column("building", _l("Building"), Building.name, found=True),
            Column("name", _l("Full name"), NeighbourRole.name, Kind.NAME),
            Column("phone", _l("Phone number"), NeighbourRole.phone, Kind.PHONE),
            Column("since", _l("Since"), NeighbourRole.since, Kind.DAY),
        ),
    )


PROPERTY = Source(
    rows=join(PropertyResult, PropertyCompany, PropertyResult.company_id == PropertyCompany.id),
    model=PropertyResult,
    key=PropertyResult.id,
    columns=(
        Column("company", _l("Property company"), PropertyCompany.name, found=True),
        Column("quarter", _l("Quarter from"), PropertyResult.quarter, Kind.DAY),
        Column("score", _l("Score of 100"), PropertyResult.score, Kind.NUMBER),
        Column("residents", _l("Residents who rated"), PropertyResult.residents, Kind.NUMBER),
        Column(
            "communities", _l("Communities that rated"), PropertyResult.communities, Kind.NUMBER
        ),
        Column("published_at", _l("Published on"), PropertyResult.published_at, Kind.MOMENT),
    ),
)

SOURCES = {
    "building_heads": _neighbours(RoleKind.BUILDING_HEAD),
    "party_households": _neighbours(RoleKind.PARTY_HOUSEHOLD),
    "party_reports": _neighbours(RoleKind.PARTY_MEMBER),
    "partners": _neighbours(RoleKind.PARTNER),
    "property": PROPERTY,
    "activities": ACTIVITIES,
    "volunteers": VOLUNTEERS,
    "deliberation": TOPICS,
    "opinions": OPINIONS,
    "livelihood": LIVELIHOOD,
    "publicity": PUBLICITY,
}
