"""Webhooks in the description of the machine interface: each type with its schema, as OpenAPI has it."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale

from webapp.interop.schemas import inlined
from webapp.interop.webhooks.events import TEST, TYPES
from webapp.interop.webhooks.shapes import TestTold

_HEADERS = {
    "webhook-id": "The same with each try of a message.",
    "webhook-timestamp": "Seconds since 1970 at this try.",
    "webhook-signature": "`v1,` and a signature in base64, for each secret in force.",
}


def described() -> dict[str, Any]:
    """The webhooks of an OpenAPI document: what is sent to an endpoint, by types."""
    with force_locale("en"):
        told = {name: _one(name, str(each.words), each.shape) for name, each in TYPES.items()}
    return told | {TEST: _one(TEST, "A test", TestTold)}


def _one(name: str, words: str, shape: Any) -> dict[str, Any]:
    whole = shape.model_json_schema(mode="serialization", by_alias=True)
    data = inlined(
        {key: part for key, part in whole.items() if key != "$defs"}, whole.get("$defs", {})
    )
    body = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": name},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": data,
        },
    }
    return {
        "post": {
            "operationId": "on"
            + "".join(part.title() for part in name.replace(".", "_").split("_")),
            "summary": words,
            "parameters": [_header(*each) for each in _HEADERS.items()],
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {
                "2XX": {"description": "Taken."},
                "410": {"description": "Nothing more is wanted: the endpoint is switched off."},
                "default": {"description": "Not taken: it is tried again, for three days."},
            },
        }
    }


def _header(name: str, words: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": words,
        "schema": {"type": "string"},
    }
