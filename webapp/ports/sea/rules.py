"""What becomes of a position, how long it is kept, who may see the receivers."""

from __future__ import annotations

from enum import StrEnum

from webapp.base.access import Anywhere
from webapp.ports.rules import WATCHERS

# So many months positions are kept.
KEEP_MONTHS = 13
# A vessel that nobody registered is forgotten when it was not heard for so many days.
STRANGE_DAYS = 30


class What(StrEnum):
    """What became of a position."""

    KEPT = "kept"
    REPEAT = "repeat"
    UNKNOWN = "unknown"
    AWAY = "away"


MAY = {"receivers.see": Anywhere(*WATCHERS)}
