"""What asks for a look, how near is near, and the life of such a question.

A flag is a question to a person and nothing else: no figure reads it, and nothing follows by itself.
How much or how little somebody reports is never a reason.
"""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere
from webapp.base.flow import Flow, move


class FlagKind(StrEnum):
    """Why somebody should look."""

    SAME_PICTURE = "same_picture"
    UNCHANGED = "unchanged"
    FAR = "far"
    OTHER_TIME = "other_time"
    SAMPLE = "sample"


FLAG_WORDS = {
    FlagKind.SAME_PICTURE: _l("Nearly the same picture is in another case"),
    FlagKind.UNCHANGED: _l("Before and after look nearly the same"),
    FlagKind.FAR: _l("A picture was taken far from the case"),
    FlagKind.OTHER_TIME: _l("A picture was taken at another time"),
    FlagKind.SAMPLE: _l("Drawn by lot among those solved on the spot"),
}

# Metres from the case; a phone indoors may be wrong by some hundred.
FAR_M = 500.0
# Hours between the picture and the report. A worker may come back to an old matter the next day.
OTHER_TIME_H = 48.0
# Of a hundred cases solved on the spot so many are looked at, drawn by their numbers.
SAMPLE_PERCENT = 5
# Pictures differ by as many bits of each half of their marks and still are nearly the same.
NEAR_BITS = 3


class FlagState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    FINE = "fine"
    TALK = "talk"


FLAG_FLOW = flow.register(
    Flow(
        "honesty_flag",
        {
            FlagState.OPEN: _l("Please look"),
            FlagState.FINE: _l("It is fine"),
            FlagState.TALK: _l("Talked about"),
        },
        {
            "fine": move(
                FlagState.OPEN, to=FlagState.FINE, may="honesty.decide", words=_l("It is fine")
            ),
            "talk": move(
                FlagState.OPEN,
                to=FlagState.TALK,
                may="honesty.decide",
                words=_l("We talk about it"),
                needs=("note",),
            ),
        },
    )
)

LOOKERS = ("supervisor", "shift_leader")

MAY = {
    "honesty.see": Anywhere(*LOOKERS),
    "honesty.decide": Anywhere(*LOOKERS),
}
