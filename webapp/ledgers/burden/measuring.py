"""A form that was taken says how long somebody worked at it; that is written down with it, in its transaction."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me
from webapp.ledgers.burden import actions
from webapp.ledgers.burden.rules import FORMS, LONGEST_S

# What the script calls the seconds that it sends with a form.
FIELD = "spent_s"


def note(answer: ResponseReturnValue) -> None:
    """The seconds of a measured form of staff stand beside what it did; a wrong number counts for nothing."""
    said = request.form.get(FIELD, "")
    if request.endpoint not in FORMS or getattr(answer, "status_code", 200) >= 400:
        return
    held: Any = getattr(me(), "held", ())
    account_id = me().id
    if account_id is None or not held or not said.isascii() or not said.isdigit():
        return
    # More digits than any time has are none.
    seconds = int(said[:9])
    if 1 <= seconds <= LONGEST_S:
        actions.write_down(
            request.endpoint,
            seconds=seconds,
            role=held[0].role,
            account_id=account_id,
            client_id=_uuid(request.form.get("client_id", "")),
        )


def patterns() -> str:
    """The addresses of measured forms as the script knows them: `/visits/*/*`, one after the other."""
    known: str | None = current_app.extensions.get("measured")
    if known is None:
        known = " ".join(
            sorted(
                "/".join("*" if "<" in part else part for part in _parts(rule.rule))
                for rule in current_app.url_map.iter_rules()
                if rule.endpoint in FORMS and "POST" in (rule.methods or ())
            )
        )
        current_app.extensions["measured"] = known
    return known


def _uuid(text: str) -> uuid.UUID | None:
    with suppress(ValueError):
        return uuid.UUID(text)
    return None


def _parts(rule: str) -> list[str]:
    """The parts of an address; a slash or comma inside `<any(a, b):name>` parts nothing."""
    parts, depth = [""], 0
    for letter in rule:
        depth += (letter == "<") - (letter == ">")
        if letter == "/" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
