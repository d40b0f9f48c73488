"""The wish of an address: paging, box, time, properties, order, filter, system."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from webapp.interop.ogc import reading
from webapp.interop.ogc.collection import Collection, Column
from webapp.interop.ogc.cql import parsing, queries as cql
from webapp.interop.ogc.crs import Crs, box_in_metres, inner_rectangle
from webapp.interop.ogc.rules import USUAL, bad
from webapp.interop.ogc.units import of_box
from webapp.interop.ogc.wish import Wish

# Every address takes these: the form of the answer, and its language.
EVERYWHERE = ("f", "lang")

OF_ITEMS = (
    "limit",
    "bbox",
    "bbox-crs",
    "datetime",
    "crs",
    "sortby",
    "filter",
    "filter-lang",
    "filter-crs",
    "count",
    "after",
)
OF_ITEM = ("crs",)


def items(
    collection: Collection,
    columns: Sequence[Column],
    sent: MultiDict[str, str],
    *,
    body: Any = None,
    usual: int = USUAL,
) -> Wish:
    """What is asked of a collection. `body` is a filter sent as JSON. Raises `Bad`, which names the parameter."""
    asked = {each.name: each for each in columns if each.asked}
    given = reading.only(sent, (*EVERYWHERE, *OF_ITEMS, *asked))
    system = reading.crs(given.get("bbox-crs"), "bbox-crs")
    where = _where(collection, given["bbox"], system) if "bbox" in given else {}
    order = reading.order(given["sortby"], columns) if "sortby" in given else ()
    count = given.get("count", "")
    if count not in ("", "exact"):
        raise bad("count", _("count can be exact, or is left out."))
    after = reading.after(given["after"], order, collection) if "after" in given else None
    values = {
        name: reading.value(asked[name], text) for name, text in given.items() if name in asked
    }
    return Wish(
        limit=reading.limit(given.get("limit"), usual),
        **where,
        span=reading.span(given["datetime"]) if "datetime" in given else None,
        values=values,
        condition=_condition(collection, asked, given, body),
        order=order,
        after=after,
        crs=reading.crs(given.get("crs"), "crs"),
        exact=count == "exact",
    )


def _where(collection: Collection, text: str, system: Crs) -> dict[str, Any]:
    """What a box means for a wish."""
    numbers = reading.box(text)
    reading.checked(numbers, system, "bbox")
    ground = of_box(numbers, system) if collection.told else None
    if ground is not None:
        return {"ground": ground}
    box = box_in_metres(numbers, system)
    if box is None:
        return {"nowhere": True}
    return {"box": box, "inner": inner_rectangle(box)}


def _condition(
    collection: Collection, asked: dict[str, Column], given: dict[str, str], body: Any
) -> Any:
    language = parsing.language(given.get("filter-lang"))
    system = reading.crs(given.get("filter-crs"), "filter-crs")
    if body is not None:
        if "filter" in given:
            raise bad("filter", _("Send the filter in the body or in the address, not in both."))
        said = parsing.checked(body)
    elif "filter" in given:
        said = parsing.parsed(given["filter"], language)
    else:
        return None
    return cql.clause(said, collection, asked, system)
