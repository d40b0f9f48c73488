"""Five thousand ballots counted: by one statement, beside reading each of them; and their seal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from sqlalchemy import select, text

from bench.explained import explained, outline
from bench.figures import Figure, best, in_turns
from bench.ground import Ground
from webapp.base.db import db
from webapp.community.deliberation import poll_queries, polls
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.poll_models import Ballot, Poll
from webapp.community.deliberation.procedures import PROCEDURES

BALLOTS = 5000

_TABLES = ("poll_ballot", "poll_voter")

_FILL = (
    text("""
        INSERT INTO poll_voter (poll_id, number, label)
        SELECT :poll, n, 'home ' || n FROM generate_series(1, :many) n
    """),
    text("""
        UPDATE poll SET roll_at = now(), online = true, secret = true,
            opens_at = now() - interval '1 day', closes_at = now() + interval '1 day'
        WHERE id = :poll
    """),
    text("""
        INSERT INTO poll_turnout (voter_id, poll_id)
        SELECT id, poll_id FROM poll_voter WHERE poll_id = :poll
    """),
    text("""
        INSERT INTO poll_ballot (poll_id, secret, choice, receipt)
        SELECT :poll, true, (ARRAY['yes', 'yes', 'no', 'abstain'])[1 + n % 4],
               encode(sha256(n::text::bytea), 'hex')
        FROM generate_series(1, :many) n
    """),
)


def figures(ground: Ground) -> Iterator[Figure]:
    """A vote of five thousand homes, all of which have voted; nothing of it stays."""
    with ground.app.app_context():
        poll = _voted()

        def one_by_one() -> Counter[str]:
            db.session.expire_all()
            rows = db.session.scalars(select(Ballot).where(Ballot.poll_id == poll.id))
            return Counter(each.choice for each in rows)

        slow, fast = in_turns(one_by_one, lambda: poll_queries.figures(poll.id))
        found, read = poll_queries.figures(poll.id), one_by_one()
        same = (found.yes, found.no, found.abstain) == tuple(
            read[choice] for choice in ("yes", "no", "abstain")
        )
        yield Figure(
            what="a vote is counted",
            rows=found.took_part,
            measured=f"{fast * 1000:.1f} ms",
            baseline="each ballot read, counted in Python",
            beside=f"{slow * 1000:.1f} ms",
            ratio=slow / fast,
            wanted=">= 2, the same figures",
            met=same and found.took_part == BALLOTS and slow / fast >= 2,
            plan=_plan(lambda: poll_queries.figures(poll.id)),
        )
        sealing = best(lambda: polls.digest(poll))
        yield Figure(
            what="its ballots are listed and sealed",
            rows=BALLOTS,
            measured=f"{sealing * 1000:.1f} ms",
            baseline="the count itself",
            beside=f"{fast * 1000:.1f} ms",
            ratio=fast / sealing,
            plan=_plan(lambda: polls.digest(poll)),
        )
        db.session.rollback()


def _plan(work: Callable[[], object]) -> tuple[str, ...]:
    """Each statement that reads the roll or the ballots, step by step with the rows of each step."""
    read = [done for done in explained(work) if any(map(done.reads, _TABLES))]
    return tuple(line for done in read for line in outline(done.plan))


def _voted() -> Poll:
    topic = db.session.scalars(select(Topic).order_by(Topic.id).limit(1)).one()
    rule = PROCEDURES["residents"]
    poll = Poll(topic_id=topic.id, turn=99, rule=rule.kept(), unit=rule.unit)
    db.session.add(poll)
    db.session.flush()
    for each in _FILL:
        db.session.execute(each, {"poll": poll.id, "many": BALLOTS})
    db.session.refresh(poll)
    return poll
