"""How often one request asks the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import event

from bench.figures import Figure
from bench.ground import Ground
from bench.load import Request
from webapp.base.db import db
from webapp.base.reading import Readers


def figure(
    ground: Ground, request: Request, *, most: int | None = None, wanted: str = ""
) -> Figure:
    """The statements of a request, savepoints among them, as a line of the table."""
    count = len(counted(ground, request))
    return Figure(
        what=f"SQL statements of {request.method} {request.path.partition('?')[0]}",
        rows=1,
        measured=str(count),
        wanted=wanted,
        met=None if most is None else count <= most,
    )


def counted(ground: Ground, request: Request) -> list[str]:
    """The statements of the second of two such requests, in this process."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.append(statement)

    with ground.app.app_context():
        engine = db.engine
    # A cookie is that of the header.
    client = ground.app.test_client(use_cookies=False)

    plainly = Readers._asked

    def read(readers: Readers, words: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        found.append(words)
        return plainly(readers, words, values)

    setattr(Readers, "_asked", read)  # noqa: B010  # a method is not assigned to
    event.listen(engine, "before_cursor_execute", note)
    for _time in range(2):
        found.clear()
        body = request.body() if request.body else None
        answer = client.open(
            request.address, method=request.method, data=body, headers=dict(request.headers)
        )
        if answer.status_code >= 400:
            raise RuntimeError(f"{request.path} was refused: {answer.get_data(as_text=True)[:500]}")
    event.remove(engine, "before_cursor_execute", note)
    setattr(Readers, "_asked", plainly)  # noqa: B010
    return found
