"""Every rule that `check` knows names the row that somebody broke by hand, in a house with demo data."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from tests.conftest import undone
from webapp.base.db import db
from webapp.operation import checks, queries

# How each rule is broken; in a database whose own guards (triggers) look away.
BY_HAND = {
    "a closed case knows when it was closed, an open one does not": """
        UPDATE case_file SET closed_at = now() WHERE id = (SELECT min(id) FROM case_file WHERE state = 'reported')
    """,
    "a case that was dispatched has somebody who handles it": """
        UPDATE case_file SET handler_id = NULL, department_id = NULL WHERE state = 'dispatched'
    """,
    "whoever checks a case is not who handled it": """
        UPDATE case_file SET checker_id = handler_id WHERE handler_id IS NOT NULL
    """,
    "nobody is still sent to a case that is over": """
        UPDATE assignment SET ended_at = NULL WHERE case_id IN (SELECT id FROM case_file WHERE state = 'closed')
    """,
    "the clock of a case stands still just where the rules say": """
        ALTER TABLE case_file DROP CONSTRAINT ck_case_file_paused;
        UPDATE case_file SET paused_at = now() WHERE state = 'dispatched' AND due_at IS NOT NULL
    """,
    "the department that leads a case has its part in it": """
        UPDATE case_part SET lead = false WHERE lead
    """,
    "a case that was merged leads to one that was not merged into it": """
        UPDATE case_file c SET merged_into_id = o.id FROM (SELECT min(id) AS id, max(id) AS other FROM case_file) o
        WHERE c.id = o.other;
        UPDATE case_file c SET merged_into_id = o.other FROM (SELECT min(id) AS id, max(id) AS other FROM case_file) o
        WHERE c.id = o.id
    """,
    "a thing with a grid names the version of that grid": """
        UPDATE case_file SET grid_version_id = (SELECT max(id) FROM grid_version) WHERE id = 1
    """,
    "a named place is in the grid in which it lies": """
        UPDATE place SET grid_id = NULL WHERE id = (SELECT min(id) FROM place WHERE grid_id IS NOT NULL)
    """,
    "what stands somewhere is in the grid in which it lies": """
        UPDATE camera SET grid_id = NULL WHERE id = (SELECT min(id) FROM camera WHERE grid_id IS NOT NULL)
    """,
    "no two grids of one kind lie over each other in the borders in force": """
        UPDATE grid_version v SET geom = o.geom FROM grid_version o
        WHERE o.id = (SELECT min(id) FROM grid_version) AND v.kind = o.kind AND v.set_id = o.set_id
          AND v.id = (SELECT max(id) FROM grid_version WHERE kind = o.kind AND set_id = o.set_id)
    """,
    "a border holds while its set is in force, and no longer": """
        UPDATE grid_version SET valid = NULL WHERE id = 1
    """,
    "where there are grids, one set of borders is in force": """
        UPDATE boundary_set SET state = 'retired'
    """,
    "the grids that live are those of the borders in force": """
        UPDATE grid_version SET grid_id = NULL WHERE id = 1
    """,
    "the clock of an application runs just where it is with the house": """
        UPDATE service_application SET running_since = now() WHERE state IN ('approved', 'refused', 'delivered')
    """,
    "an application that was decided knows when, and can be verified; no other can": """
        UPDATE service_application SET decided_at = NULL WHERE state = 'delivered'
    """,
    "a critical alarm is closed seen, with its outcome and a note": """
        ALTER TABLE alarm DROP CONSTRAINT ck_alarm_critical;
        UPDATE alarm SET state = 'closed', max_severity = 'critical', severity = 'critical', outcome = NULL
        WHERE id = (SELECT min(id) FROM alarm)
    """,
    "of one key at most one alarm is active": """
        DROP INDEX uq_alarm_active, uq_alarm_own;
        UPDATE alarm SET key = 'the same', state = 'raised'
    """,
    "an alarm with a place is in the grid in which it lies, or outside of all": """
        UPDATE alarm SET grid_id = NULL WHERE grid_id IS NOT NULL AND state <> 'closed'
    """,
    "an incident is open just while one of its alarms is": """
        UPDATE incident SET ended_at = now()
    """,
    "nobody is sent to an exercise": """
        UPDATE incident SET exercise = true WHERE case_id IS NOT NULL
    """,
    "whoever was sent to an alarm by the house was on duty then, where there was a rota": """
        UPDATE incident SET case_id = (SELECT min(case_id) FROM assignment WHERE duty = 'handle')
        WHERE id = (SELECT min(id) FROM incident);
        UPDATE assignment SET sent_by_id = NULL, account_id = 1, sent_at =
          (SELECT lower(span) FROM shift WHERE account_id <> 1 ORDER BY id LIMIT 1)
        WHERE case_id = (SELECT case_id FROM incident ORDER BY id LIMIT 1)
    """,
    "what a message said is merged into the alarms that it names": """
        UPDATE intake_message SET signals = 1000, alarm_ids = ARRAY[(SELECT min(id) FROM alarm)]
    """,
    "a message names alarms that are there": """
        UPDATE intake_message SET alarm_ids = ARRAY[99999999] WHERE id = (SELECT min(id) FROM intake_message)
    """,
    "the counter of a point is as far as the last number it gave": """
        UPDATE ticket_counter SET last = 0
    """,
    "a number is called to a window of its own point": """
        UPDATE ticket SET window_id = (SELECT min(w.id) FROM service_window w WHERE w.point_id <> ticket.point_id)
        WHERE window_id IS NOT NULL
    """,
    "a number that waits for nobody any more knows when that came": """
        UPDATE ticket SET ended_at = NULL
    """,
    "an activity has as many seats taken as people who take part": """
        UPDATE activity SET taken = taken + 1 WHERE taken > 0
    """,
    "of a bond as much is spent as its spendings say": """
        UPDATE project_bond SET spent_wan = spent_wan - 1 WHERE spent_wan > 1
    """,
    "what protects the data is switched on": "ALTER TABLE event DISABLE TRIGGER event_frozen",
    "no job has failed for good": """
        INSERT INTO procrastinate_jobs (queue_name, task_name, status, args)
        VALUES ('default', 'notices.deliver', 'failed', '{}')
    """,
}
# Beside the rules: what every life, every log, every count and every file has.
LIVES = {
    "stands at": "UPDATE case_file SET state = 'void' WHERE id = (SELECT min(id) FROM case_file WHERE closed_at IS NULL)",
    "was changed 99 times, the log knows": "UPDATE project SET version = 99 WHERE id = 1",
    "is gone, the log knows it": "DELETE FROM news WHERE id = (SELECT max(id) FROM news)",
    "the one before it is gone": "DELETE FROM event WHERE thing_kind = 'case' AND thing_id = 1 AND seq = 1",
    "was changed, or": "UPDATE event SET actor_id = 1 WHERE thing_kind = 'case' AND thing_id = 1 AND seq = 1",
    "the public is told something else of case": "UPDATE told_case SET state = 'closed'",
    "of public cases is counted wrong by": "UPDATE told_count SET cases = cases + 1",
    "is missing at": "UPDATE stored_file SET sha256 = repeat('0', 64) WHERE id = 1",
    "ballots of": "DELETE FROM poll_ballot",
    "ledger snapshot": "UPDATE ledger_snapshot SET sha256 = repeat('0', 64)",
}


def test_every_rule_names_what_was_broken_by_hand(full_house: Flask) -> None:
    assert set(BY_HAND) == {rule.words for rule in queries.INVARIANTS}
    unseen = []
    with undone(full_house), full_house.test_request_context("/"):
        for rule in queries.INVARIANTS:
            assert queries.breaches(rule) == [], f"{rule.words}: the demo breaks it"
            trial = db.session.begin_nested()
            if "DISABLE TRIGGER" not in BY_HAND[rule.words]:
                db.session.execute(text("SET LOCAL session_replication_role = replica"))
            db.session.execute(text(BY_HAND[rule.words]))
            if not queries.breaches(rule):
                unseen.append(rule.words)
            trial.rollback()
    assert not unseen, "\n".join(unseen)


@pytest.mark.thorough
@pytest.mark.parametrize("words", LIVES)
def test_what_was_broken_beside_the_rules_is_named_too(full_house: Flask, words: str) -> None:
    with undone(full_house), full_house.test_request_context("/"):
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        db.session.execute(text(LIVES[words]))
        found = list(checks.findings(read_files=False))
    assert any(words in line for line in found), found[:5]
