"""Questions about the field: everybody who could go with what is known of them, the rota, skills."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import joinedload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.spatial import SRID
from webapp.cases.dispatching import HASTE
from webapp.cases.models import Assignment, Case
from webapp.cases.rota.models import AccountSkill, ClassWish, Shift
from webapp.cases.rota.rules import FRESH, SENDABLE
from webapp.cases.rules import State
from webapp.people import days
from webapp.people.models import Account

# Everybody with a field post over a grid: the centres of their grids, a fresh position if there is one,
# skills, whether the rota has them on duty now, what they have in hand, and what counts how much. A duty counts while there
# is something left to do; `offer` is a case that waits for their answer.
# Duty and state are compared as one word: over an OR of both the planner thinks for 50 ms which of
# the partial indexes of cases it implies, and takes none.
WORKERS = text("""
    SELECT h.*, ST_X(w.geom) AS x, ST_Y(w.geom) AS y, extract(epoch FROM :now - w.at) / 60 AS age_min,
           ARRAY(SELECT s.skill FROM account_skill s
                 WHERE s.account_id = h.id AND s.valid @> :now) AS skills,
           EXISTS (SELECT FROM shift s WHERE s.account_id = h.id AND s.span @> :now) AS on_duty,
           EXISTS (SELECT FROM shift s WHERE s.span && tstzrange(:day, :night)) AS kept,
           o.duties, o.offer, o.haste, o.urgent,
           extract(epoch FROM :now - o.since) / 60 AS since_min, (SELECT max(id) FROM road_network) AS roads,
           (SELECT to_jsonb(d) FROM dispatch_weights d) AS weights
    FROM (
        SELECT a.id, a.name, array_agg(g.id ORDER BY g.id) AS grids,
               array_agg(g.name ORDER BY g.id) AS names,
               array_agg(ST_X(m.centre) ORDER BY g.id) AS xs,
               array_agg(ST_Y(m.centre) ORDER BY g.id) AS ys
        FROM (SELECT DISTINCT account_id, grid_id FROM post
              WHERE valid @> :now AND grid_id IS NOT NULL AND role = ANY(:roles)) p
        JOIN account a ON a.id = p.account_id AND a.locked_at IS NULL
        JOIN grid g ON g.id = p.grid_id
        JOIN grid_version v ON v.grid_id = g.id AND upper_inf(v.valid)
        CROSS JOIN LATERAL (SELECT ST_Centroid(v.geom) AS centre) m
        GROUP BY a.id, a.name
    ) h
    LEFT JOIN worker_position w ON w.account_id = h.id AND w.at > :fresh
    CROSS JOIN LATERAL (
        SELECT count(*) AS duties,
               min(x.case_id) FILTER (WHERE x.duty = 'handle' AND x.taken_at IS NULL) AS offer,
               max(CASE c.grade WHEN 'emergency' THEN 2 WHEN 'urgent' THEN 1 ELSE 0 END)
                   FILTER (WHERE x.duty = 'handle' AND x.taken_at IS NOT NULL) AS haste,
               count(*) FILTER (WHERE x.duty = 'handle' AND x.taken_at IS NOT NULL
                                AND c.grade <> 'normal') AS urgent,
               min(x.taken_at) FILTER (WHERE x.duty = 'handle' AND c.grade <> 'normal') AS since
        FROM assignment x JOIN case_file c ON c.id = x.case_id
        WHERE x.account_id = h.id AND x.ended_at IS NULL
          AND x.duty || ' ' || c.state
              IN ('handle dispatched', 'handle processing', 'verify verifying', 'check checking')
    ) o
    ORDER BY h.id
""")


def workers() -> list[Row[Any]]:
    """Everybody who could be sent, once, with what is known of them now."""
    now = clock.now()
    today = days.today()
    values = {
        "now": now,
        "fresh": now - FRESH,
        "day": days.start_of(today),
        "night": days.end_of(today),
        "roles": list(SENDABLE),
    }
    return list(db.session.execute(WORKERS, values))


def wishes() -> list[ClassWish]:
    """What classes want of whoever goes."""
    found = select(ClassWish).order_by(ClassWish.class_prefix, ClassWish.skill)
    return list(db.session.scalars(found))


# Where somebody was last; an older word never takes the place of a newer one.
_STAND = text(f"""
    INSERT INTO worker_position (account_id, geom, accuracy_m, at)
    VALUES (:account, ST_Transform(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), {SRID}), :accuracy, :at)
    ON CONFLICT (account_id) DO UPDATE
    SET geom = EXCLUDED.geom, accuracy_m = EXCLUDED.accuracy_m, at = EXCLUDED.at
    WHERE worker_position.at < EXCLUDED.at
""")


def stand(
    account_id: int, *, lon: float, lat: float, accuracy_m: float | None, at: datetime
) -> None:
    """The statement behind `actions.stand`."""
    values = {"account": account_id, "lon": lon, "lat": lat, "accuracy": accuracy_m, "at": at}
    db.session.execute(_STAND, values)


def is_on_duty(account_id: int | None, at: datetime) -> bool:
    """True when the rota has somebody on duty at a moment."""
    found = select(Shift.id).where(Shift.account_id == account_id, Shift.span.op("@>")(at))
    return db.session.scalar(found) is not None


def undispatched(who: Actor, limit: int) -> list[Case]:
    """Filed cases that wait for somebody to be sent, of those `who` may dispatch: most haste first."""
    found = (
        select(Case)
        .options(joinedload(Case.case_class), joinedload(Case.grid))
        .where(Case.state == State.FILED, visible(Case, who, "cases.dispatch"))
        .order_by(_haste().desc(), Case.filed_at, Case.id)
    )
    return list(db.session.scalars(found.limit(limit)))


def count_undispatched(who: Actor) -> int:
    """How many filed cases wait for somebody to be sent, of those `who` may dispatch."""
    found = select(func.count()).select_from(Case)
    found = found.where(Case.state == State.FILED, visible(Case, who, "cases.dispatch"))
    return db.session.scalar(found) or 0


def _haste() -> ColumnElement[int]:
    return case({grade.value: rank for grade, rank in HASTE.items()}, value=Case.grade)


def lapsed(now: datetime, limit: int = 100) -> list[Assignment]:
    """Offers whose time for an answer is over, oldest first."""
    found = (
        select(Assignment)
        .join(Case, Case.id == Assignment.case_id)
        .where(
            Assignment.answer_by < now,
            Assignment.taken_at.is_(None),
            Assignment.ended_at.is_(None),
            Case.state == State.DISPATCHED,
        )
    )
    return list(db.session.scalars(found.order_by(Assignment.answer_by).limit(limit)))


def offer_of(account_id: int) -> Assignment | None:
    """The offer that waits for somebody's answer."""
    found = select(Assignment).where(
        Assignment.account_id == account_id,
        Assignment.duty == "handle",
        Assignment.taken_at.is_(None),
        Assignment.ended_at.is_(None),
    )
    return db.session.scalar(found)


def declined_by(case_id: int) -> list[int]:
    """Accounts that were sent to the case and declined."""
    found = select(Assignment.account_id).where(
        Assignment.case_id == case_id, Assignment.declined.is_(True)
    )
    return list(db.session.scalars(found))


def asked_of(case_id: int) -> list[int]:
    """Accounts that were asked to handle the case and have not accepted."""
    found = select(Assignment.account_id).where(
        Assignment.case_id == case_id,
        Assignment.duty == "handle",
        Assignment.taken_at.is_(None),
        Assignment.ended_at.is_not(None),
    )
    return list(db.session.scalars(found.distinct()))


# Everybody with a field post, with the grids they hold it over, narrowed by a part of name or grid.
_PEOPLE = text("""
    SELECT a.id, a.name, string_agg(DISTINCT g.name, ' · ' ORDER BY g.name) AS grids
    FROM post p
    JOIN account a ON a.id = p.account_id AND a.locked_at IS NULL
    JOIN grid g ON g.id = p.grid_id
    WHERE p.valid @> :now AND p.role = ANY(:roles)
    GROUP BY a.id, a.name
    HAVING :words = '' OR a.name ILIKE :like OR string_agg(g.name, ' ') ILIKE :like
    ORDER BY min(g.id), a.id
""")


def people(words: str = "") -> list[Row[Any]]:
    """Everybody who could be sent: rows of id, name and grids in one line."""
    like = containing(words)
    values = {"now": clock.now(), "roles": list(SENDABLE), "words": words, "like": like}
    return list(db.session.execute(_PEOPLE, values))


def shifts(
    since: datetime, until: datetime, account_ids: Iterable[int] | None = None
) -> list[Shift]:
    """Shifts that touch a time, earliest first."""
    found = select(Shift).where(Shift.span.op("&&")(Range(since, until, bounds="[)")))
    if account_ids is not None:
        found = found.where(Shift.account_id.in_(list(account_ids)))
    return list(db.session.scalars(found.order_by(func.lower(Shift.span), Shift.id)))


def shift(shift_id: int) -> Shift | None:
    """A shift by its key."""
    return db.session.get(Shift, shift_id, options=[joinedload(Shift.account)])


def skills_of(account_id: int) -> list[AccountSkill]:
    """What somebody can do now, by name."""
    found = select(AccountSkill).where(
        AccountSkill.account_id == account_id, AccountSkill.valid.op("@>")(clock.now())
    )
    return list(db.session.scalars(found.order_by(AccountSkill.skill)))


def skill(skill_id: int) -> AccountSkill | None:
    """A skill of somebody by its key."""
    return db.session.get(AccountSkill, skill_id, options=[joinedload(AccountSkill.account)])


def account(account_id: int) -> Account | None:
    """An account by its key."""
    return db.session.get(Account, account_id)
