"""Codes of registrations: what stands in the QR, and what is kept of it."""

from __future__ import annotations

import hashlib
import re
import secrets

BEGINNING = "WG1."
_OURS = re.compile(r"WG1\.[A-Za-z0-9_-]{22}")


def new() -> str:
    """A code nobody can guess."""
    return BEGINNING + secrets.token_urlsafe(16)


def is_ours(code: str) -> bool:
    """True for what has the form of a code of ours. Anything else may be anything, and is not kept."""
    return _OURS.fullmatch(code) is not None


def digest(code: str) -> bytes:
    """What is kept of a code: enough to know it again."""
    return hashlib.sha256(code.encode()).digest()
