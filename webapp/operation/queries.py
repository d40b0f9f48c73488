"""What must always be true of the data, each rule as the question for the rows that break it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Row, func, select, text, type_coerce
from sqlalchemy.orm import InstrumentedAttribute

from webapp.base.audit import Event
from webapp.base.db import Base, db
from webapp.base.files import StoredFile
from webapp.base.flow import FLOWS, Flow
from webapp.cases.rules import OPEN, PAUSED, UNSENT, PartState
from webapp.services.applications.rules import DECIDED, RUNNING, State as Standing

_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN))
_SENT = ", ".join(f"'{state}'" for state in sorted(OPEN - UNSENT))
_RUNNING = ", ".join(f"'{state}'" for state in RUNNING)
_DECIDED = ", ".join(f"'{state}'" for state in DECIDED)
_PAUSED = ", ".join(f"'{state}'" for state in sorted(PAUSED))


# What stands somewhere and has no life that ends: it lies in a grid of the borders in force.
_STANDING = (
    *("building", "camera", "door", "enterprise", "hazard_point", "muster_point", "old_house"),
    *("port", "sensor", "service_point"),
)
_MOVED = " UNION ALL ".join(
    f"""
    SELECT '{table} ' || t.id || ' is kept in another grid than it lies in'
    FROM {table} t CROSS JOIN LATERAL grid_at(t.geom) l
    WHERE t.geom IS NOT NULL AND t.grid_id IS DISTINCT FROM l.grid_id
    """
    for table in _STANDING
)

# Of these some are erased by rule, and ends of alarms whose beginning never came; their log is kept.
ERASED = frozenset(("home_visit", "alarm"))


@dataclass(frozen=True)
class Invariant:
    """A rule in words, and SQL that answers a line for every row that breaks it."""

    words: str
    sql: str


INVARIANTS = (
    Invariant(
        "a closed case knows when it was closed, an open one does not",
        f"""
        SELECT 'case ' || number || ' is ' || state || ', closed_at is '
               || coalesce(closed_at::text, 'empty')
        FROM case_file WHERE (closed_at IS NULL) <> (state IN ({_OPEN})) ORDER BY id
        """,
    ),
    Invariant(
        "a case that was dispatched has somebody who handles it",
        f"""
        SELECT 'case ' || number || ' is ' || state || ' and nobody handles it'
        FROM case_file WHERE state IN ({_SENT}) AND handler_id IS NULL AND department_id IS NULL ORDER BY id
        """,
    ),
    Invariant(
        "whoever checks a case is not who handled it",
        """
        SELECT 'case ' || number || ' is checked by account ' || checker_id || ', who handled it'
        FROM case_file WHERE checker_id = handler_id ORDER BY id
        """,
    ),
    Invariant(
        "nobody is still sent to a case that is over",
        f"""
        SELECT 'case ' || c.number || ' is ' || c.state || ', account ' || a.account_id
               || ' is still sent to ' || a.duty || ' it'
        FROM case_file c JOIN assignment a ON a.case_id = c.id AND a.ended_at IS NULL
        WHERE c.state NOT IN ({_OPEN}) ORDER BY c.id
        """,
    ),
    Invariant(
        "the clock of a case stands still just where the rules say",
        f"""
        SELECT 'case ' || number || ' is ' || state || ', its clock '
               || CASE WHEN paused_at IS NULL THEN 'runs' ELSE 'stands still' END
        FROM case_file
        WHERE due_at IS NOT NULL AND (paused_at IS NOT NULL) <> (state IN ({_PAUSED})) ORDER BY id
        """,
    ),
    Invariant(
        "the department that leads a case has its part in it",
        f"""
        SELECT 'case ' || c.number || ' names a department that has no part in it'
        FROM case_file c
        LEFT JOIN case_part p ON p.case_id = c.id AND p.lead AND p.state <> '{PartState.GONE}'
        WHERE c.state IN ({_SENT}) AND p.unit_id IS DISTINCT FROM c.department_id ORDER BY c.id
        """,
    ),
    Invariant(
        "a case that was merged leads to one that was not merged into it",
        """
        SELECT 'case ' || a.number || ' and case ' || b.number || ' are merged into each other'
        FROM case_file a JOIN case_file b ON b.id = a.merged_into_id
        WHERE b.merged_into_id = a.id ORDER BY a.id
        """,
    ),
    Invariant(
        "a thing with a grid names the version of that grid",
        """
        SELECT 'case ' || c.number || ' names version ' || v.id || ' of another grid'
        FROM case_file c JOIN grid_version v ON v.id = c.grid_version_id
        WHERE v.grid_id IS DISTINCT FROM c.grid_id ORDER BY c.id
        """,
    ),
    Invariant(
        "a named place is in the grid in which it lies",
        """
        SELECT 'place ' || p.name || ' is kept in another grid than it lies in'
        FROM place p CROSS JOIN LATERAL grid_at(p.geom) l
        WHERE p.geom IS NOT NULL AND p.grid_id IS DISTINCT FROM l.grid_id ORDER BY p.id
        """,
    ),
    Invariant("what stands somewhere is in the grid in which it lies", _MOVED),
    Invariant(
        "no two grids of one kind lie over each other in the borders in force",
        """
        SELECT 'grids ' || a.display_code || ' and ' || b.display_code || ' share '
               || round(ST_Area(ST_Intersection(a.geom, b.geom))) || ' m2'
        FROM boundary_set s
        JOIN grid_version a ON a.set_id = s.id
        JOIN grid_version b ON b.set_id = s.id AND b.id > a.id AND b.kind = a.kind AND b.geom && a.geom
        WHERE s.state = 'active' AND ST_Area(ST_Intersection(a.geom, b.geom)) > 1 ORDER BY a.id, b.id
        """,
    ),
    Invariant(
        "a border holds while its set is in force, and no longer",
        """
        SELECT 'border ' || v.id || ' of grid ' || v.display_code || ' holds, and its set is ' || s.state
        FROM grid_version v JOIN boundary_set s ON s.id = v.set_id
        WHERE (upper_inf(v.valid) AND v.valid IS NOT NULL) <> (s.state = 'active') ORDER BY v.id
        """,
    ),
    Invariant(
        "where there are grids, one set of borders is in force",
        """
        SELECT 'there are grids, and no set of borders is in force'
        WHERE EXISTS (SELECT FROM grid WHERE retired_at IS NULL)
          AND NOT EXISTS (SELECT FROM boundary_set WHERE state = 'active')
        """,
    ),
    Invariant(
        "the grids that live are those of the borders in force",
        """
        SELECT 'grid ' || g.display_code || ' lives without a border in force'
        FROM grid g WHERE g.retired_at IS NULL AND NOT EXISTS (
            SELECT FROM grid_version v JOIN boundary_set s ON s.id = v.set_id
            WHERE v.grid_id = g.id AND s.state = 'active'
        ) ORDER BY g.id
        """,
    ),
    Invariant(
        "the clock of an application runs just where it is with the house",
        f"""
        SELECT 'application ' || number || ' is ' || state || ', its clock '
               || CASE WHEN running_since IS NULL THEN 'stands still' ELSE 'runs' END
        FROM service_application
        WHERE state <> '{Standing.PUBLICITY}' AND (running_since IS NOT NULL) <> (state IN ({_RUNNING}))
        ORDER BY id
        """,
    ),
    Invariant(
        "an application that was decided knows when, and can be verified; no other can",
        f"""
        SELECT 'application ' || number || ' is ' || state || ', decided_at is '
               || coalesce(decided_at::text, 'empty')
        FROM service_application
        WHERE (decided_at IS NOT NULL AND result_code IS NOT NULL) <> (state IN ({_DECIDED})) ORDER BY id
        """,
    ),
    Invariant(
        "a critical alarm is closed seen, with its outcome and a note",
        """
        SELECT 'alarm ' || id || ' is critical and was closed unseen or without its outcome'
        FROM alarm WHERE state = 'closed' AND max_severity = 'critical'
          AND num_nonnulls(seen_at, outcome, note) < 3 ORDER BY id
        """,
    ),
    Invariant(
        "of one key at most one alarm is active",
        """
        SELECT 'alarm key ' || key || ' has ' || count(*) || ' active alarms'
        FROM alarm WHERE state IN ('raised', 'seen') GROUP BY key HAVING count(*) > 1 ORDER BY key
        """,
    ),
    Invariant(
        "an alarm with a place is in the grid in which it lies, or outside of all",
        """
        SELECT 'alarm ' || a.id || ' is kept in another grid than it lies in'
        FROM alarm a CROSS JOIN LATERAL grid_at(a.geom) l
        WHERE a.geom IS NOT NULL AND a.state <> 'closed' AND a.grid_id IS DISTINCT FROM l.grid_id
        ORDER BY a.id
        """,
    ),
    Invariant(
        "an incident is open just while one of its alarms is",
        """
        SELECT 'incident ' || i.id || ' is over, and an alarm of it is open'
        FROM incident i WHERE i.ended_at IS NOT NULL
          AND EXISTS (SELECT FROM alarm a WHERE a.incident_id = i.id AND a.state <> 'closed')
        ORDER BY i.id
        """,
    ),
    Invariant(
        "nobody is sent to an exercise",
        """
        SELECT 'incident ' || id || ' is an exercise and has a case'
        FROM incident WHERE exercise AND case_id IS NOT NULL ORDER BY id
        """,
    ),
    Invariant(
        "whoever was sent to an alarm by the house was on duty then, where there was a rota",
        """
        SELECT 'case ' || c.number || ' was offered to account ' || a.account_id || ' off duty'
        FROM incident i
        JOIN case_file c ON c.id = i.case_id
        JOIN assignment a ON a.case_id = c.id AND a.duty = 'handle' AND a.sent_by_id IS NULL
        WHERE EXISTS (SELECT FROM shift s WHERE s.span @> a.sent_at)
          AND NOT EXISTS (SELECT FROM shift s WHERE s.account_id = a.account_id AND s.span @> a.sent_at)
        ORDER BY c.id
        """,
    ),
    Invariant(
        "what a message said is merged into the alarms that it names",
        """
        SELECT 'alarm ' || a.id || ' has ' || a.count || ' signals, its messages brought ' || sum(m.signals)
        FROM intake_message m JOIN alarm a ON a.id = m.alarm_ids[1]
        WHERE cardinality(m.alarm_ids) = 1
        GROUP BY a.id HAVING sum(m.signals) > a.count ORDER BY a.id
        """,
    ),
    Invariant(
        "a message names alarms that are there",
        """
        SELECT 'message ' || m.id || ' names alarm ' || named.id || ', which is not there'
        FROM intake_message m CROSS JOIN LATERAL unnest(m.alarm_ids) named (id)
        WHERE NOT EXISTS (SELECT FROM alarm a WHERE a.id = named.id) ORDER BY m.id
        """,
    ),
    Invariant(
        "the counter of a point is as far as the last number it gave",
        """
        SELECT 'number ' || t.number || ' of ' || t.day || ' at point ' || t.point_id
               || ' is beyond its counter'
        FROM ticket t LEFT JOIN ticket_counter c ON c.point_id = t.point_id AND c.day = t.day
        WHERE t.number > coalesce(c.last, 0) ORDER BY t.id
        """,
    ),
    Invariant(
        "a number is called to a window of its own point",
        """
        SELECT 'number ' || t.id || ' was called to window ' || w.number || ' of another point'
        FROM ticket t JOIN service_window w ON w.id = t.window_id
        WHERE w.point_id <> t.point_id ORDER BY t.id
        """,
    ),
    Invariant(
        "a number that waits for nobody any more knows when that came",
        """
        SELECT 'number ' || id || ' is ' || state || ', ended_at is ' || coalesce(ended_at::text, 'empty')
        FROM ticket WHERE (ended_at IS NULL) <> (state IN ('waiting', 'called')) ORDER BY id
        """,
    ),
    Invariant(
        "an activity has as many seats taken as people who take part",
        """
        SELECT 'activity ' || a.id || ' has ' || a.taken || ' seats taken by ' || count(p.id)
        FROM activity a LEFT JOIN participation p ON p.activity_id = a.id
        GROUP BY a.id HAVING a.taken <> count(p.id) ORDER BY a.id
        """,
    ),
    Invariant(
        "of a bond as much is spent as its spendings say",
        """
        SELECT 'bond ' || b.id || ' says ' || b.spent_wan || ' spent, its spendings say '
               || coalesce(sum(s.amount_wan), 0)
        FROM project_bond b LEFT JOIN project_spending s ON s.bond_id = b.id
        GROUP BY b.id HAVING b.spent_wan <> coalesce(sum(s.amount_wan), 0) ORDER BY b.id
        """,
    ),
    Invariant(
        "what protects the data is switched on",
        """
        SELECT 'trigger ' || tgname || ' of ' || tgrelid::regclass || ' is switched off'
        FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
        WHERE NOT tgisinternal AND tgenabled IN ('D', 'R')
          AND c.relnamespace = current_schema()::regnamespace
        UNION ALL
        SELECT 'rule ' || conname || ' of ' || conrelid::regclass || ' was never verified'
        FROM pg_constraint WHERE NOT convalidated AND connamespace = current_schema()::regnamespace
        """,
    ),
    Invariant(
        "no job has failed for good",
        """
        SELECT 'job ' || id || ' (' || task_name || ') failed after ' || attempts || ' tries'
        FROM procrastinate_jobs WHERE status = 'failed' ORDER BY id
        """,
    ),
)


def breaches(rule: Invariant) -> list[str]:
    """A line for every row that breaks the rule."""
    return list(db.session.scalars(text(rule.sql)))


def states_against_log() -> Iterator[str]:
    """A line for every thing with a life that is not as its last event says, or is not there at all."""
    for flow, model in lives():
        question = text(f"""
            SELECT t.id, t.state, t.version, last.after, coalesce(last.seq, 0) AS seq
            FROM {model.__tablename__} t
            LEFT JOIN LATERAL (
                SELECT e.after, e.seq FROM event e
                WHERE e.thing_kind = :kind AND e.thing_id = t.id
                ORDER BY e.seq DESC LIMIT 1
            ) last ON true
            WHERE last.after IS DISTINCT FROM t.state OR t.version > coalesce(last.seq, 0) ORDER BY t.id
        """)
        for row in db.session.execute(question, {"kind": flow.kind}):
            said = row.after or "nothing"
            if said != row.state:
                yield f"{flow.kind} {row.id} stands at {row.state}, its last event says {said}"
            if row.version > row.seq:
                yield f"{flow.kind} {row.id} was changed {row.version} times, the log knows {row.seq}"
        if flow.kind not in ERASED:
            gone = text(f"""
                SELECT DISTINCT e.thing_id FROM event e WHERE e.thing_kind = :kind
                AND NOT EXISTS (SELECT FROM {model.__tablename__} t WHERE t.id = e.thing_id) ORDER BY 1
            """)
            for key in db.session.scalars(gone, {"kind": flow.kind}):
                yield f"{flow.kind} {key} is gone, the log knows it"


def lives() -> list[tuple[Flow, Any]]:
    """Every flow with the table of the things that live it."""
    return [
        (flow, mapper.class_)
        for flow in FLOWS.values()
        for mapper in Base.registry.mappers
        for each in getattr(mapper.local_table, "constraints", ())
        if each.info.get("flow") == flow.kind
    ]


def newest_event() -> datetime | None:
    """When the last thing happened that is kept, None in an empty house."""
    return db.session.scalar(select(func.max(Event.at)))


def files() -> Iterator[StoredFile]:
    """Every file that rows name, each content once."""
    first = select(func.min(StoredFile.id)).group_by(StoredFile.sha256)
    found = select(StoredFile).where(StoredFile.id.in_(first)).order_by(StoredFile.id)
    yield from db.session.scalars(found.execution_options(yield_per=500))


def sealed(
    column: InstrumentedAttribute[Any], *, after: int, limit: int
) -> Sequence[Row[int, bytes]]:
    """(key, what is sealed) of the rows behind a key that have something in this column."""
    model = column.class_
    found = select(model.id, type_coerce(column, LargeBinary)).where(
        column.is_not(None), model.id > after
    )
    return db.session.execute(found.order_by(model.id).limit(limit)).all()
