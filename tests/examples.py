"""How many examples a property is tried on: a quarter in the ten-minute run, all in the thorough one."""

from __future__ import annotations

import os

# Set by `make thorough`, which runs every property once more.
ALL = "WANGGE_ALL_EXAMPLES"


def of(many: int) -> int:
    """`many` in the thorough run, else a quarter of them, but never fewer than eight."""
    return many if os.environ.get(ALL) else min(many, max(8, many // 4))
