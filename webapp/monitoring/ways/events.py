"""The events of a camera, over ONVIF: a pull point at the camera, fetched from, renewed, given up.

The camera holds what happened for the pull point until it is fetched or its time is over, so a
subscription is resumed wherever the camera still knows it.
"""

from __future__ import annotations

import copy
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, tostring
from xml.sax.saxutils import escape, quoteattr

from flask_babel import lazy_gettext as _l

from webapp.monitoring.onvif import Device, all_of, text
from webapp.monitoring.reaching import Declined, NoAnswer, Unknown

EVENTS = "http://www.onvif.org/ver10/events/wsdl"
_WSNT = "http://docs.oasis-open.org/wsn/b-2"
_WSA = "http://www.w3.org/2005/08/addressing"

# What a pull point is asked to last; cameras that refuse the one are asked for the next (seconds).
LASTS_S = (600, 60)
# The camera answers at once when something happens, at the latest after so long (seconds). Not longer:
# whoever is shot while they wait, what happens meanwhile the camera may hand to nobody.
PULL_S = 1
AT_ONCE = 100

_CREATE = f"{EVENTS}/EventPortType/CreatePullPointSubscriptionRequest"
_PULL = f"{EVENTS}/PullPointSubscription/PullMessagesRequest"
_STATE = f"{EVENTS}/PullPointSubscription/SetSynchronizationPointRequest"
_MANAGER = "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager"


@dataclass(frozen=True)
class PullPoint:
    """A subscription as the camera named it: its address there, and what must stand in each question.

    `lasts_s` is for how long it was made, and is renewed.
    """

    address: str
    parameters: tuple[str, ...] = ()
    lasts_s: int = LASTS_S[0]

    def as_json(self) -> dict[str, Any]:
        """The same to be kept."""
        return {
            "address": self.address,
            "parameters": list(self.parameters),
            "lasts_s": self.lasts_s,
        }

    @classmethod
    def of(cls, kept: Any) -> Self | None:
        """What was kept; None: nothing."""
        if not isinstance(kept, dict) or not kept.get("address"):
            return None
        return cls(str(kept["address"]), tuple(kept["parameters"]), int(kept["lasts_s"]))


@dataclass(frozen=True)
class Pulled:
    """What was fetched: each notice as XML, and how long the subscription still lasts (seconds)."""

    notices: tuple[bytes, ...]
    left_s: float | None


class EventDevice(Device):
    """A camera that holds its events. Each question raises `NoAnswer`, `Declined` where it says no."""

    lacking: Any = _l("This camera says that it has no events.")

    def subscribe(self) -> PullPoint:
        """A new pull point, for as long as the camera allows."""
        path = self.has(EVENTS)
        head = _addressed(self.address_of(path), _CREATE)
        for lasts_s in LASTS_S:
            body = (
                f"<CreatePullPointSubscription xmlns={quoteattr(EVENTS)}><InitialTerminationTime>"
                f"PT{lasts_s}S</InitialTerminationTime></CreatePullPointSubscription>"
            )
            try:
                told = self.post(path, _CREATE, body, head=head)
            except Unknown:
                raise
            except Declined:
                if lasts_s == LASTS_S[-1]:
                    raise
                continue
            return _pull_point(told, lasts_s)
        raise NoAnswer(self.lacking)

    def pull(self, at: PullPoint) -> Pulled:
        """What the camera holds; waits a little for something to happen. What it answered it holds no more."""
        body = (
            f"<PullMessages xmlns={quoteattr(EVENTS)}><Timeout>PT{PULL_S}S</Timeout>"
            f"<MessageLimit>{AT_ONCE}</MessageLimit></PullMessages>"
        )
        told = self._manage(at, _PULL, body, longer_s=PULL_S)
        notices = tuple(tostring(each, "utf-8") for each in all_of(told, "NotificationMessage"))
        return Pulled(notices, _left_s(told))

    def state(self, at: PullPoint) -> None:
        """The camera tells once more how everything stands now, whoever missed something."""
        self._manage(at, _STATE, f"<SetSynchronizationPoint xmlns={quoteattr(EVENTS)}/>")

    def renew(self, at: PullPoint) -> None:
        """It lasts as long as at its beginning once more. Some cameras want a span, some a moment."""
        until = datetime.now(UTC) + self.ahead + timedelta(seconds=at.lasts_s)
        try:
            self._renew(at, f"PT{at.lasts_s}S")
        except Declined:
            self._renew(at, until.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def unsubscribe(self, at: PullPoint) -> None:
        """The camera holds nothing for it any more."""
        body = f"<Unsubscribe xmlns={quoteattr(_WSNT)}/>"
        self._manage(at, f"{_MANAGER}/UnsubscribeRequest", body)

    def _renew(self, at: PullPoint, until: str) -> None:
        body = f"<Renew xmlns={quoteattr(_WSNT)}><TerminationTime>{until}</TerminationTime></Renew>"
        self._manage(at, f"{_MANAGER}/RenewRequest", body)

    def _manage(self, at: PullPoint, action: str, body: str, *, longer_s: float = 0) -> Element:
        head = _addressed(at.address, action) + "".join(at.parameters)
        parts = urlsplit(at.address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return self.post(path, action, body, head=head, longer_s=longer_s)


def _addressed(to: str, action: str) -> str:
    """Whom the question is for: cameras with several subscriptions at one path know it only by this."""
    return (
        f"<a:Action xmlns:a={quoteattr(_WSA)}>{escape(action)}</a:Action>"
        f"<a:MessageID xmlns:a={quoteattr(_WSA)}>urn:uuid:{uuid.uuid4()}</a:MessageID>"
        f"<a:ReplyTo xmlns:a={quoteattr(_WSA)}><a:Address>{_WSA}/anonymous</a:Address></a:ReplyTo>"
        f"<a:To xmlns:a={quoteattr(_WSA)}>{escape(to)}</a:To>"
    )


def _pull_point(told: Element, lasts_s: int) -> PullPoint:
    for reference in all_of(told, "SubscriptionReference"):
        address = text(reference, "Address")
        if not address:
            break
        given = [each for part in all_of(reference, "ReferenceParameters") for each in part]
        return PullPoint(address, tuple(_echoed(each) for each in given), lasts_s)
    raise NoAnswer(_l("The camera made no subscription."))


def _echoed(given: Element) -> str:
    """A parameter of the camera's own address, as it wants to read it again."""
    made = copy.deepcopy(given)
    made.tail = None
    made.set(f"{{{_WSA}}}IsReferenceParameter", "true")
    return tostring(made, "unicode")


def _left_s(told: Element) -> float | None:
    now, ends = text(told, "CurrentTime"), text(told, "TerminationTime")
    try:
        left: float = (datetime.fromisoformat(ends) - datetime.fromisoformat(now)).total_seconds()
    except (ValueError, TypeError):
        return None
    return left
