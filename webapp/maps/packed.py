"""Answers that are made once, kept small, and not sent twice to who has them."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Self

from flask import Response, request

FOR_EVER = 365 * 86_400


@dataclass(frozen=True)
class Packed:
    """A body, the same gzipped, and its tag."""

    body: bytes
    small: bytes
    tag: str

    @classmethod
    def of(cls, body: bytes, *, once: bool = False) -> Self:
        """The body with its tag, and gzipped: equal bodies give equal bytes.

        `once`: it is made for one answer, so that time saved counts more than size.
        """
        small = gzip.compress(body, 1 if once else 9, mtime=0)
        return cls(body, small, hashlib.sha256(body).hexdigest()[:20])

    @classmethod
    def of_json(cls, content: Any, *, once: bool = False) -> Self:
        """The content as JSON without spaces."""
        words = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return cls.of(words.encode(), once=once)

    def answer(self, *, kept_s: int = 0, shared: bool = False) -> Response:
        """The response to this request: small if it may be, 304 if the asker has it.

        `kept_s` seconds it may be used without asking again; 0: ask each time. `shared`: anybody
        gets the same, so that proxies may keep it.
        """
        small = request.accept_encodings.quality("gzip") > 0
        response = Response(self.small if small else self.body, mimetype="application/json")
        response.set_etag(f"{self.tag}-gz" if small else self.tag)
        response.vary.add("Accept-Encoding")
        if small:
            response.content_encoding = "gzip"
        cache = response.cache_control
        if shared:
            cache.public = True
        else:
            cache.private = True
        if kept_s:
            cache.max_age = kept_s
            cache.immutable = kept_s >= FOR_EVER
        else:
            cache.no_cache = True
        response.make_conditional(request)
        return response
