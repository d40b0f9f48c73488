"""Questions about many alarms: load, floods, who raises most, precision, how long each interval is.

Exercises are in none of them; what was kept quiet is counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text

from webapp.base.db import db
from webapp.monitoring.alarms.rules import FLOOD, FLOOD_TIME, JUDGED, Outcome

_BUCKET_S = int(FLOOD_TIME.total_seconds())
_JUDGED = ", ".join(f"'{each}'" for each in JUDGED)

_COUNTED = "NOT a.exercise AND a.live_at IS NOT NULL AND a.received_at >= :since AND a.received_at < :until"

_TOTALS = text(f"""
    SELECT count(*) FILTER (WHERE a.quiet IS NULL OR a.quiet = 'chattering') AS alarms,
        count(*) FILTER (WHERE a.quiet IN ('shelved', 'maintenance', 'behind', 'noisy')) AS suppressed,
        count(*) FILTER (WHERE a.quiet = 'late') AS late,
        count(*) FILTER (WHERE a.max_severity = 'critical') AS critical,
        count(*) FILTER (WHERE a.outcome = '{Outcome.REAL}') AS real,
        count(*) FILTER (WHERE a.outcome IN ({_JUDGED})) AS judged
    FROM alarm a WHERE {_COUNTED}
""")

# How many rang in each ten minutes of the time.
_LOAD = text(f"""
    WITH bucket AS (
        SELECT floor(extract(epoch FROM a.received_at) / {_BUCKET_S}) AS place, count(*) AS alarms
        FROM alarm a WHERE {_COUNTED} AND a.quiet IS NULL GROUP BY 1
    )
    SELECT coalesce(max(alarms), 0) AS most, coalesce(sum(alarms), 0) AS alarms,
        count(*) FILTER (WHERE alarms > {FLOOD}) AS floods,
        greatest(extract(epoch FROM cast(:until AS timestamptz) - :since) / {_BUCKET_S}, 1) AS buckets
    FROM bucket
""")

# Who has seen how many, how many of them in the worst ten minutes, and how soon.
_OPERATORS = text(f"""
    WITH seen AS (
        SELECT a.seen_by_id, extract(epoch FROM a.seen_at - a.received_at) AS took,
            floor(extract(epoch FROM a.seen_at) / {_BUCKET_S}) AS place
        FROM alarm a WHERE {_COUNTED} AND a.seen_by_id IS NOT NULL AND a.quiet IS NULL
    ), bucket AS (
        SELECT seen_by_id, place, count(*) AS alarms FROM seen GROUP BY seen_by_id, place
    )
    SELECT o.name, count(*) AS alarms,
        (SELECT max(b.alarms) FROM bucket b WHERE b.seen_by_id = s.seen_by_id) AS most,
        (SELECT count(*) FROM bucket b WHERE b.seen_by_id = s.seen_by_id AND b.alarms > {FLOOD}) AS floods,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS p50,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY took) AS p90
    FROM seen s JOIN account o ON o.id = s.seen_by_id
    GROUP BY s.seen_by_id, o.name ORDER BY count(*) DESC, o.name LIMIT 50
""")

_BAD_ACTORS = text(f"""
    SELECT a.source, a.device, max(a.device_name) AS name, count(*) AS alarms, sum(a.flaps) AS flaps,
        count(*) FILTER (WHERE a.outcome IN ('false', 'nuisance')) AS wrong
    FROM alarm a WHERE {_COUNTED}
    GROUP BY a.source, a.device ORDER BY count(*) + sum(a.flaps) DESC, a.source, a.device LIMIT 10
""")

_PRECISION = """
    SELECT {name} AS name, count(*) AS alarms,
        count(*) FILTER (WHERE a.outcome IN ({judged})) AS judged,
        count(*) FILTER (WHERE a.outcome = 'real') AS real
    FROM alarm a {join} WHERE {counted} AND {given}
    GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT 50
"""
_OF_RULES = text(
    _PRECISION.format(
        name="a.rule", join="", judged=_JUDGED, counted=_COUNTED, given="a.rule IS NOT NULL"
    )
)
_OF_CAMERAS = text(
    _PRECISION.format(
        name="c.name",
        join="JOIN camera c ON c.id = a.camera_id",
        judged=_JUDGED,
        counted=_COUNTED,
        given="true",
    )
)

_STANDING = text("""
    SELECT count(*) FROM alarm a
    WHERE a.state IN ('raised', 'seen') AND NOT a.exercise AND a.received_at < :before
""")

# Of each incident the moments from its first alarm to the end of its case.
_INTERVALS = text("""
    WITH moment AS (
        SELECT i.opened_at, s.looked_at, s.seen_at, o.offered_at, o.accepted_at, i.on_way_at, i.arrived_at,
            CASE WHEN c.handled_at < :until THEN c.handled_at END AS handled_at
        FROM incident i
        LEFT JOIN LATERAL (
            SELECT min(a.seen_at) AS seen_at, min(a.looked_at) AS looked_at
            FROM alarm a WHERE a.incident_id = i.id
        ) s ON true
        LEFT JOIN case_file c ON c.id = i.case_id
        LEFT JOIN LATERAL (
            SELECT min(x.sent_at) AS offered_at, min(x.taken_at) AS accepted_at
            FROM assignment x WHERE x.case_id = i.case_id AND x.duty = 'handle'
        ) o ON true
        WHERE NOT i.exercise AND i.opened_at >= :since AND i.opened_at < :until
    ), took AS (
        SELECT step.* FROM moment m, LATERAL (VALUES
            ('looked', m.looked_at - m.opened_at),
            ('seen', m.seen_at - m.opened_at), ('offered', m.offered_at - m.opened_at),
            ('accepted', m.accepted_at - m.offered_at), ('on_way', m.on_way_at - m.accepted_at),
            ('arrived', m.arrived_at - m.opened_at), ('done', m.handled_at - m.arrived_at)
        ) step (name, took)
    )
    SELECT name, count(took) AS known,
        extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY took)) AS p50,
        extract(epoch FROM percentile_cont(0.9) WITHIN GROUP (ORDER BY took)) AS p90,
        count(*) FILTER (WHERE took <= interval '10 seconds') AS within_10,
        count(*) FILTER (WHERE took <= interval '60 seconds') AS within_60
    FROM took GROUP BY name
""")


@dataclass(frozen=True)
class Span:
    """From when to when is counted."""

    since: datetime
    until: datetime

    @property
    def values(self) -> dict[str, datetime]:
        """The same for a statement."""
        return {"since": self.since, "until": self.until}


def totals(span: Span) -> RowMapping:
    """How many alarms there were: rung, suppressed, late, critical; how many were judged, and true."""
    return db.session.execute(_TOTALS, span.values).mappings().one()


def load(span: Span) -> RowMapping:
    """The most that rang in ten minutes, how many ten minutes were a flood, and of how many."""
    return db.session.execute(_LOAD, span.values).mappings().one()


def operators(span: Span) -> Sequence[RowMapping]:
    """Who has seen how many alarms, the most in ten minutes, and how soon (seconds, p50 and p90)."""
    return db.session.execute(_OPERATORS, span.values).mappings().all()


def bad_actors(span: Span) -> Sequence[RowMapping]:
    """The ten devices that raise most, what comes back counted each time."""
    return db.session.execute(_BAD_ACTORS, span.values).mappings().all()


def of_rules(span: Span) -> Sequence[RowMapping]:
    """Of each rule, how many of its alarms were judged, and how many of these were true."""
    return db.session.execute(_OF_RULES, span.values).mappings().all()


def of_cameras(span: Span) -> Sequence[RowMapping]:
    """The same of each camera."""
    return db.session.execute(_OF_CAMERAS, span.values).mappings().all()


def standing(before: datetime) -> int:
    """How many alarms have gone on since before a moment."""
    return db.session.scalar(_STANDING, {"before": before}) or 0


def intervals(span: Span) -> dict[str, Any]:
    """Of each interval of incidents: p50 and p90 in seconds, of how many it is known, how many were soon."""
    rows = db.session.execute(_INTERVALS, span.values).mappings()
    return {row["name"]: row for row in rows}
