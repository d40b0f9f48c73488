"""What is known against a pinned package ends the audit; where nobody can be asked it says so."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from house import advisories
from house.trouble import Trouble


class _List(BaseHTTPRequestHandler):
    """Answers as the open list of vulnerabilities does: something is known against `weak`."""

    asked: list[dict[str, Any]]
    weak = ""
    broken = False

    def do_POST(self) -> None:  # the name of the library
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        type(self).asked = queries
        results = [
            {"vulns": [{"id": "GHSA-test", "modified": ""}]}
            if each["package"]["name"] == self.weak
            else {}
            for each in queries
        ]
        body = json.dumps({} if self.broken else {"results": results}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name of the library
        """Nobody reads it."""


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_List]]:
    """A list of advisories on this machine."""
    server = HTTPServer(("127.0.0.1", 0), _List)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("ADVISORIES", f"http://127.0.0.1:{server.server_port}/v1/querybatch")
    monkeypatch.setattr(_List, "weak", "")
    monkeypatch.setattr(_List, "broken", False)
    yield _List
    server.shutdown()
    server.server_close()


def test_every_pinned_package_is_asked_about(
    answers: type[_List], capsys: pytest.CaptureFixture[str]
) -> None:
    assert advisories.main() == 0
    asked = {(each["package"]["name"], each["package"]["ecosystem"]) for each in answers.asked}
    assert {("flask", "PyPI"), ("leaflet", "npm"), ("@popperjs/core", "npm")} <= asked
    assert len(answers.asked) == len(advisories.pinned()) > 150
    assert "Nothing is known" in capsys.readouterr().out


def test_what_is_known_ends_it_unless_somebody_says_why_it_does_not_reach_us(
    answers: type[_List],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    answers.weak = "flask"
    with pytest.raises(Trouble, match="known weaknesses"):
        advisories.main()
    assert "GHSA-test" in capsys.readouterr().out
    noted = tmp_path / "accepted.txt"
    noted.write_text("# why\nGHSA-test  only servers of another kind\n")
    assert advisories.accepted(noted) == {"GHSA-test"}
    monkeypatch.setattr(advisories, "ACCEPTED", noted)
    assert advisories.main() == 0
    noted.write_text("GHSA-test\n")
    with pytest.raises(Trouble, match="no reason"):
        advisories.main()


def test_where_nobody_answers_it_says_so_and_holds_nobody_up(
    answers: type[_List],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers.broken = True
    assert advisories.main() == 0
    monkeypatch.setenv("ADVISORIES", "http://127.0.0.1:9/nobody")
    assert advisories.main() == 0
    assert capsys.readouterr().out.count("NOT ASKED") == 2
