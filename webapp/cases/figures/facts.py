"""What is known of each case as of a moment, read from the log: the ground of every figure."""

from __future__ import annotations

# The cases to which something happened in the period. Every moment by which a figure counts is one of these.
TOUCHED = """
    SELECT DISTINCT thing_id FROM event
    WHERE thing_kind = 'case' AND at >= :since AND at < :until AND at <= :at
"""

# One case, whatever the period.
ALONE = "SELECT cast(:case AS bigint) AS thing_id"


def _first(value: str, when: str) -> str:
    return f"(array_agg({value} ORDER BY seq) FILTER (WHERE {when}))[1]"


def _last(value: str, when: str = "true") -> str:
    return f"(array_agg({value} ORDER BY seq DESC) FILTER (WHERE {when}))[1]"


def _at(moves: str) -> str:
    return f"min(at) FILTER (WHERE move IN ({moves}))"


_VERIFIED = "move IN ('confirm', 'refute')"
_CHECKED = "move IN ('pass', 'fail')"
_HANDLED = "move IN ('feedback', 'self_close')"
_DECIDED = "move IN ('accept', 'reject', 'send_verify', 'merge')"
_IN_STEP = "coalesce(at <= stage_due_at, true)"
_IN_LIMIT = "coalesce(at <= due_at, true)"

# Seconds worked until a moment, by the hours of the office.
_WORKED = """
    coalesce(o.sums[width_bucket(extract(epoch FROM {at})::float8, o.starts)]
        + least(extract(epoch FROM {at})::float8, o.ends[width_bucket(extract(epoch FROM {at})::float8, o.starts)])
        - o.starts[width_bucket(extract(epoch FROM {at})::float8, o.starts)], 0)
"""


def _worked(since: str, until: str) -> str:
    return f"({_WORKED.format(at=until)} - {_WORKED.format(at=since)})"


# A limit is the one that was in force just before the step that is judged by it.
FACTS = f"""
WITH office AS (
    SELECT cast(:starts AS float8[]) AS starts, cast(:ends AS float8[]) AS ends,
           cast(:sums AS float8[]) AS sums
),
touched AS MATERIALIZED ({{touched}}),
log AS (
    SELECT e.thing_id, e.seq, e.move, e.before, e.after, e.at, e.actor_id, e.grid_id,
           e.grid_version_id, e.data, t.due_at, t.stage_due_at,
           lead(e.at, 1, :at) OVER (PARTITION BY e.thing_id ORDER BY e.seq) AS next_at
    FROM touched
    JOIN event e ON e.thing_kind = 'case' AND e.thing_id = touched.thing_id AND e.at <= :at
    LEFT JOIN LATERAL (
        SELECT t.due_at, t.stage_due_at FROM case_term t
        WHERE t.case_id = e.thing_id AND t.seq < e.seq ORDER BY t.seq DESC LIMIT 1
    ) t ON true
),
told AS (
    SELECT thing_id AS id, max(seq) AS last_seq,
           {_last("after")} AS state,
           {_last("grid_id")} AS grid_id,
           {_last("grid_version_id")} AS version_id,
           min(at) AS reported_at,
           {_at("'send_verify'")} AS verify_sent_at,
           {_first("at", _VERIFIED)} AS verified_at,
           {_first("actor_id", _VERIFIED)} AS verifier_id,
           {_first(_IN_STEP, _VERIFIED)} AS verified_in_time,
           {_at("'accept', 'confirm', 'file'")} AS accepted_at,
           {_first("actor_id", _DECIDED)} AS acceptor_id,
           {_at("'file'")} AS filed_at,
           {_first("actor_id", "move = 'file'")} AS filer_id,
           {_first(_IN_STEP, "move = 'file'")} AS filed_in_time,
           {_at("'dispatch'")} AS dispatched_at,
           {_first("actor_id", "move = 'dispatch'")} AS dispatcher_id,
           {_first(_IN_STEP, "move = 'dispatch'")} AS dispatched_in_time,
           count(DISTINCT coalesce(data->>'unit', data->>'to')) FILTER (WHERE move = 'dispatch')
               AS targets,
           max(seq) FILTER (WHERE {_HANDLED}) AS handled_seq,
           max(seq) FILTER (WHERE move IN ('fail', 'reopen')) AS back_seq,
           max(at) FILTER (WHERE {_HANDLED}) AS handled_at,
           {_last(_IN_LIMIT, _HANDLED)} AS handled_in_time,
           coalesce(bool_or(move = 'self_close'), false) AS self_closed,
           {_at("'send_check'")} AS check_sent_at,
           {_last("actor_id", _CHECKED)} AS checker_id,
           coalesce(bool_and({_IN_STEP}) FILTER (WHERE {_CHECKED}), true) AS checked_in_time,
           count(*) FILTER (WHERE move = 'pass') AS passes,
           count(*) FILTER (WHERE move = 'fail') AS fails,
           {_last("actor_id", "move = 'close'")} AS closer_id,
           {_last(_IN_LIMIT, "move IN ('close', 'self_close')")} AS closed_in_time,
           count(*) FILTER (WHERE move = 'approve_return') AS returns,
           count(*) FILTER (WHERE move = 'deny_return') AS shirks,
           count(*) FILTER (WHERE move = 'grant_extension') AS extensions,
           count(*) FILTER (WHERE move = 'grant_hold') AS holds,
           coalesce(sum(extract(epoch FROM next_at - at)) FILTER (WHERE after = 'on_hold'), 0)
               AS held_s
    FROM log GROUP BY thing_id
),
facts AS (
    SELECT t.*, c.source, d.unit_id AS department_id, f.unit_id AS first_department_id,
           coalesce(v.community_id, g.community_id) AS community_id,
           coalesce(v.kind, g.kind) AS grid_kind,
           CASE WHEN c.source = 'worker' THEN c.reporter_id END AS collector_id,
           coalesce(handled_seq > coalesce(back_seq, 0), false) AS handled,
           t.state IN ('closed', 'archived') AS closed,
           coalesce(n.due_at < :at, false) AS late,
           coalesce(n.stage_due_at < :at, false) AS stage_late,
           {_worked("t.reported_at", "t.accepted_at")} AS accept_s,
           {_worked("t.dispatched_at", "t.handled_at")} AS handle_s,
           count(*) FILTER (WHERE t.reported_at >= :since AND t.reported_at < :until)
               OVER (PARTITION BY coalesce(k.code, c.class_code), t.grid_id) AS alike,
           array(SELECT a.kpi || ':' || coalesce(a.unit_id, a.account_id) FROM figure_appeal a
                 WHERE a.case_id = t.id AND a.division = :division AND a.state = 'granted'
                   AND a.decided_at <= :at) AS left_out
    FROM told t
    CROSS JOIN office o
    JOIN case_file c ON c.id = t.id
    LEFT JOIN grid g ON g.id = t.grid_id
    LEFT JOIN grid_version v ON v.id = t.version_id
    LEFT JOIN LATERAL (
        SELECT t2.due_at, t2.stage_due_at FROM case_term t2
        WHERE t2.case_id = t.id AND t2.seq <= t.last_seq ORDER BY t2.seq DESC LIMIT 1
    ) n ON true
    LEFT JOIN LATERAL (
        SELECT p.unit_id FROM case_part p
        WHERE p.case_id = t.id AND p.lead AND p.sent_at <= :at
          AND (p.ended_at IS NULL OR p.ended_at > :at)
        ORDER BY p.sent_at DESC, p.id DESC LIMIT 1
    ) d ON true
    LEFT JOIN LATERAL (
        SELECT p.unit_id FROM case_part p
        WHERE p.case_id = t.id AND p.lead AND p.sent_at <= :at ORDER BY p.sent_at, p.id LIMIT 1
    ) f ON true
    LEFT JOIN LATERAL (
        SELECT e.data->'class'->>0 AS code FROM event e
        WHERE e.thing_kind = 'case' AND e.thing_id = t.id AND e.move = 'correct' AND e.at > :at
          AND e.data->'class' IS NOT NULL
        ORDER BY e.seq LIMIT 1
    ) k ON true
)
"""
