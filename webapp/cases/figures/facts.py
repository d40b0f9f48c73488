"""What is known of each case, sheet and cell as of a moment, read from the log: the ground of every figure."""

from __future__ import annotations

from webapp.cases.figures.kpis import Subject

# The cases that were rated in the period, and those to which anything happened in it: every moment by which a
# figure counts is one of these.
RATED = """
    SELECT case_id AS thing_id FROM case_rating
    WHERE created_at >= :since AND created_at < :until AND created_at <= :at
"""
TOUCHED = f"""
    SELECT thing_id FROM event
    WHERE thing_kind = 'case' AND at >= :since AND at < :until AND at <= :at
    UNION {RATED}
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
# Moves that come in time or late.
_JUDGED = """
    'confirm', 'refute', 'file', 'dispatch', 'feedback', 'self_close', 'pass', 'fail', 'close'
"""
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


# A limit is the one that was in force just before the step that is judged by it. Each case and its log are looked
# up by themselves (OFFSET 0): joined as a whole, the plan would read all cases of all years and their logs.
CASES = f"""
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
    CROSS JOIN LATERAL (
        SELECT thing_id, seq, move, before, after, at, actor_id, grid_id, grid_version_id, data
        FROM event
        WHERE thing_kind = 'case' AND thing_id = touched.thing_id AND at <= :at
        ORDER BY seq OFFSET 0
    ) e
    LEFT JOIN LATERAL (
        SELECT t.due_at, t.stage_due_at FROM case_term t
        WHERE e.move IN ({_JUDGED}) AND t.case_id = e.thing_id AND t.seq < e.seq
        ORDER BY t.seq DESC LIMIT 1
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
    SELECT t.*, c.source, p.last AS department_id, p.first AS first_department_id,
           coalesce(v.community_id, g.community_id) AS community_id,
           coalesce(v.kind, g.kind) AS grid_kind,
           CASE WHEN c.source = 'worker' THEN c.reporter_id END AS collector_id,
           coalesce(handled_seq > coalesce(back_seq, 0), false) AS handled,
           t.state IN ('closed', 'archived') AS closed,
           coalesce(n.due_at < :at, false) AS late,
           coalesce(n.stage_due_at < :at, false) AS stage_late,
           {_worked("t.reported_at", "t.accepted_at")} AS accept_s,
           {_worked("t.dispatched_at", "t.handled_at")} AS handle_s,
           r.created_at AS rated_at, r.level, r.closed_anew_at,
           {_worked("r.created_at", "r.closed_anew_at")} AS mended_s,
           {_worked("r.created_at", "cast(:at AS timestamptz)")} AS since_rated_s,
           cast(:mend_within_s AS float8) AS mend_within_s,
           count(*) FILTER (WHERE t.reported_at >= :since AND t.reported_at < :until)
               OVER (PARTITION BY coalesce(k.code, c.class_code), t.grid_id) AS alike,
           array(SELECT a.kpi || ':' || coalesce(a.unit_id, a.account_id) FROM figure_appeal a
                 WHERE a.case_id = t.id AND a.division = :division AND a.state = 'granted'
                   AND a.decided_at <= :at) AS left_out
    FROM told t
    CROSS JOIN office o
    CROSS JOIN LATERAL (
        SELECT source, reporter_id, class_code FROM case_file WHERE id = t.id OFFSET 0
    ) c
    LEFT JOIN grid g ON g.id = t.grid_id
    LEFT JOIN grid_version v ON v.id = t.version_id
    LEFT JOIN LATERAL (
        SELECT t2.due_at, t2.stage_due_at FROM case_term t2
        WHERE t2.case_id = t.id AND t2.seq <= t.last_seq ORDER BY t2.seq DESC LIMIT 1
    ) n ON true
    LEFT JOIN LATERAL (
        SELECT (array_agg(p.unit_id ORDER BY p.sent_at, p.id))[1] AS first,
               (array_agg(p.unit_id ORDER BY p.sent_at DESC, p.id DESC)
                   FILTER (WHERE p.ended_at IS NULL OR p.ended_at > :at))[1] AS last
        FROM case_part p WHERE p.case_id = t.id AND p.lead AND p.sent_at <= :at
    ) p ON true
    LEFT JOIN LATERAL (
        SELECT e.data->'class'->>0 AS code FROM event e
        WHERE e.thing_kind = 'case' AND e.thing_id = t.id AND e.move = 'correct' AND e.at > :at
          AND e.data->'class' IS NOT NULL
        ORDER BY e.seq LIMIT 1
    ) k ON true
    LEFT JOIN LATERAL (
        SELECT r.created_at, r.level,
               (SELECT min(e.at) FROM event e
                WHERE e.thing_kind = 'case' AND e.thing_id = t.id AND e.move = 'close'
                  AND e.at > r.created_at AND e.at <= :at) AS closed_anew_at
        FROM case_rating r WHERE r.case_id = t.id AND r.created_at <= :at
    ) r ON true
)
"""

# The last visit says whether the caller is content, and whether it is solved.
SHEETS = f"""
WITH touched AS MATERIALIZED ({{touched}}),
told AS (
    SELECT e.thing_id AS id,
           coalesce(bool_or(move = 'reply'), false) AS replied,
           coalesce(bool_or(cast(data->>'contacted' AS boolean) AND cast(data->>'in_limit' AS boolean))
               FILTER (WHERE move = 'reply'), false) AS contacted_in_limit,
           bool_or(move = 'red_card') AS over,
           {_last("move", "move IN ('content', 'discontent')")} AS visit,
           {_last("cast(data->>'solved' AS boolean)", "move IN ('content', 'discontent')")} AS solved
    FROM touched
    JOIN event e ON e.thing_kind = 'appeal' AND e.thing_id = touched.thing_id AND e.at <= :at
    GROUP BY e.thing_id
),
facts AS (
    SELECT t.*, a.received_at, a.unit_id AS department_id, c.grid_id,
           coalesce(v.community_id, g.community_id) AS community_id,
           coalesce(v.kind, g.kind) AS grid_kind,
           a.wants_reply AND NOT a.confidential AND a.caller_phone IS NOT NULL AS to_contact,
           cast(ARRAY[] AS text[]) AS left_out
    FROM told t
    JOIN appeal a ON a.id = t.id
    LEFT JOIN case_file c ON c.id = a.case_id
    LEFT JOIN grid g ON g.id = c.grid_id
    LEFT JOIN grid_version v ON v.id = c.grid_version_id
)
"""

RECEIVED = """
    SELECT id AS thing_id FROM appeal
    WHERE received_at >= :since AND received_at < :until AND received_at <= :at
"""

# `cells` and `cell_grids` say in which grid each cell lies, `touched` are the codes of the cells somebody was in.
CELLS = """
WITH facts AS (
    SELECT c.code AS id, cast(:since AS timestamptz) AS day, c.community_id, g.id AS grid_id,
           g.kind AS grid_kind, cast(NULL AS bigint) AS department_id,
           c.code IN ({touched}) AS seen, cast(ARRAY[] AS text[]) AS left_out
    FROM unnest(:cells, :cell_grids) AS w(code, grid_id)
    JOIN unit_cell c ON c.code = w.code
    LEFT JOIN grid g ON g.id = w.grid_id
)
"""

SEEN = """
    SELECT cell_at(p.geom) FROM patrol_point p
    WHERE p.state = 'visited' AND p.visited_at >= :since AND p.visited_at < :until
      AND p.visited_at <= :at
    UNION
    SELECT d.cell_code FROM door_visit w JOIN door d ON d.id = w.door_id
    WHERE w.state = 'done' AND w.ended_at >= :since AND w.ended_at < :until AND w.ended_at <= :at
"""

FACTS = {
    Subject.CASE: (CASES, TOUCHED),
    Subject.SHEET: (SHEETS, RECEIVED),
    Subject.CELL: (CELLS, SEEN),
}
