"""Questions about people: who signs in, who holds which post when, who is on watch in a grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.audit import Event
from webapp.base.db import containing, db
from webapp.base.intake import Holder
from webapp.base.web import Page
from webapp.grids.models import Grid, Place, Unit
from webapp.grids.rules import PlaceKind, UnitKind
from webapp.people import phones
from webapp.people.models import (
    Account,
    Attempt,
    Enterprise,
    HandOver,
    PhoneCode,
    Post,
    Token,
)
from webapp.people.rules import HandOverState

PAGE = 50

# The account, the posts it holds now, and every unit and grid below each post, in one round trip.
_ACTS = """
    WITH RECURSIVE {first} held AS (
        SELECT p.id, p.role, p.grid_id, p.unit_id FROM post p
        WHERE p.account_id = {account} AND p.valid @> cast(:now AS timestamptz)
    ), below AS (
        SELECT h.id, h.unit_id FROM held h WHERE h.unit_id IS NOT NULL
        UNION
        SELECT b.id, u.id FROM below b JOIN unit u ON u.parent_id = b.unit_id
    )
    SELECT a.id, a.name, a.locale, a.large_type, a.session_epoch, a.locked_at, a.demo,
           h.id AS post_id, h.role, h.grid_id, u.kind AS unit_kind, u.name AS unit_name,
           g.name AS grid_name,
           ARRAY(SELECT b.unit_id FROM below b WHERE b.id = h.id) AS units,
           ARRAY(SELECT x.id FROM grid x JOIN below b ON b.unit_id = x.community_id
                 WHERE b.id = h.id) AS grids {read}
    FROM account a {joined} LEFT JOIN held h ON true LEFT JOIN unit u ON u.id = h.unit_id
    LEFT JOIN grid g ON g.id = h.grid_id
    WHERE a.id = {account} ORDER BY h.id
"""
_ACTOR = text(_ACTS.format(first="", account=":account", read="", joined=""))
# The same of the account of a token that lives, with that token.
_BEARER = text(
    _ACTS.format(
        first="""
        key AS MATERIALIZED (
            SELECT t.id, t.account_id, t.scopes, t.used_at FROM token t
            WHERE t.hash = :digest AND t.revoked_at IS NULL
              AND (t.expires_at IS NULL OR t.expires_at > now())
        ),""",
        account="(SELECT account_id FROM key)",
        read=", key.id AS token_id, key.scopes, key.used_at",
        joined="CROSS JOIN key",
    )
)


def actor_rows(account_id: int) -> list[Row[Any]]:
    """The account once for each post it holds now (once with no post if it holds none)."""
    return list(db.session.execute(_ACTOR, {"account": account_id, "now": clock.now()}))


def by_username(username: str) -> Account | None:
    """The account of this user name, whatever its letters' case."""
    return db.session.scalar(
        select(Account).where(func.lower(Account.username) == username.lower())
    )


def by_phone(phone: str) -> Account | None:
    """The account of this phone number (E.164)."""
    return db.session.scalar(select(Account).where(phones.has(Account.phone_blind, phone)))


def holders(roles: Iterable[str], *, grid_id: int | None) -> list[Post]:
    """Posts held now in one of these roles over the grid itself (not the units above it)."""
    found = select(Post).options(joinedload(Post.account)).where(held_over(grid_id, roles))
    return list(db.session.scalars(found.order_by(Post.role, Post.id)))


def held_over(grid_id: int | None, roles: Iterable[str]) -> ColumnElement[bool]:
    """SQL: the post is held now in one of these roles over the grid itself, by whoever may sign in."""
    return and_(
        Post.role.in_(list(roles)),
        Post.grid_id == grid_id,
        Post.valid.op("@>")(func.now()),
        Post.account.has(Account.locked_at.is_(None)),
    )


def who_watches(
    over_grid: Iterable[str], everywhere: Iterable[str], *, grid_id: int | None
) -> tuple[list[int], Grid | None]:
    """Keys of the accounts that hold one role over the grid, or the other over the whole street.

    The grid comes along for whoever tells them; None when there is none, or nobody.
    """
    found = (
        select(Post.account_id, Grid)
        .select_from(Post)
        .outerjoin(Grid, Grid.id == grid_id)
        .outerjoin(Post.unit)
        .join(Account, Post.account_id == Account.id)
        .where(
            Post.valid.op("@>")(func.now()),
            Account.locked_at.is_(None),
            or_(
                and_(Post.role.in_(list(over_grid)), Post.grid_id == grid_id),
                and_(
                    Post.role.in_(list(everywhere)),
                    text("unit.kind IN ('subdistrict', 'district', 'city')"),
                ),
            ),
        )
    )
    rows = db.session.execute(found).all()
    return list(dict.fromkeys(row[0] for row in rows)), rows[0][1] if rows else None


def holders_everywhere(roles: Iterable[str]) -> list[int]:
    """Keys of the accounts that hold one of these roles over the whole subdistrict now."""
    found = (
        select(Post.account_id)
        .join(Post.unit)
        .join(Account, Post.account_id == Account.id)
        .where(
            Post.role.in_(list(roles)),
            Post.valid.op("@>")(func.now()),
            Account.locked_at.is_(None),
            text("unit.kind IN ('subdistrict', 'district', 'city')"),
        )
        .distinct()
    )
    return list(db.session.scalars(found))


def staff_of(unit_id: int | None, roles: Iterable[str]) -> list[Account]:
    """Who holds one of these roles at a unit now."""
    found = (
        select(Account)
        .join(Post, Post.account_id == Account.id)
        .where(
            Post.unit_id == unit_id,
            Post.role.in_(list(roles)),
            Post.valid.op("@>")(func.now()),
            Account.locked_at.is_(None),
        )
        .distinct()
        .order_by(Account.id)
    )
    return list(db.session.scalars(found))


def bearer_rows(digest: bytes) -> list[Row[Any]]:
    """The account of the token with this hash, as `actor_rows`, with `token_id`, `scopes` and `used_at`;
    nothing when the token was revoked or has expired."""
    return list(db.session.execute(_BEARER, {"digest": digest, "now": clock.now()}))


# Who comes in


def hold(key: bytes) -> None:
    """Whoever holds the same key waits until this transaction ends."""
    number = int.from_bytes(key[:8], signed=True)
    db.session.execute(select(func.pg_advisory_xact_lock(number)))


def failures(subject: bytes, *, since: datetime, forgiving: bool) -> tuple[int, datetime | None]:
    """How many tries failed since then, and when the last one did.

    `forgiving`: only those after the last success count.
    """
    found = select(func.count(), func.max(Attempt.at)).where(
        Attempt.subject == subject, Attempt.at > since, Attempt.succeeded.is_(False)
    )
    if forgiving:
        last = select(func.max(Attempt.id)).where(
            Attempt.subject == subject, Attempt.at > since, Attempt.succeeded.is_(True)
        )
        found = found.where(Attempt.id > func.coalesce(last.scalar_subquery(), 0))
    count, latest = db.session.execute(found).one()
    return count, latest


def newest_code(phone: str) -> PhoneCode | None:
    """The last code sent to a phone, held against a second try at the same moment."""
    found = select(PhoneCode).where(phones.has(PhoneCode.phone_blind, phone))
    return db.session.scalar(found.order_by(PhoneCode.id.desc()).limit(1).with_for_update())


# Accounts


def account(account_id: int) -> Account | None:
    """An account by its key."""
    return db.session.get(Account, account_id)


def own_account(who: Actor) -> Account:
    """The account of somebody who has signed in."""
    return db.session.get_one(Account, who.id)


def accounts_narrowed(
    *,
    words: str | None = None,
    phone: str | None = None,
    role: str | None = None,
    holding: bool = False,
    locked: bool = False,
) -> Select[Any]:
    """SQL: accounts. `words` is looked for in names and user names; `phone` (E.164) must be the whole number;
    `holding` leaves out whoever holds no post.
    """
    found = select(Account)
    if phone:
        found = found.where(phones.has(Account.phone_blind, phone))
    elif words:
        pattern = containing(words)
        found = found.where(or_(Account.name.ilike(pattern), Account.username.ilike(pattern)))
    if role:
        found = found.where(Account.current.any(Post.role == role))
    if holding:
        found = found.where(Account.current.any())
    if locked:
        found = found.where(Account.locked_at.is_not(None))
    return found


def accounts(*, after: int | None = None, limit: int = PAGE, **narrowing: Any) -> Page[Account]:
    """Accounts by name with the posts they hold now; `after` is the key where the last page ended."""
    found = accounts_narrowed(**narrowing).options(
        selectinload(Account.current).options(joinedload(Post.unit), joinedload(Post.grid))
    )
    return _page(found, Account, after, limit)


def account_counts() -> dict[str, int]:
    """How many accounts there are, and how many of them are locked."""
    found = select(func.count(), func.count(Account.locked_at)).select_from(Account)
    everybody, locked = db.session.execute(found).one()
    return {"all": everybody, "locked": locked}


def named_in(event_rows: Sequence[Event]) -> dict[int, str]:
    """Names of those who acted in these events, by account."""
    keys = {event.actor_id for event in event_rows if event.actor_id is not None}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(keys)))
    return {key: name for key, name in rows}


def recent_events(kind: str, thing_id: int, limit: int = PAGE) -> list[Event]:
    """What was done to a thing, newest first."""
    found = select(Event).where(Event.thing_kind == kind, Event.thing_id == thing_id)
    return list(db.session.scalars(found.order_by(Event.seq.desc()).limit(limit)))


# Posts


def post(post_id: int) -> Post | None:
    """A post with its holder and its place."""
    return db.session.scalar(_posts().where(Post.id == post_id))


def posts_of(account_id: int) -> list[Post]:
    """Every post an account ever held, newest first."""
    found = _posts().where(Post.account_id == account_id)
    return list(db.session.scalars(found.order_by(func.lower(Post.valid).desc(), Post.id.desc())))


def posts_at(*, grid_id: int | None = None, unit_id: int | None = None) -> list[Post]:
    """Who held which post over this grid or unit when: by role, newest first."""
    place = Post.grid_id == grid_id if grid_id is not None else Post.unit_id == unit_id
    found = _posts().where(place)
    return list(
        db.session.scalars(found.order_by(Post.role, func.lower(Post.valid).desc(), Post.id.desc()))
    )


def posts_over_gone_grids() -> list[Post]:
    """Posts held now over grids that the borders in force do not have."""
    found = (
        select(Post)
        .join(Grid, Grid.id == Post.grid_id)
        .where(Grid.retired_at.is_not(None), Post.valid.op("@>")(func.now()))
        .order_by(Post.id)
    )
    return list(db.session.scalars(found))


def other_admins(at: datetime, *, but: int) -> list[int]:
    """Accounts beside `but` that are administrators at a moment and for good; held until the end.

    Holding them lets two administrators who remove each other at once see one another.
    """
    found = (
        select(Post.id, Post.account_id, Account.locked_at)
        .join(Account, Post.account_id == Account.id)
        .where(Post.role == "admin", Post.valid.op("@>")(at), func.upper_inf(Post.valid))
        .order_by(Post.id)
        .with_for_update(of=[Post, Account])
    )
    return [
        row.account_id
        for row in db.session.execute(found)
        if row.account_id != but and row.locked_at is None
    ]


def overlapping(
    account_id: int,
    role: str,
    *,
    unit_id: int | None,
    grid_id: int | None,
    since: datetime,
    until: datetime | None,
) -> Post:
    """The post of the account in this role, here, in a part of that time. There is one."""
    found = select(Post).where(
        Post.account_id == account_id,
        Post.role == role,
        Post.unit_id.is_not_distinct_from(unit_id),
        Post.grid_id.is_not_distinct_from(grid_id),
        Post.valid.op("&&")(func.tstzrange(since, until)),
    )
    return db.session.scalars(found.order_by(Post.id).limit(1)).one()


def is_admin(account_id: int) -> bool:
    """True when the account is administrator now."""
    found = select(Post.id).where(
        Post.account_id == account_id, Post.role == "admin", Post.valid.op("@>")(clock.now())
    )
    return db.session.scalar(found.limit(1)) is not None


def _posts() -> Select[Post]:
    return select(Post).options(
        joinedload(Post.account), joinedload(Post.unit), joinedload(Post.grid)
    )


# Hand-overs


def hand_over(hand_over_id: int) -> HandOver | None:
    """A hand-over with everybody who signs it."""
    return db.session.scalar(_hand_overs().where(HandOver.id == hand_over_id))


def hand_over_of(post_id: int) -> HandOver | None:
    """The hand-over of a post that ends."""
    return db.session.scalar(select(HandOver).where(HandOver.post_id == post_id))


def hand_overs(
    who: Actor, *, states: Iterable[str], before: int | None = None, limit: int = PAGE
) -> Page[HandOver]:
    """Hand-overs that `who` may see, newest first."""
    found = _hand_overs().where(
        visible(HandOver, who, "people.hand_over_see"), HandOver.state.in_(list(states))
    )
    if before is not None:
        found = found.where(HandOver.id < before)
    rows = db.session.scalars(found.order_by(HandOver.id.desc()).limit(limit + 1)).all()
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def open_hand_overs_of(account_id: int) -> list[HandOver]:
    """What an account still has to hand over or to take over, newest first."""
    mine = or_(HandOver.giver_id == account_id, HandOver.taker_id == account_id)
    found = _hand_overs().where(mine, HandOver.state != HandOverState.TAKEN)
    return list(db.session.scalars(found.order_by(HandOver.id.desc()).limit(PAGE)))


def _hand_overs() -> Select[HandOver]:
    place = joinedload(HandOver.post)
    return select(HandOver).options(
        place.joinedload(Post.grid),
        place.joinedload(Post.unit),
        joinedload(HandOver.giver),
        joinedload(HandOver.taker),
        joinedload(HandOver.given_by),
        joinedload(HandOver.taken_by),
    )


# Bodies


def units(kinds: Iterable[str]) -> list[Unit]:
    """Units of these kinds with their codes, by kind and name."""
    found = select(Unit).options(selectinload(Unit.codes)).where(Unit.kind.in_(list(kinds)))
    return list(db.session.scalars(found.order_by(Unit.kind, Unit.id)))


def unit(unit_id: int) -> Unit | None:
    """A unit with its codes."""
    found = select(Unit).options(selectinload(Unit.codes), joinedload(Unit.parent))
    return db.session.scalar(found.where(Unit.id == unit_id))


def street_id() -> int | None:
    """The key of the subdistrict, None before the geodata is loaded."""
    return db.session.scalar(select(Unit.id).where(Unit.kind == UnitKind.SUBDISTRICT))


def unit_named(name: str) -> Unit | None:
    """The one unit of this name at which posts are held; None when there is none, or several."""
    kinds = [UnitKind.SUBDISTRICT, UnitKind.COMMUNITY, UnitKind.DEPARTMENT, UnitKind.STATION]
    found = db.session.scalars(select(Unit).where(Unit.name == name, Unit.kind.in_(kinds))).all()
    return found[0] if len(found) == 1 else None


def holders_by_unit() -> dict[int, int]:
    """How many posts are held now over each unit."""
    rows = db.session.execute(
        select(Post.unit_id, func.count())
        .where(Post.unit_id.is_not(None), Post.valid.op("@>")(func.now()))
        .group_by(Post.unit_id)
    )
    return {unit_id: count for unit_id, count in rows if unit_id is not None}


def grids_of_unit(unit_id: int) -> list[Grid]:
    """The living grids of a community, by code."""
    found = select(Grid).where(Grid.community_id == unit_id, Grid.retired_at.is_(None))
    return list(db.session.scalars(found.order_by(Grid.display_code)))


# Enterprises


def enterprise(enterprise_id: int) -> Enterprise | None:
    """An enterprise with its grid."""
    found = select(Enterprise).options(joinedload(Enterprise.grid))
    return db.session.scalar(found.where(Enterprise.id == enterprise_id))


def enterprise_by_code(code: str) -> Enterprise | None:
    """The enterprise of a unified social credit code."""
    return db.session.scalar(select(Enterprise).where(Enterprise.credit_code == code))


def enterprises_narrowed(
    who: Actor,
    *,
    words: str | None = None,
    premises: str | None = None,
    grid_id: int | None = None,
) -> Select[Any]:
    """SQL: enterprises that `who` may see; closed ones are left out."""
    found = select(Enterprise).where(
        visible(Enterprise, who, "enterprises.see"), Enterprise.closed_at.is_(None)
    )
    if words:
        pattern = containing(words)
        found = found.where(
            or_(
                Enterprise.name.ilike(pattern),
                Enterprise.industry.ilike(pattern),
                Enterprise.credit_code == words.strip().upper(),
            )
        )
    if premises:
        found = found.where(Enterprise.premises == premises)
    if grid_id is not None:
        found = found.where(Enterprise.grid_id == grid_id)
    return found


def enterprises(
    who: Actor, *, after: int | None = None, limit: int = PAGE, **narrowing: Any
) -> Page[Enterprise]:
    """Enterprises that `who` may see, by name; closed ones are left out."""
    found = enterprises_narrowed(who, **narrowing).options(joinedload(Enterprise.grid))
    return _page(found, Enterprise, after, limit)


def enterprises_in(grid_id: int) -> list[Enterprise]:
    """The enterprises of a grid, by name; closed ones are left out."""
    found = select(Enterprise).where(Enterprise.grid_id == grid_id, Enterprise.closed_at.is_(None))
    return list(db.session.scalars(found.order_by(Enterprise.name, Enterprise.id)))


def unregistered_places() -> list[Place]:
    """Enterprises of the geodata that have no row of their own yet."""
    found = (
        select(Place)
        .outerjoin(Enterprise, Enterprise.place_id == Place.id)
        .where(Place.kind == PlaceKind.ENTERPRISE, Enterprise.id.is_(None))
    )
    return list(db.session.scalars(found.order_by(Place.id)))


# Tokens


def tokens() -> list[Token]:
    """Every token that was issued, newest first."""
    found = select(Token).options(joinedload(Token.account)).order_by(Token.id.desc())
    return list(db.session.scalars(found))


def tokens_of(account_id: int) -> list[Token]:
    """The tokens of an account that were not revoked."""
    found = select(Token).where(Token.account_id == account_id, Token.revoked_at.is_(None))
    return list(db.session.scalars(found.order_by(Token.id)))


def broker_holders() -> list[Holder]:
    """Who comes in at the broker: by a living key of an account that is not locked."""
    found = (
        select(Token.mqtt_name, Token.mqtt_digest, Token.scopes)
        .join(Token.account)
        .where(
            Token.mqtt_name.is_not(None),
            Token.revoked_at.is_(None),
            or_(Token.expires_at.is_(None), Token.expires_at > func.now()),
            Account.locked_at.is_(None),
        )
        .order_by(Token.id)
    )
    return [
        Holder(str(name), str(digest), frozenset(scopes))
        for name, digest, scopes in db.session.execute(found)
    ]


def token(token_id: int) -> Token | None:
    """A token by its key."""
    return db.session.get(Token, token_id)


def token_named(name: str) -> Token | None:
    """A token by its name."""
    return db.session.scalar(select(Token).where(Token.name == name))


def _page(found: Any, model: Any, after: int | None, limit: int) -> Page[Any]:
    # The key of a row that was seen leads to its name: pages stay right when others are added.
    if after is not None:
        last = select(model.name, model.id).where(model.id == after)
        found = found.where(tuple_(model.name, model.id) > last.scalar_subquery())
    rows = db.session.scalars(found.order_by(model.name, model.id).limit(limit + 1)).all()
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def _literal(words: str) -> str:
    return words.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def placed_enterprises() -> dict[int, tuple[float, float]]:
    """Where the enterprises stand that are there and have a place: (x, y) in metres by their keys."""
    found = select(Enterprise.id, func.ST_X(Enterprise.geom), func.ST_Y(Enterprise.geom))
    placed = found.where(Enterprise.geom.is_not(None), Enterprise.closed_at.is_(None))
    return {key: (x, y) for key, x, y in db.session.execute(placed)}


def roles_held() -> ColumnElement[list[str]]:
    """SQL: the roles of the posts that an account holds now."""
    found: ColumnElement[list[str]] = _of_posts(
        func.array_agg(aggregate_order_by(Post.role, Post.id))
    )
    return found


def places_held() -> ColumnElement[str]:
    """SQL: the grids and units of the posts that an account holds now, in the order of the roles."""
    place = func.coalesce(Grid.name, Unit.name)
    found: ColumnElement[str] = _of_posts(
        func.string_agg(place, aggregate_order_by(literal("、"), Post.id))
    )
    return found


def _of_posts(value: Any) -> Any:
    found = select(value).select_from(Post).outerjoin(Post.grid).outerjoin(Post.unit)
    held = Post.account_id == Account.id, Post.valid.op("@>")(func.now())
    return found.where(*held).correlate(Account).scalar_subquery()
