"""A reader of server-sent events, as a browser reads them."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.servers import Visitor

WITHIN_S = 20.0


@dataclass(frozen=True)
class News:
    """One event of the stream."""

    id: str
    event: str
    data: dict[str, Any]


class Stream:
    """An open stream; `status` tells whether it was let in."""

    def __init__(self, visitor: Visitor, *, last: str | None = None, since: str = "") -> None:
        self._connection = http.client.HTTPConnection(
            urlsplit(visitor.base).netloc, timeout=WITHIN_S
        )
        headers = {"Cookie": visitor.cookies, "Accept": "text/event-stream"}
        if last is not None:
            headers["Last-Event-ID"] = last
        self._connection.request("GET", f"/live?since={since}", headers=headers)
        self.answer = self._connection.getresponse()
        self.status = self.answer.status
        self.last = last or ""

    @classmethod
    def patient(cls, visitor: Visitor, **where: Any) -> Stream:
        """A stream that tries again, as every reader does, while all places are taken."""
        for _try in range(100):
            stream = cls(visitor, **where)
            if stream.status != 503:
                return stream
            stream.close()
            time.sleep(0.1)
        raise TimeoutError("no place became free")

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """The reader is gone."""
        self.answer.close()
        self._connection.close()

    def news(self) -> Iterator[News]:
        """Every event until the stream ends; silence for long raises `TimeoutError`."""
        told: dict[str, str] = {}
        deadline = time.monotonic() + WITHIN_S
        for raw in self.answer:
            line = raw.decode().rstrip("\n")
            if time.monotonic() > deadline:
                raise TimeoutError("the news that was waited for did not come")
            if line:
                name, _colon, value = line.partition(": ")
                told[name] = value
                continue
            if "event" in told:
                self.last = told.get("id", self.last)
                yield News(self.last, told["event"], json.loads(told["data"]))
            told = {}

    def until(self, event: str, thing_id: int | None = None) -> list[News]:
        """Everything up to the first event of this kind (and thing), that one included."""
        seen = []
        for each in self.news():
            seen.append(each)
            if each.event == event and thing_id in (None, each.data.get("id")):
                return seen
        raise AssertionError(f"the stream ended before {event} {thing_id}: {seen}")
