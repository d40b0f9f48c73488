"""What the pages of the hotline call things."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

VIEW_WORDS = {
    "open": _l("All open"),
    "desk": _l("To classify and assign"),
    "working": _l("With departments"),
    "review": _l("To review"),
    "visit": _l("To visit"),
    "closed": _l("Ended"),
}

# Events of a sheet that are no moves of its flow.
EVENT_WORDS = {
    "receive": _l("Sheet came in"),
    "reveal": _l("Caller shown"),
    "yellow_card": _l("Yellow card"),
    "red_card": _l("Red card"),
}
