"""The page of a list as it was at a moment: whatever can be taken out as a file is told of the past too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response, current_app, g, has_request_context, make_response, request
from flask_babel import get_locale, lazy_gettext as _l
from sqlalchemy import Column as TableColumn
from sqlalchemy.sql import visitors

from webapp.base import past
from webapp.base.access import demand, me
from webapp.base.exports import queries
from webapp.base.exports.cells import fields, read, zone
from webapp.base.exports.sheet import SHEETS, Column, Kind, Sheet
from webapp.base.kept import TABLES, Kept, Standing
from webapp.base.past import AsOf, NotKept
from webapp.base.then import as_of
from webapp.base.web import Form, is_by_a_standard, page

_FORM = re.compile(r"(?P<tag><form\b[^>]*>)(?P<body>.*?)</form>", re.DOTALL)


class Further(Form):
    """From which row on."""

    before: int = 0


def of_page(endpoint: str | None) -> Sheet | None:
    """The list of a page, if its past is told here."""
    found = (each for each in SHEETS.values() if each.page == endpoint and not each.own_past)
    return next(found, None)


def answered() -> Response | None:
    """The page of the past that the request asks for with `as_of`; None: it asks for none.

    Raises `NotKept` where nobody knows how the page was: the present never stands for it.
    """
    asked = request.method in ("GET", "HEAD") and request.args.get("as_of")
    if not asked or is_by_a_standard():
        return None
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "tells_past", False):
        return None
    if getattr(view, "told_then", False):
        return _asked_then(view)
    sheet = of_page(request.endpoint)
    if sheet is None:
        raise NotKept(_l("How this was in the past is not kept."))
    return _listed(sheet)


def _asked_then(view: Any) -> Response:
    moment = AsOf.of(request.args.to_dict()).moment()
    # Who asks is who it is now, with the rights of now.
    me().holds(())
    g.as_of = moment
    with as_of(moment):
        answer = make_response(view(**(request.view_args or {})))
    if answer.mimetype == "text/html":
        answer.set_data(held(answer.get_data(as_text=True), moment))
    return answer


def held(document: str, moment: datetime) -> str:
    """The page without deeds, whose own questions stay at the moment: what is done is done now."""
    # What stands around the page is of now; a fragment has nothing around it.
    head, main, rest = document.partition("<main") if "<main" in document else ("", "", document)
    body, end, foot = rest.partition("</main>")
    kept = f'<input type="hidden" name="as_of" value="{moment.isoformat()}">'

    def of_then(form: re.Match[str]) -> str:
        if 'method="post"' in form["tag"]:
            return form[0] if 'action="/exports/' in form["tag"] else ""
        action = re.search(r'action="([^"?]*)', form["tag"])
        if 'name="as_of"' in form["body"] or (action and action[1] not in ("", request.path)):
            return form[0]
        return f"{form['tag']}{kept}{form['body']}</form>"

    return f"{head}{main}{_FORM.sub(of_then, body)}{end}{foot}"


def stay(endpoint: str, values: dict[str, Any]) -> None:
    """Links of a page of the past to itself stay at the moment; `as_of=None` leaves it."""
    if has_request_context() and "as_of" in g and endpoint == request.endpoint:
        values.setdefault("as_of", g.as_of.isoformat())


def _listed(sheet: Sheet) -> Response:
    wish = {name: value for name, value in request.args.items() if value and name != "lang"}
    demand(sheet.right, sheet.thing(wish) if sheet.thing else None)
    moment = AsOf.of(wish).moment()
    skip = max(Further.of(wish).before, 0)
    rows = queries.listed(sheet, me(), wish, str(get_locale()), skip=skip)
    told = [at for at, each in enumerate(sheet.columns) if not untold(each)]
    columns = fields(sheet, zone())
    address = {name: value for name, value in wish.items() if name not in ("as_of", "before")}
    return page(
        "parts/past_sheet.html",
        fragment="queue",
        sheet=sheet,
        moment=moment,
        heads=[(columns[at].title, of_now(sheet.columns[at])) for at in told],
        moments=[columns[at].kind is Kind.MOMENT for at in told],
        rows=[
            ([values[at] for at in told], row[-1])
            for row in rows[: past.PAGE]
            for values in (read(row, columns),)
        ],
        after=skip + past.PAGE if len(rows) > past.PAGE else None,
        address=address,
    )


def untold(column: Column) -> bool:
    """True when nobody keeps how it was."""
    return any(isinstance(way, Kept) and name in way.untold for way, name in _read_by(column))


def of_now(column: Column) -> bool:
    """True when it is told as it is now, whenever that was."""
    return any(_is_of_now(way, name) for way, name in _read_by(column))


def _is_of_now(way: Any, name: str) -> bool:
    if isinstance(way, Standing):
        return way.of_now and name != "id"
    if not isinstance(way, Kept):
        return False
    return name in way.now or bool(way.only and name not in (*way.only, *way.fixed, "id"))


def _read_by(column: Column) -> Iterator[tuple[Any, str]]:
    if isinstance(column.value, str):
        return
    for value in (column.value, column.english):
        if value is None:
            continue
        for each in visitors.iterate(getattr(value, "expression", value)):
            table = getattr(each, "table", None)
            table = getattr(table, "element", table)
            if isinstance(each, TableColumn) or table is not None:
                yield TABLES.get(getattr(table, "name", "")), getattr(each, "name", "")
