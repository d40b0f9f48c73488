"""The frame around every page: whose house it is, the ways through it, what is new."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import request, session, url_for
from flask_babel import (
    format_datetime,
    format_timedelta,
    get_locale,
    lazy_gettext as _l,
    to_user_timezone,
)
from flask_babel.speaklater import LazyString

from webapp.base import clock, live
from webapp.base.access import may, me
from webapp.base.past import REACH
from webapp.base.then import at_present
from webapp.maps import queries
from webapp.maps.rules import DESK
from webapp.people.rules import ROLES

# The modules of a map, so that a page can ask for all of them at once and not one after the other.
_SCRIPTS = Path(__file__).parents[2] / "static" / "js" / "map"
MAP_SCRIPTS = tuple(sorted(each.name for each in _SCRIPTS.glob("*.js")))


@dataclass(frozen=True)
class Link:
    """A way through the house: its words, where it leads, the right it wants.

    `also` are pages that belong to it and lie elsewhere.
    """

    words: LazyString
    href: str
    may: str
    icon: str
    main: bool = False
    # A thing that the shell says of whoever asks, without which the way is none of theirs.
    only: str | None = None
    also: tuple[str, ...] = ()

    def reach(self, path: str) -> int:
        """How many letters of the path belong to it, 0 when it leads elsewhere."""
        roots = (self.href, *self.also)
        return max((len(each) for each in roots if f"{path}/".startswith(f"{each}/")), default=0)


FISHING_PORTS = Link(
    _l("Fishing ports"), "/ports", "ports.see", icon="anchor", also=("/vessels", "/voyages")
)

DESK_LINKS = (
    Link(_l("Desk"), "/desk", "maps.desk", icon="layout-dashboard"),
    Link(_l("Cases"), "/cases", "cases.desk", icon="list-check"),
    Link(_l("Hotline"), "/appeals", "appeals.list", icon="phone"),
    Link(_l("Alarms"), "/alarms", "alarms.see", icon="bell-ringing"),
    Link(_l("Whistles"), "/whistles", "whistles.list", icon="speakerphone"),
    Link(_l("Supervision"), "/supervision", "supervision.list", icon="eye-check"),
    Link(_l("Counters"), "/counter", "points.counter", icon="user-screen"),
    Link(_l("Figures"), "/figures", "figures.see", icon="chart-bar"),
    Link(_l("Proposal"), "/cases/proposal", "cases.propose", icon="arrows-split-2"),
    Link(_l("Rota"), "/rota", "rota.see", icon="calendar-time"),
    Link(
        _l("Projects"),
        "/projects",
        "projects.list",
        icon="crane",
        also=("/bonds", "/parcels", "/tough"),
    ),
    Link(_l("Briefings"), "/maps/briefings", "maps.desk", icon="map-2", also=("/bulletin",)),
    Link(_l("Grids"), "/grids", "grids.see", icon="layout-grid"),
    Link(
        _l("Borders"),
        "/grids/sets",
        "grids.draw",
        icon="vector",
        also=("/grids/imports", "/grids/balance"),
    ),
    Link(_l("Applications"), "/applications", "applications.list", icon="file-text"),
    replace(FISHING_PORTS, may="ports.keep"),
    Link(_l("Services"), "/services", "services.see", icon="building-bank"),
    Link(_l("Jobs"), "/jobs/desk", "jobs.desk", icon="briefcase", also=("/jobs",)),
    Link(_l("Classes and limits"), "/standards", "standards.see", icon="adjustments"),
    Link(_l("People"), "/people", "people.see", icon="users"),
)

# So many ways stand in the bar of the desk beside its figures; the others open below "More".
IN_THE_BAR = 6

# Pages of the desk that are opened now and then: they stand in the menu of the person.
DESK_MORE = (
    Link(
        _l("Homes"),
        "/buildings",
        "buildings.see",
        icon="home",
        also=("/households", "/dwellings", "/residents"),
    ),
    Link(_l("My projects"), "/projects/mine", "projects.list", icon="user-check", only="in_team"),
    Link(_l("Relocation"), "/relocation", "relocation.list", icon="home-move"),
    Link(_l("Projects of our enterprise"), "/projects/ours", "projects.ours", icon="crane"),
    Link(_l("Old doors"), "/old-doors", "old_doors.list", icon="door"),
    Link(_l("Service points"), "/points", "points.read", icon="building-community"),
    Link(_l("Gates"), "/gates", "gates.see", icon="barrier-block"),
    Link(_l("Cameras"), "/cameras", "cameras.see", icon="device-cctv"),
    Link(_l("Sensors"), "/sensors", "sensors.see", icon="gauge"),
    Link(_l("Safety"), "/safety/dangers", "dangers.list", icon="shield-check", also=("/safety",)),
    Link(
        _l("Danger zones"),
        "/danger",
        "danger.see",
        icon="map-pin-exclamation",
        also=("/muster-points", "/wind"),
    ),
    Link(_l("Connected machines"), "/sources", "intake.see", icon="plug-connected"),
    FISHING_PORTS,
    Link(_l("Livelihood items"), "/livelihood", "livelihood.list", icon="heart-handshake"),
    Link(_l("Opinions"), "/opinions", "opinions.list", icon="message-2"),
    Link(_l("Deliberation"), "/topics", "topics.list", icon="messages", also=("/councils",)),
    Link(_l("Ledgers"), "/ledgers", "ledgers.list", icon="table"),
    Link(_l("Activities and heart talks"), "/activities", "activities.list", icon="calendar-time"),
    Link(
        _l("Neighbourhood roles"),
        "/neighbours",
        "neighbours.list",
        icon="users",
        also=("/property", "/communities"),
    ),
    Link(_l("News"), "/news", "news.read", icon="news"),
    Link(_l("Shifts of the desk"), "/cases/shifts", "shifts.see", icon="signature"),
    Link(_l("Exports"), "/exports", "exports.list", icon="download"),
    Link(_l("Phrases"), "/cases/phrases", "desk.phrases", icon="message-2"),
    Link(_l("State of the house"), "/health", "machines.metrics", icon="heartbeat"),
)

PHONE_LINKS = (
    Link(_l("Today"), "/phone", "maps.phone", icon="map-2"),
    Link(_l("Visits"), "/visits", "visits.see", icon="home", also=("/patrols", "/home-visits")),
    Link(_l("Counter"), "/counter", "points.counter", icon="user-screen"),
    Link(_l("Agency"), "/applications/desk", "applications.desk", icon="file-text"),
    Link(_l("Jobs"), "/jobs/desk", "jobs.desk", icon="briefcase", also=("/jobs",)),
    Link(_l("Report"), "/cases/new", "cases.report", icon="plus", main=True),
    Link(_l("Cases"), "/cases", "cases.report", icon="list-check"),
    Link(_l("Notices"), "/notices", "people.self", icon="bell"),
)


VISITOR_LINKS = (
    Link(_l("My grid"), "/", "grids.see", icon="map-2"),
    Link(
        _l("Jisuban"),
        "/jisuban",
        "news.read",
        icon="building-bank",
        also=(
            "/services",
            "/news",
            "/jobs",
            "/my-matters",
            "/verify",
            "/points/mine",
            "/public/livelihood",
            "/public/old-doors",
            "/public/topics",
            "/public/councils",
            "/my-opinions",
            "/public/activities",
            "/my-building",
        ),
    ),
    Link(_l("Report something"), "/report", "public.read", icon="plus", main=True),
    Link(_l("Served nearby"), "/nearest", "points.read", icon="walk", also=("/points", "/tickets")),
    Link(
        _l("My reports"),
        "/mine",
        "public.read",
        icon="message-report",
        also=("/public/cases", "/follow", "/subscribe"),
    ),
)


class Shell:
    """What the frame shows to whoever asks; each thing is looked up when it is shown."""

    @cached_property
    def face(self) -> str:
        """`desk`, `phone`, or `visitor`."""
        who = me()
        if who.holds((*DESK, "admin")):
            return "desk"
        return "phone" if may(who, "maps.phone") else "visitor"

    @cached_property
    def links(self) -> list[Link]:
        """The ways that are open."""
        tables = {"desk": DESK_LINKS, "phone": PHONE_LINKS, "visitor": VISITOR_LINKS}
        return [each for each in tables[self.face] if may(me(), each.may)]

    @property
    def first_links(self) -> list[Link]:
        """Those of them that stand in the bar; one alone is not put away."""
        few = len(self.links) <= IN_THE_BAR + 1
        return self.links if few or self.face != "desk" else self.links[:IN_THE_BAR]

    @property
    def other_links(self) -> list[Link]:
        """Those that open below "More"."""
        return self.links[len(self.first_links) :]

    @cached_property
    def more_links(self) -> list[Link]:
        """The ways of the menu of the person that are open and stand nowhere else."""
        elsewhere = {each.href for each in self.links}
        return [
            each
            for each in DESK_MORE
            if each.href not in elsewhere
            and may(me(), each.may)
            and (each.only is None or getattr(self, each.only))
        ]

    def stands_at(self, link: Link) -> bool:
        """True on the page of the link, and on those below it that have no link of their own."""
        nearest = max(self.links, key=lambda each: each.reach(request.path))
        return nearest is link and link.reach(request.path) > 0

    @property
    def stands_below_more(self) -> bool:
        """True on a page whose link stands below "More"."""
        return any(self.stands_at(each) for each in self.other_links)

    @property
    def home(self) -> str:
        """The page behind the name of the house."""
        return url_for({"desk": "maps.desk", "phone": "maps.phone"}.get(self.face, "maps.home"))

    @property
    def posts(self) -> list[str]:
        """The posts held now, in words, each with its place."""
        held: Any = getattr(me(), "held", ())
        return [f"{ROLES[each.role].words} {each.place}" for each in held]

    @property
    def post(self) -> str | None:
        """The first post held, in words."""
        held: Any = getattr(me(), "held", ())
        return str(ROLES[held[0].role].words) if held else None

    @property
    def watches(self) -> bool:
        """True when news reach this page by themselves."""
        return me().id is not None and may(me(), "live.watch")

    @property
    def kept_pages(self) -> list[str]:
        """Pages that a phone keeps for hours without a network, those that may be opened."""
        kept = ["/cases/new", "/cases/unsent", "/phone"] if may(me(), "cases.report") else []
        if self.face == "phone":
            outdoors = {
                "/patrols": "patrols.see",
                "/visits": "visits.see",
                "/home-visits": "home_visits.see",
                "/opinions/new": "opinions.enter",
            }
            # The outlines of the grids: where there is no base map they say where one is.
            kept.append("/maps/layers/grids.json")
            kept += [path for path, right in outdoors.items() if may(me(), right)]
            kept += ["/projects/mine"] if self.in_team else []
        return kept

    @property
    def live_kinds(self) -> str:
        """The kinds of news there are, as one attribute holds them."""
        return " ".join(("notice", *live.WATCHED))

    @property
    def in_team(self) -> bool:
        """True for whoever leads a project that goes on, or is in its team."""
        return self._territory.in_team

    @property
    def unread(self) -> int:
        """How many notices wait, or 100 when there are so many or more."""
        return self._territory.unread

    @cached_property
    def _territory(self) -> queries.Territory:
        with at_present():
            return queries.territory(me().id)

    @property
    def place(self) -> str | None:
        """The name of the subdistrict, None before there is one."""
        return self._territory.name

    @property
    def illustrative(self) -> bool:
        """True until real borders are in force."""
        return self._territory.illustrative

    @property
    def locale(self) -> str:
        """The language of the page: one of `LANGUAGES`."""
        return "en" if get_locale().language == "en" else "zh_CN"

    @property
    def language_tag(self) -> str:
        """The language of the page as browsers name it."""
        return self.locale.replace("_", "-")

    @property
    def feed_language(self) -> str | None:
        """What feeds that are named here are asked for; None: they speak it by themselves."""
        return "en" if self.locale == "en" else None

    @property
    def large_type(self) -> bool:
        """True when the reader asked for large type."""
        wish = session.get("large_type")
        return bool(getattr(me(), "large_type", False)) if wish is None else bool(wish)

    @property
    def map_scripts(self) -> tuple[str, ...]:
        """The modules of a map."""
        return MAP_SCRIPTS

    @property
    def now(self) -> datetime:
        """This moment, on a page of the past too."""
        with at_present():
            return clock.now()

    @property
    def first_day(self) -> datetime:
        """So far back a list is looked at as it was."""
        return self.now - REACH

    @property
    def here(self) -> str:
        """This page, to come back to."""
        return request.full_path.rstrip("?") if request.method == "GET" else "/"


def shown(moment: datetime) -> str:
    """A moment in as few words as today allows: the hour, the day, or the year too."""
    local, today = to_user_timezone(moment), to_user_timezone(clock.now())
    if local.date() == today.date():
        return str(format_datetime(moment, "HH:mm"))
    form = "MM-dd HH:mm" if local.year == today.year else "yyyy-MM-dd"
    return str(format_datetime(moment, form))


def ago(moment: datetime) -> str:
    """How long before or after this minute a moment is."""
    away: timedelta = moment - clock.now()
    return str(format_timedelta(away, add_direction=True))
