"""Questions about applications: one, lists by remaining time, what is on file, how long it took before."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.audit import Event
from webapp.base.db import containing, db
from webapp.base.web import Page
from webapp.grids import queries as grids
from webapp.people import queries as people
from webapp.people.models import Account, Post
from webapp.points import queries as points
from webapp.services.applications.models import (
    Application,
    Mandate,
    MaterialPage,
    ServiceMaterial,
    ServiceRating,
    Supplement,
)
from webapp.services.applications.rules import (
    DECIDED,
    ENDED,
    OPEN,
    Channel,
    Delivered,
    RatingState,
    State,
)
from webapp.services.items.models import ItemVersion
from webapp.services.items.rules import compression

PAGE = 50
# Past matters that tell how long the next one takes.
REMEMBERED = timedelta(days=365)


@dataclass(frozen=True)
class Pace:
    """How long matters of an item took: working seconds, of so many."""

    count: int
    fifth: float
    half: float
    four_fifths: float


@dataclass(frozen=True)
class Handled:
    """What the matters that were handled to the end amount to."""

    count: int
    online: int
    compression: float | None
    online_share: float | None
    same_day_share: float | None
    zero_trip_share: float | None


def one(application_id: int) -> Application | None:
    """An application with everything that its page shows."""
    return db.session.scalar(_whole().where(Application.id == application_id))


def by_client_id(client_id: uuid.UUID) -> Application | None:
    """The application that a phone has sent under this name."""
    return db.session.scalar(_whole().where(Application.client_id == client_id))


def by_number(number: str) -> Application | None:
    """The application of this number."""
    return db.session.scalar(_whole().where(Application.number == number))


def by_result(code: str) -> Application | None:
    """The application whose result carries this code."""
    return db.session.scalar(_listed().where(Application.result_code == code))


def mine(who: Actor, *, before: int | None = None, limit: int = PAGE) -> Page[Application]:
    """What somebody has applied for, newest first."""
    found = _listed().where(Application.applicant_id == who.id)
    if before is not None:
        found = found.where(Application.id < before)
    rows = db.session.scalars(found.order_by(Application.id.desc()).limit(limit + 1)).all()
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def waiting_for(who: Actor) -> Select[Any]:
    """SQL: what waits for somebody, the least time left first."""
    found = _listed().where(
        visible(Application, who, "applications.waiting"), Application.state.in_(_TO_DO)
    )
    due = func.least(
        Application.due_at, func.coalesce(Application.stage_due_at, Application.due_at)
    )
    return found.order_by(due, Application.id)


def waiting(who: Actor, limit: int = 200) -> list[Application]:
    """What waits for somebody, the least time left first."""
    return list(db.session.scalars(waiting_for(who).limit(limit)))


def narrowed(who: Actor, *, ended: bool = False, words: str = "") -> Select[Any]:
    """SQL: applications that `who` may see, open or ended, the newest first."""
    state = Application.state.in_(ENDED) if ended else Application.state.in_((*OPEN, *_DECIDED_NOW))
    found = _listed().where(visible(Application, who, "applications.see"), state)
    if words:
        pattern = containing(words)
        named = ItemVersion.name.ilike(pattern) | ItemVersion.name_en.ilike(pattern)
        found = found.where(
            or_(
                Application.number.ilike(pattern),
                Application.version_id.in_(select(ItemVersion.id).where(named)),
            )
        )
    return found.order_by(Application.id.desc())


def listed(who: Actor, *, before: int | None = None, **narrowing: Any) -> Page[Application]:
    """What somebody may see, open or ended, newest first, by number or item."""
    found = narrowed(who, **narrowing)
    if before is not None:
        found = found.where(Application.id < before)
    rows = db.session.scalars(found.limit(PAGE + 1)).all()
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def on_notice(who: Actor, *, after: int | None = None) -> Page[Application]:
    """What is on public notice now, in the order in which the notices end."""
    found = _listed().where(visible(Application, who, "applications.notices"))
    order = Application.publicity_until, Application.id
    if after is not None:
        last = select(*order).where(Application.id == after)
        found = found.where(tuple_(*order) > last.scalar_subquery())
    rows = db.session.scalars(found.order_by(*order).limit(PAGE + 1)).all()
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def brought(who: Actor, limit: int = 50) -> list[Application]:
    """What an agent has begun for others and is not over, what waits for them first."""
    found = _listed().where(
        Application.agent_id == who.id, Application.state.in_((State.DRAFT, *OPEN, *_DECIDED_NOW))
    )
    first = case((Application.state.in_((State.DRAFT, State.SUPPLEMENT)), 0), else_=1)
    return list(db.session.scalars(found.order_by(first, Application.id.desc()).limit(limit)))


def visits(who: Actor, limit: int = 50) -> list[Application]:
    """Visits at home that are asked for and not made yet, by their time, those without one first."""
    found = _listed().where(
        visible(Application, who, "applications.visit"),
        Application.home_service,
        Application.visited_at.is_(None),
        Application.state.in_((*OPEN, *_DECIDED_NOW)),
    )
    return list(db.session.scalars(found.order_by(Application.visit_at.nulls_first()).limit(limit)))


def visited(who: Actor, *, since: datetime, until: datetime, limit: int) -> list[Application]:
    """Visits at home in this time, asked for by somebody or made by them."""
    found = _listed().where(
        or_(Application.applicant_id == who.id, Application.visitor_id == who.id),
        Application.visit_at.between(since, until),
    )
    return list(db.session.scalars(found.order_by(Application.visit_at).limit(limit)))


def lacking(who: Actor, *, since: datetime, limit: int = 50) -> list[Supplement]:
    """What somebody is, or was since then, to hand in later."""
    found = (
        select(Supplement)
        .join(Supplement.application)
        .options(contains_eager(Supplement.application).options(*_BESIDE))
        .where(Application.applicant_id == who.id, Supplement.due_at > since)
    )
    return list(db.session.scalars(found.order_by(Supplement.due_at).limit(limit)))


def counted(who: Actor) -> dict[str, int]:
    """How many applications wait for somebody: all, those near their end, those that are late."""
    now = clock.now()
    mine_ = visible(Application, who, "applications.waiting"), Application.state.in_(_TO_DO)
    late = Application.running_since.is_not(None) & (Application.due_at < now)
    soon = (
        Application.running_since.is_not(None)
        & (Application.soon_at < now)
        & (Application.due_at >= now)
    )
    row = db.session.execute(
        select(func.count(), func.count().filter(soon), func.count().filter(late)).where(*mine_)
    ).one()
    return {"all": row[0], "soon": row[1], "late": row[2]}


def events(application_id: int) -> list[tuple[Event, str | None]]:
    """What happened to an application and who did it, oldest first."""
    found = (
        select(Event, Account.name)
        .outerjoin(Account, Account.id == Event.actor_id)
        .where(Event.thing_kind == "service_application", Event.thing_id == application_id)
        .order_by(Event.seq)
    )
    return [(event, name) for event, name in db.session.execute(found)]


# Papers


def material(material_id: int, application_id: int) -> ServiceMaterial | None:
    """A paper of an application, with its pages or those of the one that is used again."""
    found = select(ServiceMaterial).options(
        joinedload(ServiceMaterial.application).options(*_BESIDE),
        selectinload(ServiceMaterial.pages).joinedload(MaterialPage.file),
        joinedload(ServiceMaterial.of)
        .selectinload(ServiceMaterial.pages)
        .joinedload(MaterialPage.file),
    )
    mine_ = ServiceMaterial.id == material_id, ServiceMaterial.application_id == application_id
    return db.session.scalar(found.where(*mine_))


def on_file(account_id: int | None, keys: Iterable[str]) -> dict[str, ServiceMaterial]:
    """The newest paper of each kind that the applicant has brought to an earlier matter."""
    if account_id is None:
        return {}
    found = (
        select(ServiceMaterial)
        .join(ServiceMaterial.application)
        .where(
            Application.applicant_id == account_id,
            Application.submitted_at.is_not(None),
            Application.erased_at.is_(None),
            ServiceMaterial.key.in_(list(keys)),
            ServiceMaterial.of_id.is_(None),
            ServiceMaterial.pages.any(),
        )
        .order_by(ServiceMaterial.id)
    )
    return {each.key: each for each in db.session.scalars(found)}


def sealed_rows(after: int, limit: int = 500) -> list[Application]:
    """Applications with sealed answers, by key."""
    found = select(Application).where(Application.sealed.is_not(None), Application.id > after)
    return list(db.session.scalars(found.order_by(Application.id).limit(limit)))


def sealed_pages(after: int, limit: int = 100) -> list[MaterialPage]:
    """Pages of papers, by key."""
    found = select(MaterialPage).options(joinedload(MaterialPage.file))
    found = found.where(MaterialPage.id > after)
    return list(db.session.scalars(found.order_by(MaterialPage.id).limit(limit)))


def sealed_mandates() -> list[Mandate]:
    """Mandates that stand on a paper."""
    found = select(Mandate).options(joinedload(Mandate.file)).where(Mandate.file_id.is_not(None))
    return list(db.session.scalars(found.order_by(Mandate.id)))


# Who and where


station_of = points.station_of
staff_of = people.staff_of
grids_by_community = grids.by_community


def grid_staff_of(grid_id: int | None, roles: Iterable[str]) -> list[int]:
    """Keys of those who hold one of these roles over a grid now."""
    found = select(Post.account_id).where(people.held_over(grid_id, roles))
    return list(db.session.scalars(found.distinct()))


def accounts(keys: Iterable[int]) -> list[Account]:
    """These accounts."""
    found = select(Account).where(Account.id.in_(list(keys)))
    return list(db.session.scalars(found.order_by(Account.id)))


# By the clock


def unanswered(now: datetime, limit: int = 200) -> list[Application]:
    """Applications whose supplement did not come in time."""
    found = (
        _listed()
        .join(Supplement, Supplement.application_id == Application.id)
        .where(Application.state == State.SUPPLEMENT, Supplement.due_at < now)
    )
    return list(db.session.scalars(found.order_by(Supplement.due_at).limit(limit)))


def notices_over(now: datetime, limit: int = 200) -> list[Application]:
    """Applications whose public notice is over, and whose clock has not gone on."""
    found = _listed().where(
        Application.state == State.PUBLICITY,
        Application.running_since.is_(None),
        Application.publicity_until <= now,
    )
    return list(db.session.scalars(found.order_by(Application.publicity_until).limit(limit)))


# Ratings


def rating(rating_id: int) -> ServiceRating | None:
    """A rating with its matter."""
    found = select(ServiceRating).options(joinedload(ServiceRating.application).options(*_BESIDE))
    return db.session.scalar(found.where(ServiceRating.id == rating_id))


def poor_ratings(who: Actor, limit: int = 50) -> list[ServiceRating]:
    """Ratings that somebody has to call back or rectify, the most urgent first."""
    due = func.coalesce(ServiceRating.rectify_due_at, ServiceRating.call_due_at)
    found = (
        select(ServiceRating)
        .options(joinedload(ServiceRating.application).options(*_BESIDE))
        .where(
            visible(ServiceRating, who, "service_ratings.see"),
            ServiceRating.state.in_((RatingState.TO_CALL, RatingState.CALLED)),
        )
    )
    return list(db.session.scalars(found.order_by(due).limit(limit)))


# What the past tells


def pace(item_id: int) -> Pace | None:
    """How long matters of an item took in the last year; None where there was none."""
    at = [
        func.percentile_cont(share).within_group(Application.worked_s) for share in (0.2, 0.5, 0.8)
    ]
    found = (
        select(func.count(), *at)
        .join(Application.item)
        .where(
            ItemVersion.item_id == item_id,
            Application.state.in_(DECIDED),
            Application.decided_at > clock.now() - REMEMBERED,
        )
    )
    count, fifth, half, four_fifths = db.session.execute(found).one()
    return Pace(count, fifth, half, four_fifths) if count else None


def handled(who: Actor | None = None, *, since: datetime | None = None) -> Handled:
    """What the matters handled to the end amount to: all of them, or those that somebody may see."""
    zone = clock.Calendar().zone.key
    day = [
        func.date(func.timezone(zone, each))
        for each in (Application.submitted_at, Application.decided_at)
    ]
    ended = Application.state.in_((State.DELIVERED, State.RATED))
    by_net = Application.channel.in_((Channel.ONLINE, Channel.AGENT))
    no_trip = by_net & Application.delivered_way.in_(
        (Delivered.ONLINE, Delivered.HOME, Delivered.POST)
    )
    where: list[ColumnElement[bool]] = [ended]
    if who is not None:
        where.append(visible(Application, who, "applications.see"))
    if since is not None:
        where.append(Application.decided_at >= since)
    found = (
        select(
            func.count(),
            func.count().filter(by_net),
            func.count().filter(day[0] == day[1]),
            func.count().filter(no_trip),
            func.sum(ItemVersion.statutory_days).filter(by_net),
            func.sum(ItemVersion.promised_days).filter(by_net),
        )
        .join(Application.item)
        .where(*where)
    )
    count, online, same_day, trips, statutory, promised = db.session.execute(found).one()
    return Handled(
        count=count,
        online=online,
        compression=compression([(statutory, promised)]) if statutory else None,
        online_share=online / count if count else None,
        same_day_share=same_day / count if count else None,
        zero_trip_share=trips / count if count else None,
    )


# What is decided and not yet in the hands of the applicant.
_DECIDED_NOW = (State.APPROVED, State.REFUSED)
_TO_DO = tuple(state for state in (*OPEN, *_DECIDED_NOW) if state != State.SUPPLEMENT)

_BESIDE = (
    joinedload(Application.item).joinedload(ItemVersion.item),
    joinedload(Application.grid),
    joinedload(Application.station),
    joinedload(Application.department),
    joinedload(Application.supplement),
)


def _listed() -> Select[Application]:
    return select(Application).options(*_BESIDE)


def _whole() -> Select[Application]:
    return _listed().options(
        joinedload(Application.applicant),
        joinedload(Application.agent),
        joinedload(Application.visitor),
        joinedload(Application.mandate),
        joinedload(Application.rating),
        selectinload(Application.materials).options(
            selectinload(ServiceMaterial.pages),
            joinedload(ServiceMaterial.of).selectinload(ServiceMaterial.pages),
        ),
    )
