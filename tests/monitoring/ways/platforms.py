"""Platforms of others as small servers: ThingsBoard, Frigate and WVP, as far as the house speaks with them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

USER, PASSWORD, KEY = "house@example.org", "open <sesame>", "tb_key_1"

Reply = tuple[int, Any, dict[str, str]]


@dataclass
class Served:
    """A platform at an address: what it was asked, and whether it answers with an error of its own."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    # The status with which it answers whatever it is asked, while this is set.
    broken: int | None = None
    logins: int = 0

    def reply(
        self, method: str, path: str, query: dict[str, str], said: Any, headers: Any
    ) -> Reply:
        """Status, JSON and headers of its answer."""
        raise NotImplementedError


@dataclass
class Board(Served):
    """ThingsBoard: alarms by their names; a token of a sign-in, or a key."""

    alarms: dict[str, dict[str, Any]] = field(default_factory=dict)

    def reply(
        self, method: str, path: str, query: dict[str, str], said: Any, headers: Any
    ) -> Reply:
        """As its REST API does."""
        if path == "/api/auth/login":
            self.logins += 1
            if said != {"username": USER, "password": PASSWORD}:
                return 401, {"status": 401, "message": "Invalid username or password"}, {}
            return 200, {"token": "jwt-1", "refreshToken": "jwt-2"}, {}
        if headers.get("X-Authorization") not in ("Bearer jwt-1", f"ApiKey {KEY}"):
            return 401, {"status": 401, "message": "Authentication failed"}, {}
        if path == "/api/auth/user":
            return 200, {"name": USER, "authority": "TENANT_ADMIN"}, {}
        *_api, name, act = path.split("/") if path.count("/") == 4 else [*path.split("/"), ""]
        alarm = self.alarms.get(name)
        if alarm is None:
            return 404, {"status": 404, "message": "Requested item wasn't found!"}, {}
        if method == "GET":
            return 200, alarm, {}
        done = {"ack": "acknowledged", "clear": "cleared"}[act]
        if alarm[done]:
            return 400, {"status": 400, "message": f"Alarm was already {done}!"}, {}
        alarm[done] = True
        return 200, alarm, {}


@dataclass
class Recorder(Served):
    """Frigate behind its sign-in: which reviews were viewed."""

    viewed: list[str] = field(default_factory=list)
    signed: bool = True

    def reply(
        self, method: str, path: str, query: dict[str, str], said: Any, headers: Any
    ) -> Reply:
        """As its HTTP API does."""
        if path == "/api/login":
            self.logins += 1
            if said != {"user": USER, "password": PASSWORD}:
                return 401, {"message": "Login failed"}, {}
            return 200, None, {"Set-Cookie": "frigate_token=abc; HttpOnly; Path=/"}
        if self.signed and headers.get("Cookie") != "frigate_token=abc":
            return 401, None, {}
        if path == "/api/reviews/viewed" and method == "POST":
            self.viewed += said["ids"]
            return 200, {"success": True, "message": "Reviewed multiple items"}, {}
        return 200, [], {}


@dataclass
class Channels(Served):
    """WVP: its channels and its alarms, in pages; older versions keep no list of alarms."""

    channels: list[dict[str, Any]] = field(default_factory=list)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    lists_alarms: bool = True
    spans: list[tuple[str, str]] = field(default_factory=list)

    def reply(
        self, method: str, path: str, query: dict[str, str], said: Any, headers: Any
    ) -> Reply:
        """As it answers its own pages."""
        if path == "/api/user/login":
            self.logins += 1
            hidden = hashlib.md5(PASSWORD.encode(), usedforsecurity=False).hexdigest()
            if query != {"username": USER, "password": hidden}:
                return 200, {"code": 100, "msg": "用户名或密码错误", "data": None}, {}
            return 200, {"code": 0, "msg": "成功", "data": {"accessToken": "wvp-1"}}, {}
        if headers.get("access-token") != "wvp-1" and headers.get("api-key") != KEY:
            return 401, {"code": 401, "msg": "请登录后重新请求", "data": None}, {}
        if path == "/api/common/channel/list":
            return 200, self._page(self.channels, query), {}
        if path == "/api/alarm/list" and self.lists_alarms:
            self.spans.append((query["beginTime"], query["endTime"]))
            return 200, self._page(self.alarms, query), {}
        return 404, {"code": 404, "msg": "Not Found"}, {}

    def _page(self, rows: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        size = int(query["count"])
        begin = (int(query["page"]) - 1) * size
        data = {"total": len(rows), "list": rows[begin : begin + size]}
        return {"code": 0, "msg": "成功", "data": data}


@contextmanager
def served(platform: Served) -> Iterator[Any]:
    """The platform answers at an address of this machine until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply("GET")

        def do_POST(self) -> None:
            self._reply("POST")

        def _reply(self, method: str) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {name: each[0] for name, each in parse_qs(parts.query).items()}
            platform.asked.append(f"{method} {parts.path}")
            said = json.loads(body) if body else None
            status, answer, headers = (
                (platform.broken, {"message": "Out of order"}, {})
                if platform.broken
                else platform.reply(method, parts.path, query, said, self.headers)
            )
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if answer is not None:
                self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_said: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        platform.address = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield platform
        finally:
            server.shutdown()
