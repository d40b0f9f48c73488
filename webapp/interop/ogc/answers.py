"""How an answer leaves: as JSON or as a page, with its tag, its refusals, and who may keep it."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, make_response, request
from flask_babel import gettext as _

from webapp.base.access import me
from webapp.base.web import page
from webapp.interop.ogc.rules import PROBLEM, bad

HTML = "text/html"
JSONS = ("application/json", "application/geo+json", "application/vnd.oai.openapi+json")

# Less than this is not worth the time.
SMALL = 1400


def as_page() -> bool:
    """True when a person reads: by `f`, else by what the client would rather have."""
    form = request.args.get("f")
    if form not in (None, "json", "geojson", "html"):
        raise bad("f", _("f must be json or html."))
    return _would_rather_a_page()


def _would_rather_a_page() -> bool:
    form = request.args.get("f")
    best = request.accept_mimetypes.best_match((*JSONS, HTML), default=JSONS[0])
    return form == "html" or (form is None and best == HTML)


def plain(content: Any) -> str:
    """The content as JSON."""
    return json.dumps(content, ensure_ascii=False)


def read(features: Sequence[str]) -> list[dict[str, Any]]:
    """Features that the database has written, for a page."""
    return [json.loads(each) for each in features]


def document(content: Mapping[str, Any], kind: str = "application/json") -> Response:
    """A document as JSON."""
    return sent(plain(content).encode(), kind)


def tag_of(content: bytes) -> str:
    """A tag by which just this content is known."""
    return hashlib.sha256(content).hexdigest()[:20]


def tag_of_version(version: int, content: bytes) -> str:
    """A tag for a version of something that never comes again, and for how we write it."""
    return f"{version:x}-{zlib.adler32(content):x}"


def sent(
    body: bytes, kind: str, *, tag: str | None = None, kept_s: int = 0, same_for_all: bool = False
) -> Response:
    """The answer with its tag, small where it may be, 304 where the client has it.

    `tag` is that of a body that is known, or that holds what changes by itself.
    """
    found = Response(status=200)
    found.headers["Content-Type"] = kind
    found.set_etag(tag or tag_of(body), weak=True)
    small = len(body) > SMALL and request.accept_encodings.quality("gzip") > 0
    if small:
        body = gzip.compress(body, 1, mtime=0)
        found.content_encoding = "gzip"
    found.set_data(body)
    found.headers["Vary"] = "Accept, Accept-Encoding, Authorization, Cookie, Accept-Language"
    shared = same_for_all and me().id is None
    if shared:
        found.cache_control.public = True
    else:
        found.cache_control.private = True
    if kept_s:
        found.cache_control.max_age = kept_s
    else:
        found.cache_control.no_cache = True
    return make_response(found.make_conditional(request))


# How our own numbers of a refusal are told here.
STATUSES = {409: 400, 422: 400}


def refused(status: int, code: str, words: Any, fields: Mapping[str, Any]) -> Response:
    """A refusal as OGC API has it; a page where a person reads."""
    status = STATUSES.get(status, status)
    if _would_rather_a_page():
        return page("error.html", status=status, words=words, fields={}, error_status=status)
    told = " ".join(dict.fromkeys(str(each) for each in fields.values())) or str(words)
    body = {"code": code, "description": told}
    found = make_response(json.dumps(body, ensure_ascii=False), status)
    found.headers["Content-Type"] = PROBLEM
    return found
