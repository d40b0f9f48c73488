"""How alarms, ladders and intervals are shown: words, chips, numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import get_locale, gettext, lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base import clock
from webapp.base.language import listed
from webapp.monitoring.alarms import cards, listing
from webapp.monitoring.alarms.ladders import ACT_WORDS, UNTIL_WORDS
from webapp.monitoring.alarms.models import Alarm, Incident, LadderStep
from webapp.monitoring.alarms.rules import (
    ALARM_FLOW,
    NOISY_RULE,
    OUTCOME_WORDS,
    QUIET_WORDS,
    STATE_CHIPS,
    State,
)
from webapp.monitoring.signals import COLOURED, KINDS, SEVERITY_WORDS, Kind, Severity
from webapp.people.rules import ROLES

SEVERITY_CHIPS = {
    Severity.CRITICAL: "late",
    Severity.MAJOR: "soon",
    Severity.MINOR: "new",
    Severity.WARNING: "rest",
}

COLOUR_CHIPS = {
    Severity.CRITICAL: "late",
    Severity.MAJOR: "soon",
    Severity.MINOR: "caution",
    Severity.WARNING: "new",
}

LANE_WORDS = {
    "open": _l("Open alarms"),
    "unseen": _l("Not acknowledged"),
    "active": _l("Still going on"),
    "quiet": _l("Kept quiet"),
    "exercise": _l("Exercises"),
    "closed": _l("Closed alarms"),
}

# What the log of an alarm and of an incident calls what was done.
DONE = {
    "raise": _l("Raised"),
    "end_first": _l("Its end came before its beginning"),
    "worse": _l("Got worse"),
    "fresh": _l("Told of late, and still going on"),
    "behind": _l("Hidden behind a device that is down"),
    "practise": _l("Exercise begun"),
    "relocate": _l("Follows new borders"),
    "open": _l("Incident opened"),
    "send": _l("Case opened"),
    "climb": _l("Step of the ladder"),
    "confirm": _l("Call confirmed"),
    "call": _l("Somebody more was called"),
    "assign": _l("Asked together with all others that waited"),
    "on_way": _l("On the way"),
    "arrive": _l("Arrived"),
    "merge": _l("Merged into another incident"),
    "hasten": _l("The next step was not waited for"),
    "join": _l("Another incident was merged into it"),
    "finish": _l("All alarms closed"),
    "picture_erased": _l("A picture was erased: it was kept long enough"),
    "clip_erased": _l("A clip was erased: it was kept long enough"),
    "told_back": _l("Its source was told"),
    "not_told_back": _l("Its source could not be told"),
}

INTERVAL_WORDS = {
    "looked": _l("Raised to first opened"),
    "seen": _l("Raised to acknowledged"),
    "offered": _l("Raised to offered"),
    "accepted": _l("Offered to accepted"),
    "on_way": _l("Accepted to on the way"),
    "arrived": _l("Raised to arrived"),
    "done": _l("Arrived to done"),
}


def done(event: Any) -> Any:
    """What an event of an alarm was."""
    return DONE.get(event.move) or ALARM_FLOW.words_of(event.move)


def words() -> dict[str, Any]:
    """The words that every page of alarms needs."""
    return {
        "kinds": KINDS,
        "severities": SEVERITY_WORDS,
        "severity_chips": SEVERITY_CHIPS,
        "states": ALARM_FLOW.states,
        "state_chips": STATE_CHIPS,
        "quiets": QUIET_WORDS,
        "outcomes": OUTCOME_WORDS,
        "acts": ACT_WORDS,
        "untils": UNTIL_WORDS,
        "lanes": LANE_WORDS,
        "role_words": {name: role.words for name, role in ROLES.items()},
        "whom": whom,
        "done": done,
        "what": what,
        "level": level,
        "level_chip": level_chip,
        "took": took,
        "now": clock.now(),
    }


def what(thing: Alarm | Incident) -> Any:
    """What an alarm or an incident is about; of a device that rings too often, for what."""
    words, rule = KINDS[Kind(thing.kind)].words, getattr(thing, "rule", None) or ""
    about = rule.removeprefix(NOISY_RULE)
    if thing.kind != Kind.NOISY or about == rule or about not in list(Kind):
        return words
    return gettext("%(what)s: %(kind)s", what=words, kind=KINDS[Kind(about)].words)


def level(thing: Alarm | Incident, severity: str | None = None) -> LazyString:
    """How bad an alarm or an incident is, or was at another severity; weather and floods in their colours."""
    return KINDS[Kind(thing.kind)].level(Severity(severity or thing.severity))


def level_chip(thing: Alarm | Incident) -> str:
    """The chip of the same."""
    coloured = KINDS[Kind(thing.kind)].family in COLOURED
    return (COLOUR_CHIPS if coloured else SEVERITY_CHIPS)[Severity(thing.severity)]


def card(thing: Alarm | Incident) -> list[str]:
    """The steps of its action card in the language of the reader."""
    return cards.steps(Kind(thing.kind), str(get_locale()))


def whom(roles: Iterable[str]) -> str:
    """Whom a step reaches, in words."""
    return listed(ROLES[each].words for each in roles)


def took(seconds: Any) -> str:
    """A span of time in few words; nothing: a dash."""
    if seconds is None:
        return "–"
    whole = round(float(seconds))
    if whole < 60:
        return str(gettext("%(n)s s", n=whole))
    if whole < 3600:
        return str(gettext("%(m)s min %(s)s s", m=whole // 60, s=whole % 60))
    return str(gettext("%(h)s h %(m)s min", h=whole // 3600, m=whole % 3600 // 60))


def spoken(alarm: Alarm) -> str:
    """The sentence that the desk hears."""
    where = alarm.grid.name if alarm.grid else gettext("in no grid")
    if alarm.exercise:
        return str(gettext("Exercise. %(what)s, %(where)s", what=what(alarm), where=where))
    return str(
        gettext(
            "%(severity)s. %(what)s, %(where)s",
            severity=level(alarm),
            what=what(alarm),
            where=where,
        )
    )


def stages(incident: Incident) -> list[tuple[Any, datetime | None]]:
    """How far help is: each stage with its moment, None where it has not come."""
    sent = listing.sent_to(incident.case_id) if incident.case_id is not None else []
    taken = next((each.taken_at for each in sent if each.taken_at), None)
    looked = [each.looked_at for each in incident.alarms if each.looked_at]
    seen = [each.seen_at for each in incident.alarms if each.seen_at]
    handled = incident.case.handled_at if incident.case else None
    return [
        (_l("Raised"), incident.opened_at),
        (_l("First opened"), min(looked, default=None)),
        (_l("Acknowledged"), min(seen, default=None)),
        (_l("Offered"), sent[0].sent_at if sent else None),
        (_l("Accepted to go"), taken),
        (_l("On the way"), incident.on_way_at),
        (_l("Arrived"), incident.arrived_at),
        (_l("Dealt with"), handled),
    ]


def came_to(step: LadderStep, names: Mapping[int, str]) -> str:
    """What a step came to, in words."""
    found = step.came_to
    if step.done_at is None:
        return str(gettext("failed, tried again: %(why)s", why=step.error)) if step.error else ""
    if "needless" in found:
        return str(UNTIL_WORDS[found["needless"]]) if found["needless"] in UNTIL_WORDS else ""
    if found.get("failed"):
        return str(gettext("given up: %(why)s", why=step.error))
    if found.get("queued"):
        return str(gettext("more wait than people are free: asked together with the others"))
    if found.get("nobody") or found.get("would_ask", 0) is None:
        return str(gettext("nobody who is able is free: choose somebody"))
    people = [*found.get("told", ()), *found.get("called", ())]
    people += [each for each in (found.get("asked"), found.get("would_ask")) if each]
    named = listed(names[each] for each in people if each in names)
    if "would_ask" in found:
        return str(gettext("would ask %(who)s", who=named))
    return named or str(gettext("done"))


def accounts_in(steps: list[LadderStep]) -> set[int]:
    """Accounts that steps name."""
    found: set[int] = set()
    for step in steps:
        for name in ("told", "called"):
            found |= set(step.came_to.get(name, ()))
        found |= {step.came_to[name] for name in ("asked", "would_ask") if step.came_to.get(name)}
    return found


def is_closed(alarm: Alarm) -> bool:
    """True once the alarm has its outcome or closed by itself."""
    return alarm.state == State.CLOSED
