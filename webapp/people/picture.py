"""A link as a QR code, so that a phone can take it from a screen or from paper."""

from __future__ import annotations

import segno


def of(address: str) -> str:
    """The QR code as an address that an `img` shows; nothing is fetched for it."""
    code: str = segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2)
    return code
