"""A camera with pull points, as a server of ONVIF: what happened it holds until it is fetched."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from tests.monitoring.onvif import Cut, OnvifDevice, fault, said_in, standing

MAKER = "http://maker.example/events"


@dataclass
class Subscription:
    """A pull point: what it holds, and until when the camera keeps it."""

    number: int
    ends: datetime
    holds: list[str] = field(default_factory=list)


@dataclass
class Watching(OnvifDevice):
    """Its subscriptions by their numbers; how it behaves."""

    services: dict[str, str] = field(default_factory=lambda: {"ver10/events/wsdl": "event_service"})
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    # What it refuses: spans of renewal rather than moments, renewals at all, long subscriptions.
    wants_moments: bool = False
    renews: bool = True
    longest_s: int = 3600
    most: int = 3
    # So many of the next pulls break off before their answer: what they would have told is held still.
    cuts: int = 0
    # The next pulls are answered by this, which is no XML.
    garbage: list[str] = field(default_factory=list)
    unsubscribed: int = 0
    # How many pulls wait for something to happen, and how often somebody asked how things stand.
    waiting: int = 0
    synchronised: int = 0
    renewed: int = 0
    _made: int = 0
    _news: threading.Condition = field(default_factory=threading.Condition)

    def happens(
        self,
        on: bool,
        at: datetime,
        *,
        topic: str = "RuleEngine/FieldDetector/ObjectsInside",
        source: str = "VideoSource_1",
        how: str = "Changed",
    ) -> None:
        """It tells everybody who is subscribed."""
        said = notice(on, at, topic=topic, source=source, how=how)
        with self._news:
            for each in self.subscriptions.values():
                each.holds.append(said)
            self._news.notify_all()

    def reboot(self) -> None:
        """It has forgotten everybody who was subscribed, and what it held for them."""
        with self._news:
            self.subscriptions.clear()
            self._news.notify_all()

    def tells(self, name: str, head: Element | None, said: Element) -> tuple[int, str]:
        """Subscriptions made, fetched from, renewed and given up."""
        with self._news:
            if name == "CreatePullPointSubscription":
                return self._created(said)
            assert head is not None
            found = self.subscriptions.get(_number(head))
            if found is None or found.ends < self.now():
                return fault("ter:InvalidArgVal", "This pull point is not known")
            if name == "PullMessages":
                return self._pulled(found, said)
            if name == "SetSynchronizationPoint":
                self.synchronised += 1
                return 200, "<e:SetSynchronizationPointResponse/>"
            if name == "Renew":
                return self._renewed(found, said)
            if name == "Unsubscribe":
                del self.subscriptions[found.number]
                self.unsubscribed += 1
                return 200, "<w:UnsubscribeResponse/>"
        return fault("ter:ActionNotSupported", name)

    def _created(self, said: Element) -> tuple[int, str]:
        span = int(said_in(said, "InitialTerminationTime").removeprefix("PT").removesuffix("S"))
        if span > self.longest_s:
            return fault("w:UnacceptableInitialTerminationTimeFault", "Too long")
        if len(self.subscriptions) >= self.most:
            return fault("ter:MaxPullPoints", "Too many subscriptions")
        self._made += 1
        made = Subscription(self._made, self.now() + timedelta(seconds=span))
        self.subscriptions[made.number] = made
        return 200, (
            "<e:CreatePullPointSubscriptionResponse><e:SubscriptionReference>"
            f"<a:Address>{self.elsewhere}/onvif/subscriptions</a:Address><a:ReferenceParameters>"
            f'<x:SubscriptionId xmlns:x="{MAKER}">{made.number}</x:SubscriptionId>'
            f"</a:ReferenceParameters></e:SubscriptionReference>{self._times(made)}"
            "</e:CreatePullPointSubscriptionResponse>"
        )

    def _pulled(self, found: Subscription, said: Element) -> tuple[int, str]:
        until = time.monotonic() + min(
            float(said_in(said, "Timeout").removeprefix("PT").removesuffix("S")), 1.0
        )
        self.waiting += 1
        while not found.holds and time.monotonic() < until and not self.cuts:
            self._news.wait(until - time.monotonic())
        self.waiting -= 1
        if self.cuts:
            self.cuts -= 1
            raise Cut
        if self.garbage:
            return 200, self.garbage.pop()
        most = int(said_in(said, "MessageLimit"))
        told, found.holds = found.holds[:most], found.holds[most:]
        return 200, (
            f"<e:PullMessagesResponse>{self._times(found)}{''.join(told)}</e:PullMessagesResponse>"
        )

    def _renewed(self, found: Subscription, said: Element) -> tuple[int, str]:
        until = said_in(said, "TerminationTime")
        if not self.renews:
            return fault("ter:ActionNotSupported", "Renew is not supported")
        if until.startswith("PT"):
            if self.wants_moments:
                return fault("w:UnacceptableTerminationTimeFault", "Not a moment")
            found.ends = self.now() + timedelta(seconds=int(until[2:-1]))
        else:
            found.ends = datetime.fromisoformat(until)
        self.renewed += 1
        return 200, f"<w:RenewResponse>{self._times(found)}</w:RenewResponse>"

    def _times(self, of: Subscription) -> str:
        form = "%Y-%m-%dT%H:%M:%SZ"
        return (
            f"<w:CurrentTime>{self.now().strftime(form)}</w:CurrentTime>"
            f"<w:TerminationTime>{of.ends.strftime(form)}</w:TerminationTime>"
        )


def notice(on: bool, at: datetime, *, topic: str, source: str, how: str = "Changed") -> str:
    """A notice as cameras tell of it."""
    return (
        '<w:NotificationMessage><w:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/'
        f'ConcreteSet">tns1:{topic}</w:Topic><w:Message><t:Message '
        f'UtcTime="{at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}" PropertyOperation="{how}"><t:Source>'
        f'<t:SimpleItem Name="VideoSourceConfigurationToken" Value={quoteattr(source)}/></t:Source>'
        f'<t:Data><t:SimpleItem Name="IsInside" Value="{str(on).lower()}"/></t:Data></t:Message>'
        "</w:Message></w:NotificationMessage>"
    )


def _number(head: Element) -> int:
    """The subscription that is meant: the camera knows it by its own parameter alone, given back."""
    for each in head:
        if each.tag == f"{{{MAKER}}}SubscriptionId":
            echoed = "{http://www.w3.org/2005/08/addressing}IsReferenceParameter"
            return int(each.text or 0) if each.get(echoed) == "true" else 0
    return 0


@contextmanager
def watching() -> Iterator[Watching]:
    """The camera stands at an address until the block ends."""
    with standing(Watching()) as camera:
        yield camera
