"""An endpoint at a real receiver, in a house that may speak to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.interop.webhooks.receivers import Receiver, receiving
from tests.world import World
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.interop.webhooks import actions
from webapp.interop.webhooks.models import Endpoint
from webapp.people.models import Account

Keeping = Callable[..., tuple[Endpoint, str]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with receiving() as listening:
        yield listening


@pytest.fixture
def near(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The house may speak to this machine."""
    settings = replace(app.extensions["settings"], webhook_networks="127.0.0.0/8")
    monkeypatch.setitem(app.extensions, "settings", settings)


@pytest.fixture
def keeping(near: None, world: World, receiver: Receiver) -> Keeping:
    """Keeps an endpoint at the receiver, told of cases as the shift leader sees them."""

    def keep(*, account: Actor = world.shift_leader, **more: Any) -> tuple[Endpoint, str]:
        values = {
            "name": "collector",
            "url": receiver.url(),
            "types": ["case.created", "case.changed", "case.closed"],
            "by": world.admin,
            **more,
        }
        return actions.keep(account=db.session.get_one(Account, account.id), **values)

    return keep
