"""A bare Flask route that answers the bytes of the environment variable BENCH_BYTES: `bench.doors:bare()`."""

from __future__ import annotations

import os

from flask import Flask, Response


def bare() -> Flask:
    """An app that knows nothing else."""
    app = Flask("bare")
    body = os.environ["BENCH_BYTES"].encode()

    @app.get("/api/v1/locate")
    def answer() -> Response:
        return Response(body, mimetype="application/json")

    return app
