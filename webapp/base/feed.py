"""News as RSS 2.0 and as Atom, with the place of each as GeoRSS: written in one way for every feature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from feedgen.feed import FeedGenerator
from flask import Response, make_response, request
from flask_babel import get_locale
from werkzeug.urls import iri_to_uri

from webapp.base import clock

RSS = "application/rss+xml"
ATOM = "application/atom+xml"

# What XML 1.0 has no way to say.
UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """One piece of news. `key` is its name for good: whoever has read it is not shown it again."""

    key: str
    title: str
    href: str
    words: str
    at: datetime
    # When it changed last; None: not since `at`.
    changed_at: datetime | None = None
    kinds: tuple[str, ...] = ()
    # (lon, lat) degrees WGS 84.
    spot: tuple[float, float] | None = None
    # The type of what `href` leads to, where it is no page.
    media_type: str | None = None

    @property
    def touched_at(self) -> datetime:
        """When there was something new about it last."""
        return max(self.at, self.changed_at or self.at)


@dataclass(frozen=True)
class Feed:
    """A list of news, the newest first, about what stands on a page."""

    title: str
    words: str
    page: str
    entries: Sequence[Entry]
    # Who says it; Atom wants to know.
    by: str | None = None
    # Behind a private address: nobody on the way may keep it.
    private: bool = False

    @property
    def touched_at(self) -> datetime | None:
        """When there was something new last."""
        return max((each.touched_at for each in self.entries), default=None)


def clean(text: str) -> str:
    """The text without what XML cannot say, its lines ended as there."""
    return UNSAYABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def rss(feed: Feed) -> Response:
    """The feed as RSS 2.0; 304 where the reader has it."""
    return _answer(feed, _made(feed).rss_str(pretty=True), RSS)


def atom(feed: Feed) -> Response:
    """The feed as Atom; 304 where the reader has it."""
    return _answer(feed, _made(feed).atom_str(pretty=True), ATOM)


def known(
    body: bytes, content_type: str, *, touched_at: datetime | None, private: bool
) -> Response:
    """What is read again and again: 304 for whoever has it. `touched_at`: when it changed last."""
    answer = make_response(body)
    answer.content_type = content_type
    # Whatever is hidden today is gone with the next look.
    answer.cache_control.no_cache = True
    answer.cache_control.private = private or None
    answer.last_modified = touched_at
    answer.add_etag()
    return answer.make_conditional(request)  # type: ignore[return-value]  # it is still ours


def plainly(status: int, code: str, words: Any, fields: Any) -> Response:
    """A refusal in a line of text, for programs that show no pages."""
    lines = [str(words), *(f"{name}: {said}" for name, said in fields.items())]
    return Response("\n".join(lines) + "\n", status, mimetype="text/plain")


def _made(feed: Feed) -> FeedGenerator:
    made = FeedGenerator()
    made.load_extension("geo")
    made.generator("Wangge")
    made.id(feed.page)
    made.title(clean(feed.title))
    made.link(href=iri_to_uri(request.url), rel="self")
    # The last one is what RSS calls the page of the feed.
    made.link(href=feed.page, rel="alternate")
    made.description(clean(feed.words))
    made.author(name=clean(feed.by or feed.title))
    made.language("en" if get_locale().language == "en" else "zh-CN")
    # Two fetches with nothing new in between are the same to the letter.
    made.updated(feed.touched_at or datetime.combine(clock.now(), time(), clock.now().tzinfo))
    for each in feed.entries:
        entry = made.add_entry(order="append")
        entry.id(each.key)
        entry.guid(each.key, permalink=each.key == each.href)
        entry.title(clean(each.title))
        entry.link(href=each.href, **({"type": each.media_type} if each.media_type else {}))
        entry.description(clean(each.words))
        for kind in each.kinds:
            entry.category(term=clean(kind))
        entry.published(each.at)
        entry.updated(each.touched_at)
        if each.spot is not None:
            lon, lat = each.spot
            # Here the latitude stands first.
            entry.geo.point(f"{lat:.6f} {lon:.6f}")
    return made


def _answer(feed: Feed, body: bytes, media_type: str) -> Response:
    kind = f"{media_type}; charset=utf-8"
    return known(body, kind, touched_at=feed.touched_at, private=feed.private)
