"""What the changes of standards are called where their log is shown."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

EVENT_WORDS = {
    "add": _l("Added"),
    "change": _l("Changed"),
    "end": _l("No longer in force"),
    "set": _l("Limit set"),
    "hint": _l("Hint set"),
    "drop_hint": _l("Hint taken away"),
    "day": _l("Day set"),
    "clear_day": _l("Day follows the national calendar again"),
    "shifts": _l("Shifts set"),
    "clear_shifts": _l("Shifts taken away"),
}
