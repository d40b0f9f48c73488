"""Who may change what counts how much when somebody is looked for."""

from __future__ import annotations

from webapp.base.access import Anywhere
from webapp.cases.rules import DESK

MAY = {
    "weights.see": Anywhere(*DESK, "admin"),
    "weights.change": Anywhere("shift_leader", "admin"),
}
