"""Races: a house in which every request is a transaction of its own, and deeds that begin together."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from unittest.mock import patch

from flask import Flask

from tests import databases
from tests.conftest import Browser
from webapp.app import create_app
from webapp.base import pooling
from webapp.base.config import Settings
from webapp.base.db import SERVER_OPTIONS, db
from webapp.base.flow import Refusal

# Fifty at once behind one interpreter take as long as the machine is slow: whoever waits for another waits for all.
PATIENT_S = 120.0


@contextmanager
def busy_house(
    cluster_url: str, instance: Path, *, with_demo: bool = False, **more: str
) -> Iterator[Flask]:
    """The app on a database of its own, where what is committed stays; forms carry no tokens."""
    name = f"busy_{uuid.uuid4().hex[:10]}"
    if with_demo:
        url = databases.clone_with_demo(cluster_url, name, instance)
    else:
        url = databases.clone(cluster_url, name)
    values = {
        "WANGGE_ENV": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": "a key that only tests use, long enough",
        "INSTANCE": str(instance),
        **more,
    }
    longer = SERVER_OPTIONS.replace("lock_timeout=10000", f"lock_timeout={PATIENT_S:.0f}s")
    waits = dict.fromkeys(("STUCK_S", "WAIT_S", "SILENT_S"), PATIENT_S)
    with patch("webapp.base.db.SERVER_OPTIONS", longer), patch.multiple(pooling, **waits):
        app = create_app(Settings.from_environment(values))
        app.test_client_class = Browser
        app.config["WTF_CSRF_METHODS"] = []
        yield app
    with app.app_context():
        db.engine.dispose()
    databases.drop(cluster_url, name)


def outcome(app: Flask, deed: Callable[[], Any]) -> str:
    """`made`, or the status of the refusal; whatever else happens is told by its name."""
    with app.test_request_context("/"):
        try:
            deed()
            db.session.commit()
        except Refusal as refusal:
            db.session.rollback()
            return str(refusal.status) if str(refusal.words) else "a refusal without words"
        except Exception as error:  # noqa: BLE001  # whatever it is, the test tells it
            return f"{type(error).__name__}: {error}"
        return "made"


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """What the deeds answer, all begun at the same moment."""
    start = Barrier(len(deeds))
    answers: list[Any] = [None] * len(deeds)

    def run(place: int) -> None:
        start.wait()
        answers[place] = deeds[place]()

    threads = [Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
