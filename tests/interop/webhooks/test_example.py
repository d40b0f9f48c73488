"""The receiver that the documents show takes what the house sends, and refuses what it did not."""

from __future__ import annotations

import os
import re
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import make_server

import pytest

from tests.cases.stages import reported
from tests.interop.webhooks.conftest import Keeping
from tests.world import World
from webapp.interop.webhooks import actions, delivering, events


def _example(root: Path) -> str:
    found = re.search(r"```python\n(.*?)```", (root / "docs/webhooks.md").read_text("utf-8"), re.S)
    assert found
    return found[1]


def test_the_example_takes_and_refuses(
    keeping: Keeping,
    world: World,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    endpoint, secret = keeping(name="for the secret")
    monkeypatch.setitem(os.environ, "WEBHOOK_SECRET", secret)
    example: dict[str, Any] = {"__name__": "example"}
    exec(_example(root), example)  # the very text of the document
    server = make_server("127.0.0.1", 0, example["app"])
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        endpoint.url = f"http://127.0.0.1:{server.server_port}/hooks"
        case = reported(world)
        delivering.send()
        actions.renew_secret(endpoint, hours=0, by=world.admin)
        reported(world)
        delivering.send()
    finally:
        server.shutdown()
        server.server_close()
    said = capsys.readouterr().out
    assert said.count("case.created") == 1
    assert case.number in said
    assert endpoint.failures == 1


def test_the_documents_name_every_type(root: Path) -> None:
    text = (root / "docs/webhooks.md").read_text("utf-8")
    missing = [name for name in (*events.TYPES, events.TEST) if f"`{name}`" not in text]
    assert missing == []
