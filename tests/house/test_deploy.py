"""What an operator copies: units of systemd, nginx in front with TLS, alerts by our own measures."""

from __future__ import annotations

import http.client
import re
import ssl
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests

from house import archive
from house.serve import RENEWED_WITHIN
from house.trouble import ROOT
from tests import databases
from tests.fronts import DEPLOY, balanced, nginx, put
from tests.servers import Served, free_port, running
from tests.world import PASSWORD, someone
from webapp.base.db import SERVER_OPTIONS


def test_the_units_are_read_by_systemd() -> None:
    units = [*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]
    assert len(units) == 3
    done = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Unknown" not in done.stderr


def test_the_service_reaches_its_backups_and_waits_for_a_renewal() -> None:
    unit = dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / "wangge.service").read_text(), re.M))
    # The server writes its log where the backups are: outside its own folder, which `strict` forbids.
    assert unit["ProtectSystem"] == "full"
    assert float(unit["TimeoutStartSec"]) > RENEWED_WITHIN
    # Debian's places for what pgBackRest writes beside are of the user postgres, whom the service is not.
    for name in ("lock-path", "spool-path"):
        assert f"{name}={{socket}}" in archive.SETTINGS


def test_who_comes_while_nobody_is_behind_the_proxy_is_told_to_come_again(tmp_path: Path) -> None:
    with balanced(tmp_path, [f"127.0.0.1:{free_port()}"]) as address:
        answer = requests.get(f"{address}/desk", timeout=20)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "系统正在启动或维护" in answer.text
    assert "503" in (ROOT / "static/js/offline.js").read_text()


def test_every_measure_of_an_alert_is_one_of_ours() -> None:
    ours = set(re.findall(r'"(wangge_\w+)"', (ROOT / "webapp/interop/metrics.py").read_text()))
    rules = (DEPLOY / "prometheus-alerts.yml").read_text()
    asked = {re.sub(r"_(bucket|total)$", "", name) for name in re.findall(r"\bwangge_\w+", rules)}
    assert len(asked) > 3
    assert asked <= ours


def test_every_process_has_its_alert() -> None:
    named = re.findall(
        r'^    "(\w+)": \(_l', (ROOT / "webapp/interop/processes.py").read_text(), re.M
    )
    rules = (DEPLOY / "prometheus-alerts.yml").read_text()
    alerted = re.findall(r'wangge_process_up\{process="(\w+)"\} == 0', rules)
    # The web server is the one that is asked.
    assert sorted([*alerted, "web"]) == sorted(named)
    assert 'up{job="wangge"} == 0' in rules


def test_the_pooler_asks_of_its_connections_what_the_house_asks_of_its_own() -> None:
    told = (DEPLOY / "pgbouncer.ini").read_text()
    asked = re.findall(r"-c (\w+)=(\w+)", SERVER_OPTIONS)
    assert len(asked) > 4
    for name, value in asked:
        assert re.search(rf"SET {name} TO '*{value}'*[;']", told), name


@dataclass
class Front:
    """nginx before a house: its two doors, and what its certificate is checked by."""

    house: Served
    plain: int
    sealed: int
    trust: ssl.SSLContext

    def ask(
        self, method: str, path: str, body: str | None = None, **headers: str
    ) -> http.client.HTTPResponse:
        """The answer through the sealed door, not yet read."""
        door = http.client.HTTPSConnection("localhost", self.sealed, context=self.trust, timeout=20)
        door.request(
            method, path, body, {name.replace("_", "-"): each for name, each in headers.items()}
        )
        return door.getresponse()


@pytest.fixture(scope="module")
def front(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx as we ship it, but for its ports, its name and its certificate, before a running house."""
    folder = tmp_path_factory.mktemp("front")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"),
        ],
        check=True,
        capture_output=True,
    )
    name = f"front_{uuid.uuid4().hex[:10]}"
    url = databases.clone(cluster_url, name)
    plain, sealed = free_port(), free_port()
    with running(url, folder, SECURE_COOKIES="1", PROXIES="1") as house:
        changes = {
            "127.0.0.1:8000": house.url.removeprefix("http://"),
            "/etc/wangge/tls": str(folder),
            "grid.example.org": "localhost",
            "listen [::]:80;": "",
            "listen [::]:443 ssl http2;": "",
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "listen 443 ssl": f"listen 127.0.0.1:{sealed} ssl",
        }
        with nginx(folder, put((DEPLOY / "nginx.conf").read_text(), changes), sealed):
            trust = ssl.create_default_context(cafile=folder / "fullchain.pem")
            yield Front(house, plain, sealed, trust)
    databases.drop(cluster_url, name)


@pytest.mark.thorough
def test_the_plain_door_leads_to_the_sealed_one(front: Front) -> None:
    door = http.client.HTTPConnection("127.0.0.1", front.plain, timeout=20)
    door.request("GET", "/news?page=2", headers={"Host": "localhost"})
    answer = door.getresponse()
    assert answer.status == 301
    assert answer.headers["Location"] == "https://localhost/news?page=2"


@pytest.mark.thorough
def test_somebody_signs_in_and_hears_a_live_page_at_once(front: Front) -> None:
    from webapp.app import create_app
    from webapp.base.config import Settings
    from webapp.base.db import db

    app = create_app(Settings.from_environment(dict(front.house.environment)))
    with app.app_context():
        someone("desk", "dispatcher")
        db.session.commit()
        db.engine.dispose()

    page = front.ask("GET", "/sign-in")
    words = page.read().decode()
    for name in ("Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options"):
        assert len(page.headers.get_all(name) or []) == 1, name
    assert "Secure" in page.headers["Set-Cookie"]
    token = re.search(r'name="csrf-token" content="([^"]+)"', words)
    assert token
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    form = urlencode({"csrf_token": token[1], "username": "desk", "password": PASSWORD})
    said = front.ask(
        *("POST", "/sign-in", form),
        Cookie=cookie,
        Referer=f"https://localhost:{front.sealed}/sign-in",
        Content_Type="application/x-www-form-urlencoded",
    )
    assert said.status == 303, said.read().decode()[:500]
    cookie = said.headers["Set-Cookie"].partition(";")[0]
    live = front.ask("GET", "/live?since=", Cookie=cookie, Accept="text/event-stream")
    assert live.status == 200
    # The stream never ends: that a line can be read at all shows that nobody holds it back.
    assert live.readline().strip()
    live.close()


@pytest.mark.thorough
def test_nobody_claims_to_be_this_machine_through_the_proxy(front: Front) -> None:
    answer = front.ask("GET", "/metrics", X_Forwarded_For="127.0.0.1", Accept="application/json")
    assert answer.status == 401


@pytest.mark.thorough
def test_what_is_too_large_is_refused_in_words(front: Front) -> None:
    answer = front.ask("POST", "/api/v1/cases", "x" * (66 * 2**20), Content_Type="application/json")
    assert answer.status == 413
    assert "最多 64 MB" in answer.read().decode()
    assert "| `MAX_UPLOAD_MB` | `64` |" in (ROOT / "docs/settings.md").read_text()
