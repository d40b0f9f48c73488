"""One answer in two forms: XML, and the JSON that follows from it by the Spark convention."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _l

from webapp.base.feed import clean
from webapp.cases import timing
from webapp.interop.open311.rules import CONTENT_TYPES, Format

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True)
class Many:
    """A list: in XML each row in an element of this name, in JSON a bare array."""

    child: str
    rows: Sequence[Any]


def answer(name: str, body: Any, status: int = 200) -> Response:
    """The answer in the form that its address ends in; `name` is the outermost element."""
    form = form_of(request.path)
    if form is Format.JSON:
        written = json.dumps(_plain(body), ensure_ascii=False)
    else:
        written = DECLARATION + "".join(_element(name, body)) + "\n"
    return Response(written, status, content_type=CONTENT_TYPES[form])


def form_of(path: str) -> Format:
    """JSON where the address ends so, else XML, which every client reads."""
    return Format.JSON if path.endswith(".json") else Format.XML


def _plain(body: Any) -> Any:
    if isinstance(body, Many):
        return [_plain(row) for row in body.rows]
    if isinstance(body, Mapping):
        return {name: _plain(value) for name, value in body.items()}
    if body is None or isinstance(body, bool | int | float):
        return body
    return _text(body) or None


def _element(name: str, body: Any) -> Iterator[str]:
    inside = "".join(_inside(body))
    yield f"<{name}>{inside}</{name}>" if inside else f"<{name}/>"


def _inside(body: Any) -> Iterator[str]:
    if isinstance(body, Many):
        for row in body.rows:
            yield from _element(body.child, row)
    elif isinstance(body, Mapping):
        for name, value in body.items():
            yield from _element(name, value)
    elif isinstance(body, bool):
        yield "true" if body else "false"
    elif isinstance(body, int | float):
        yield repr(body)
    elif body is not None:
        yield html.escape(_text(body), quote=False)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(timing.office().zone).isoformat(timespec="seconds")
    return clean(str(value))


# How our own numbers of a refusal are told: the specification knows 400, 403 and 404.
STATUSES = {401: 403, 409: 400, 410: 404, 415: 400, 422: 400}

# What the fields of our actions are called here.
NAMES = {
    "class_code": "service_code",
    "lon": "long",
    "words": "description",
    "where_words": "address_string",
}
OF_ANSWER = re.compile(r"answer\.(.+)")

WORDS = {
    "unauthorized": _l("api_key is missing, or it is not valid."),
    "forbidden": _l("This api_key may not send requests."),
    "not_found": _l("This is not known here, or not public."),
}


def refused(status: int, code: str, words: Any, fields: Mapping[str, Any]) -> Response:
    """A refusal with one error for each value that cannot be used, or one for the whole."""
    status = STATUSES.get(status, status)
    rows = [
        {"code": _code_of(name, status), "description": _beside(name, str(text))}
        for name, text in fields.items()
        if str(text)
    ]
    whole = {"code": status, "description": WORDS.get(code, words)}
    return answer("errors", Many("error", rows or [whole]), status)


def _beside(name: str, text: str) -> str:
    found = OF_ANSWER.fullmatch(name)
    called = f"attribute[{found[1]}]" if found else NAMES.get(name, name)
    # Two values may contradict each other: then none of them is named.
    return text if name == "form" else f"{called}: {text}"


# What is looked for by its name, and may not be there.
NAMED_THINGS = ("service_code", "jurisdiction_id")


def _code_of(name: str, status: int) -> int:
    """Of several errors in one answer only those about what is not there are a matter of 404."""
    return status if status != 404 or name in NAMED_THINGS else 400
