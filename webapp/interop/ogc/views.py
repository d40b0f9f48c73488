"""Addresses of OGC API Features: what there is, what it looks like, and the features themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from webapp.base import clock, web
from webapp.base.access import me, permit
from webapp.base.security import by_key, limiter
from webapp.base.web import page
from webapp.interop.ogc import answers, forms, openapi, queries, reading, shown
from webapp.interop.ogc.answers import document, sent
from webapp.interop.ogc.collection import Collection, Column, columns_for
from webapp.interop.ogc.rules import (
    BASE,
    CONFORMS_TO,
    GEOJSON,
    ON_A_PAGE,
    OPENAPI,
    READS,
    SCHEMA,
    USUAL,
    bad,
)
from webapp.interop.ogc.table import COLLECTIONS
from webapp.interop.ogc.wish import Wish

bp = Blueprint("ogc", __name__, url_prefix=BASE)

web.face(BASE, answers.refused)


@bp.after_request
def for_other_sites(answer: Response) -> Response:
    """What everybody may read may be read by maps of other sites too; a cookie never goes with them."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Expose-Headers"] = "Content-Crs, ETag, Link"
    return answer


def _nothing_else(*known: str) -> None:
    reading.only(request.args, (*forms.EVERYWHERE, *known))


def one(name: str, **_more: Any) -> Collection | None:
    """The collection of an address."""
    return COLLECTIONS.get(name)


@bp.get("/")
@limiter.limit(READS)
@permit("ogc.read")
def landing() -> Response:
    """The first page: what leads on."""
    _nothing_else()
    told = shown.landing()
    if answers.as_page():
        return page("interop/ogc/landing.html", told=told, collections=shown.for_reader(me()))
    return document(told)


@bp.get("/conformance")
@limiter.limit(READS)
@permit("ogc.read")
def conformance() -> Response:
    """What the interface conforms to."""
    _nothing_else()
    if answers.as_page():
        return page("interop/ogc/conformance.html", classes=CONFORMS_TO)
    return document({"conformsTo": list(CONFORMS_TO), "links": shown.both("conformance")})


@bp.get("/api")
@limiter.limit(READS)
@permit("ogc.read")
def api() -> Response:
    """The description of the interface, as far as it is open to whoever asks."""
    _nothing_else()
    told = openapi.described(me())
    if answers.as_page():
        return page("interop/ogc/api.html", told=told)
    return document(told, OPENAPI)


@bp.get("/collections")
@limiter.limit(READS)
@permit("ogc.read")
def collections() -> Response:
    """Every collection that whoever asks may see."""
    _nothing_else()
    if answers.as_page():
        return page("interop/ogc/collections.html", collections=shown.for_reader(me()))
    return document(shown.collections(me()))


@bp.get("/collections/<name>")
@limiter.limit(READS)
@permit("ogc.read", of=one)
def collection(each: Collection) -> Response:
    """One collection."""
    _nothing_else()
    told = shown.collection(each, shown.extents([each], me())[each.name])
    if answers.as_page():
        columns = columns_for(each, me())
        return page("interop/ogc/collection.html", each=each, told=told, columns=columns)
    return document(told)


@bp.get("/collections/<name>/<any(schema, queryables, sortables):part>")
@limiter.limit(READS)
@permit("ogc.read", of=one)
def schema(each: Collection) -> Response:
    """The properties of a collection: all, those to filter by, those to sort by."""
    _nothing_else()
    part = web.part_of_address("part")
    told = shown.schema(each, me(), part)
    if answers.as_page():
        return page("interop/ogc/schema.html", each=each, told=told, part=part)
    return document(told, SCHEMA)


@bp.get("/collections/<name>/items")
@limiter.limit(READS)
@permit("ogc.read", of=one)
def items(each: Collection) -> Response:
    """A page of features."""
    columns = columns_for(each, me())
    as_page = answers.as_page()
    usual = ON_A_PAGE if as_page else USUAL
    wish = forms.items(each, columns, request.args, usual=usual)
    return (_items_page if as_page else _features)(each, columns, wish)


@bp.post("/collections/<name>/search")
@by_key
@limiter.limit(READS)
@permit("ogc.read", of=one)
def search(each: Collection) -> Response:
    """The same, narrowed by a CQL2 filter sent as JSON: for filters that no address holds."""
    columns = columns_for(each, me())
    body = request.get_json(force=True, silent=True)
    if body is None:
        raise bad("filter", _("The filter is not JSON."))
    wish = forms.items(each, columns, request.args, body=body)
    return _features(each, columns, wish)


def _page_of(
    each: Collection, columns: tuple[Column, ...], wish: Wish
) -> tuple[list[str], str | None]:
    """The features of a page as texts, and where the next one begins."""
    rows = queries.page(each, columns, me(), wish)
    features = [row[0] for row in rows[: wish.limit]]
    more = len(rows) > wish.limit
    return features, reading.written(rows[wish.limit - 1][1:]) if more else None


def _features(each: Collection, columns: tuple[Column, ...], wish: Wish) -> Response:
    features, after = _page_of(each, columns, wish)
    matched: int | None = None
    if after is None and wish.after is None:
        matched = len(features)
    elif wish.exact or each.few:
        matched = queries.matched(each, me(), wish)
    about: dict[str, Any] = {} if matched is None else {"numberMatched": matched}
    about |= {"numberReturned": len(features), "links": shown.items_links(each, after)}
    body = ",\n".join(features)
    told = answers.plain(about)[1:-1]
    tag = answers.tag_of(f"{told}{body}".encode())
    moment = clock.now().isoformat(timespec="seconds").replace("+00:00", "Z")
    whole = f'{{"type":"FeatureCollection","timeStamp":"{moment}",{told},"features":[\n{body}\n]}}'
    found = sent(whole.encode(), GEOJSON, tag=tag, same_for_all=each.is_open)
    found.headers["Content-Crs"] = f"<{wish.crs.uri}>"
    return found


def _items_page(each: Collection, columns: tuple[Column, ...], wish: Wish) -> Response:
    features, after = _page_of(each, columns, wish)
    return page(
        "interop/ogc/items.html",
        each=each,
        columns=columns,
        features=answers.read(features),
        at=datetime.fromisoformat,
        asked={name: value for name, value in request.args.items() if name != "after"},
        after=after,
    )


@bp.get("/collections/<name>/items/<key>")
@limiter.limit(READS)
@permit("ogc.read", of=one)
def item(each: Collection) -> Response:
    """One feature."""
    given = reading.only(request.args, (*forms.EVERYWHERE, *forms.OF_ITEM))
    key = reading.key(each, web.part_of_address("key"))
    crs = reading.crs(given.get("crs"), "crs")
    columns = columns_for(each, me())
    found = queries.feature(each, columns, me(), key, crs)
    if found is None:
        abort(404)
    if answers.as_page():
        told = answers.read([found])[0]
        at = each.page and each.page.format(**{"id": told["id"], **told["properties"]})
        return page(
            "interop/ogc/item.html",
            each=each,
            columns=columns,
            feature=told,
            page_of=at,
            at=datetime.fromisoformat,
        )
    links = answers.plain({"links": shown.item_links(each, key)})[1:-1]
    body = f"{found[:-1]},{links}}}"
    answer = sent(body.encode(), GEOJSON, same_for_all=each.is_open)
    answer.headers["Content-Crs"] = f"<{crs.uri}>"
    return answer
