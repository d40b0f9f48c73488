"""Apps that only benchmarks serve: `bench.doors:bare()` answers the bytes of the file BENCH_BODY, whatever is asked."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response, request


def bare() -> Flask:
    """An app that knows nothing else. What is posted it reads as JSON, and forgets."""
    app = Flask("bare")
    body = Path(os.environ["BENCH_BODY"]).read_bytes()

    @app.route("/<path:asked>", methods=["GET", "POST"])
    def answer(asked: str) -> Response:
        if request.method == "POST":
            request.get_json()
        return Response(body, mimetype="application/json")

    return app


def fresh_tiles() -> Flask:
    """The house, in which no tile is used twice."""
    from webapp.app import create_app
    from webapp.interop.ogc.tiling import squares

    squares.KEPT_BYTES = 0
    return create_app()
