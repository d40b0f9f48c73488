"""What browsers refused to load or run by our policy is written down, and not who sat before them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request

from webapp.base import logs
from webapp.base.access import public
from webapp.base.security import REPORTS, by_key, limiter

# Browsers send one for each thing refused; who sends many sends the same again and again.
MOST = "20 per minute"
LARGEST = 16 * 1024
TOLD_AT_ONCE = 5

bp = Blueprint("refused", __name__)


@bp.post(REPORTS)
@limiter.limit(MOST)
@by_key
@public("browsers tell what they refused by our policy; nothing of it is shown")
def take() -> Response:
    """Each report is a line in the log: which rule, what kind of source, on which page."""
    request.max_content_length = LARGEST
    for directive, source, page in _told(request.get_data(cache=False)):
        current_app.logger.warning("policy: %s refused %s on %s", directive, source, page)
    return Response(status=204)


def _told(body: bytes) -> Iterator[tuple[str, str, str]]:
    """(directive, source, page) of each report, in the older form of one or the newer form of several."""
    try:
        sent = json.loads(body)
    except ValueError:
        return
    for each in sent[:TOLD_AT_ONCE] if isinstance(sent, list) else [sent]:
        said = each.get("csp-report") or each.get("body") if isinstance(each, dict) else None
        if isinstance(said, dict):
            yield (
                _word(said.get("effectiveDirective") or said.get("effective-directive")),
                _source(said.get("blockedURL") or said.get("blocked-uri")),
                logs.page_of(str(said.get("documentURL") or said.get("document-uri") or "")[:2000]),
            )


def _word(said: Any) -> str:
    return said if isinstance(said, str) and re.fullmatch(r"[a-z-]{1,40}", said) else "something"


def _source(said: Any) -> str:
    """The host alone, or the word by which browsers call what has none."""
    try:
        parts = urlsplit(str(said)[:2000])
        named = (
            f"{parts.scheme}://{parts.hostname}" if parts.hostname else parts.scheme or parts.path
        )
    except ValueError:
        named = ""
    return named if re.fullmatch(r"[a-z0-9+.:/-]{1,100}", named) else "something"
