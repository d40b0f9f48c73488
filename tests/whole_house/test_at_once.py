"""Fifty try the same step of the same thing at the same moment: one of them makes it, for every life there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.busy import at_once, busy_house, outcome
from webapp.app import RULES
from webapp.base import audit
from webapp.base.access import HOUSE
from webapp.base.db import db
from webapp.base.flow import EVIDENCE_WORDS, FLOWS, Flow
from webapp.operation import queries

# The house is imported, so that every life is known.
assert RULES
MANY = 50
EVERYTHING = dict.fromkeys(EVIDENCE_WORDS, "given")

# Rules about what else a thing must say in a state: the deeds of its part see to them, and here nobody does.
_LOOSEN = text("""
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
    FROM pg_constraint WHERE contype = 'c' AND conrelid = cast(:table AS regclass) AND conname <> :state
""")
_INDEXES = text("""
    SELECT format('DROP INDEX %s', indexrelid::regclass)
    FROM pg_index WHERE indrelid = cast(:table AS regclass) AND indpred IS NOT NULL AND indisunique
""")


@pytest.fixture(scope="module")
def crowded(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A house with demo data in which every try has a connection of its own and commits."""
    instance = tmp_path_factory.mktemp("crowded")
    with busy_house(cluster_url, instance, with_demo=True, DB_POOL_SIZE="25") as app:
        yield app


def _stand(flow: Flow, model: Any, key: int, state: str) -> int:
    """The thing stands in a state from which the move is open; answers its version."""
    thing = db.session.get_one(model, key)
    thing.state = state
    flow.record(thing, "brought", by=HOUSE)
    db.session.commit()
    version: int = thing.version
    return version


def _try(app: Flask, flow: Flow, model: Any, key: int, name: str, version: int | None) -> str:
    """What became of the move."""

    def move() -> None:
        thing = db.session.get_one(model, key)
        flow.move(thing, name, by=HOUSE, evidence=EVERYTHING, base_version=version)

    return outcome(app, move)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", FLOWS)
def test_of_fifty_one_makes_the_move(
    crowded: Flask, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    flow = FLOWS[kind]
    monkeypatch.setattr("webapp.base.flow.may", lambda *_: True)
    with crowded.test_request_context("/"):
        (model,) = [model for each, model in queries.lives() if each is flow]
        table = model.__tablename__
        key = db.session.scalar(text(f"SELECT min(id) FROM {table}"))
        if key is None:
            pytest.skip(f"the demo has no {kind}")
        for loosened in (
            *db.session.scalars(_LOOSEN, {"table": table, "state": f"ck_{table}_state"}),
            *db.session.scalars(_INDEXES, {"table": table}),
        ):
            db.session.execute(text(loosened))
        db.session.commit()
    wrong = []
    for name, move in flow.moves.items():
        with crowded.test_request_context("/"):
            version = _stand(flow, model, key, min(move.since))
        # Half of them saw the thing as it is; where a move ends where it began all have to say so.
        again = move.to in move.since

        def deed(place: int, name: str = name, seen: int = version, again: bool = again) -> Any:
            known = seen if again or place % 2 else None
            return lambda: _try(crowded, flow, model, key, name, known)

        deeds: list[Callable[[], str]] = [deed(place) for place in range(MANY)]
        answers = Counter(at_once(*deeds))
        if answers != {"made": 1, "409": MANY - 1}:
            wrong.append(f"{kind}.{name}: {dict(answers)}")
    with crowded.test_request_context("/"):
        assert audit.broken_links() == []
        assert list(queries.states_against_log()) == []
    assert not wrong, "\n".join(wrong)
