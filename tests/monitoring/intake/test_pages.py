"""Pages of connected machines: keys are shown once, unreadable messages read again or thrown away."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from tests.monitoring.intake import messages
from tests.monitoring.intake.conftest import Box, alarms, kept, message
from tests.world import World, as_user
from webapp.base import clock
from webapp.monitoring.intake import queries, reading
from webapp.monitoring.intake.readers import generic
from webapp.monitoring.intake.rules import Format, Status


@pytest.fixture
def officer(box: Box) -> FlaskClient:
    """The browser of a safety officer."""
    return as_user(box.app, box.safety)


def test_a_machine_is_connected_and_its_key_is_shown_once(box: Box, officer: FlaskClient) -> None:
    sent = {
        "code": "nvr-port",
        "name": "渔港录像机",
        "formats": ["frigate", "isapi"],
        "datum": "gcj02",
    }
    answer = officer.post("/sources", data=sent)
    found = re.search(r"wg_[\w-]+", answer.text)
    assert found is not None
    source = queries.source("nvr-port")
    assert source is not None
    assert (source.formats, source.datum) == (["frigate", "isapi"], "gcj02")
    for address in ("/sources", "/sources/nvr-port"):
        page = officer.get(address).text
        assert "渔港录像机" in page
        assert "wg_" not in page
    now = datetime.now(UTC)  # browsers go by the real clock
    with clock.at(now):
        alive = messages.isapi("videoloss", "inactive", at=now)
        assert box.says("isapi", alive, key=found[0]).status_code == 202
        assert box.says("generic", messages.generic(), key=found[0]).status_code == 422


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"code": "Big"}, "code"),
        ({"code": "box"}, "code"),
        ({"code": "new"}, "code"),
        ({"formats": []}, "formats"),
        ({"name": ""}, "name"),
    ],
)
def test_a_form_that_cannot_be_used_is_shown_again(
    box: Box, officer: FlaskClient, wrong: dict[str, object], field: str
) -> None:
    sent = {"code": "nvr", "name": "录像机", "formats": ["cap"]} | wrong
    answer = officer.post("/sources", data=sent)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert queries.source("nvr") is None, field


def test_a_secret_is_shown_once_and_wanted_from_then_on(box: Box, officer: FlaskClient) -> None:
    page = officer.post("/sources/box/secret").text
    assert "X-Wangge-Signature" in page
    assert box.says("generic", messages.generic()).status_code == 401
    officer.post("/sources/box/no-secret")
    assert box.says("generic", messages.generic()).status_code == 202


def test_a_disconnected_machine_opens_nothing(box: Box, officer: FlaskClient) -> None:
    assert officer.post("/sources/box/close", data={"reason": ""}).status_code == 422
    officer.post("/sources/box/close", data={"reason": "已报废"})
    assert box.says("generic", messages.generic()).status_code == 401
    assert "已报废" in officer.get("/sources/box").text


def test_an_unreadable_message_shows_no_page_of_its_own(box: Box, officer: FlaskClient) -> None:
    box.take(Format.GENERIC, b'{"kind": "<script>alert(1)</script>\x01')
    page = officer.get("/sources/unreadable").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;·" in page
    assert "<script>alert" not in page


def test_what_a_repair_makes_readable_is_one_alarm(
    box: Box, officer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_said: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as during:
        during.setitem(reading.READERS, Format.GENERIC, breaks)  # type: ignore[arg-type]
        letter = box.take(Format.GENERIC, messages.generic())
        other = box.take(Format.GENERIC, messages.generic(id="a-2"))
        assert "0" in officer.post("/sources/unreadable/again").text
    assert reading.READERS[Format.GENERIC] is generic.read
    officer.post(f"/sources/unreadable/{letter.id}/again")
    officer.post("/sources/unreadable/again")
    officer.post(f"/sources/unreadable/{other.id}/again")
    assert [each.own_id for each in alarms()] == ["a-1", "a-2"]
    assert kept(Status.DEAD) == 0


def test_a_message_is_thrown_away_for_a_reason(box: Box, officer: FlaskClient) -> None:
    letter = box.take(Format.GENERIC, b"?")
    address = f"/sources/unreadable/{letter.id}/drop"
    assert officer.post(address, data={"reason": ""}).status_code == 422
    assert officer.post(address, data={"reason": "测试残留"}).status_code == 303
    assert message(letter).status == Status.DROPPED
    assert officer.post(address, data={"reason": "又一次"}).status_code == 409


def test_only_who_keeps_machines_reads_what_they_said(box: Box, world: World) -> None:
    letter = box.take(Format.GENERIC, b"?")
    for who, pages, bytes_ in (
        (world.stranger, 403, 403),
        (world.worker, 403, 403),
        (world.dispatcher, 200, 403),
    ):
        browser = as_user(box.app, who)
        assert browser.get("/sources").status_code == pages
        assert browser.get("/sources/box").status_code == pages
        assert browser.get("/sources/unreadable").status_code == bytes_
        assert browser.post("/sources/box/key").status_code == 403
        assert browser.post(f"/sources/unreadable/{letter.id}/again").status_code == 403


def test_a_machine_is_connected_by_command_with_the_words_of_the_formats(box: Box) -> None:
    named = ["--format", "frigate", "--format", "generic", "--datum", "gcj02", "--signed"]
    ran = box.app.test_cli_runner().invoke(args=["sources", "add", "yard-2", *named])
    assert ran.exit_code == 0, ran.output
    assert [line.split("\t")[0] for line in ran.output.splitlines()] == ["key", "secret"]
    known = queries.source("yard-2")
    assert known is not None
    assert (known.formats, known.datum) == (["frigate", "generic"], "gcj02")
