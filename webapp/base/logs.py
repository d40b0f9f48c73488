"""What is written down of a request: where it went and what broke, and nothing of whom it was about."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import AnyConverter, IntegerConverter, PathConverter, Rule

# By this name the web server finds the address that may stand in its log.
ADDRESS = "wangge.address"
NOWHERE = "(no such page)"
# What PostgreSQL quotes of a row that it refuses, to the end of the complaint.
_QUOTED = re.compile(r"^(DETAIL|CONTEXT|LINE \d+):.*(\n +\^)?", re.MULTILINE)


def init_app(app: Flask) -> None:
    """The web server may write down where a request went: see `ADDRESS`."""

    @app.before_request
    def say_where() -> None:
        request.environ[ADDRESS] = shown(request.url_rule, request.view_args)

    @app.after_request
    def say_nowhere(answer: Any) -> Any:
        request.environ.setdefault(ADDRESS, NOWHERE)
        return answer


def shown(rule: Rule | None, given: Mapping[str, Any] | None) -> str:
    """An address with its numbers and chosen words; any other part may be a secret or a name, and is `…`.

    What was asked behind the `?` is never in it.
    """
    if rule is None:
        return NOWHERE
    written = rule.rule
    for name, value in (given or {}).items():
        plain = isinstance(rule._converters[name], IntegerConverter | AnyConverter | PathConverter)
        written = re.sub(rf"<[^<>]*\b{name}>", str(value) if plain else "…", written)
    return re.sub(r"[\r\n]", "", written)


def page_of(url: str) -> str:
    """The same of an address that somebody else names."""
    path = re.sub(r"^[a-z]+://[^/]*", "", url).partition("?")[0].partition("#")[0]
    try:
        rule, given = current_app.url_map.bind("").match(path, return_rule=True)
    except HTTPException:
        return NOWHERE
    return shown(rule, given)


def complaint(error: BaseException) -> str:
    """The whole traceback of an error, without what the database quotes of the row it refused."""
    return _QUOTED.sub(r"\1: (not written down)", "".join(traceback.format_exception(error)))
