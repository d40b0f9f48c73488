"""What a round is made of, how its stops are put in order, for how long a purpose holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l

from webapp.base.access import Anywhere, Owns
from webapp.base.flow import Unacceptable
from webapp.base.language import N_

# A camera is looked at from so many to so many seconds, and for so many where nobody said.
LEAST_S, MOST_S, USUAL_S = 5, 600, 15
MOST_STOPS, MOST_ROUNDS = 60, 30

# The log has another line for a camera that comes into view again after so long.
LOGGED_AGAIN = timedelta(minutes=20)
# A wall that stands still asks for new passes before the old ones end (seconds).
RENEW_S = 1500


@dataclass(frozen=True)
class Stop:
    """A camera, and how many seconds it is looked at."""

    camera_id: int
    seconds: int = USUAL_S


def checked(stops: Sequence[Stop]) -> tuple[Stop, ...]:
    """The stops of a round; `Unacceptable` where they make none."""
    words = None
    if not stops:
        words = _l("Choose at least one camera.")
    elif len(stops) > MOST_STOPS:
        words = _l("A round has at most %(n)s cameras.", n=MOST_STOPS)
    elif len({each.camera_id for each in stops}) < len(stops):
        words = _l("A camera stands in a round once.")
    elif any(not LEAST_S <= each.seconds <= MOST_S for each in stops):
        words = _l(
            "A camera is looked at from %(least)s to %(most)s s.", least=LEAST_S, most=MOST_S
        )
    if words is not None:
        raise Unacceptable(words, fields={"cameras": words})
    return tuple(stops)


def moved(stops: Sequence[Stop], place: int, by: int) -> tuple[Stop, ...]:
    """The stops with the one at this place moved up (-1) or down (1); at the rim they stay as they are."""
    order, other = list(stops), place + by
    if 0 <= place < len(order) and 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
    return tuple(order)


# The moves in the log of a camera by which somebody saw something, or wanted to.
LOOKED = ("look", "replay", "turn", "reveal")

MAY = {
    "video.round": Owns("account_id", N_("made the round")) | Anywhere("shift_leader", "admin"),
    "video.looks": Anywhere("shift_leader", "supervisor", "street_leader", "admin"),
}
