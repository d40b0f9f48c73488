"""Of which pages nobody tells the past, and why: each page tells it, or stands here with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

from webapp.base.exports import past_page

# Each reason with the pages (by endpoint) for which it holds.
WHY: dict[str, frozenset[str]] = {
    "it holds only what is the reader's own, to go on with it; the thing itself says when each step was": frozenset(
        (
            "burden.mine",
            "exports.mine",
            "field.offered",
            "field.today",
            "firms.listed",
            "hand_overs.listed",
            "maps.bell",
            "maps.phone",
            "matters.listed",
            "neighbours.mine",
            "news.declared",
            "news.home",
            "notices.show",
            "opinions.mine",
            "own.password",
            "own.show",
            "points.mine",
            "project_days.mine",
            "project_firms.listed",
            "public_activities.mine",
            "relocation.mine",
            "reports.session_now",
            "reports.unsent",
            "residents.mine",
            "safety_own.mine",
            "seeker.met",
            "seeker.mine",
            "seeker.profile",
            "subscriptions.own",
            "voyages.mine",
        )
    ),
    "something is begun, written or brought in there, and that is done now": frozenset(
        (
            "activities.new",
            "alarm_keeping.drill",
            "alarm_keeping.windows",
            "appeals.new",
            "buildings.new",
            "buildings.outlines_form",
            "cameras.import_form",
            "cameras.new",
            "claims.new",
            "councils.new",
            "danger.new",
            "enterprises.new",
            "follows.new",
            "hidden_dangers.new",
            "household_sheets.import_form",
            "job_desk.new_seeker",
            "keeping.new",
            "livelihood.new",
            "muster.import_form",
            "muster.new",
            "neighbours.new",
            "news.new",
            "old_doors.import_form",
            "opinion_book.home",
            "opinion_book.slips",
            "opinions.new",
            "opinions.new_own",
            "patrols.new",
            "people.phone",
            "people.sign_in",
            "people_admin.new",
            "ports.import_form",
            "ports.new_vessel",
            "projects.new",
            "reports.new",
            "residents.new",
            "roster.show",
            "roster.template",
            "routing.new",
            "safety.import_form",
            "safety.new",
            "sensors.new",
            "single.back",
            "single.go",
            "single.out",
            "sources.new",
            "standards.new",
            "tokens.new",
            "topics.new",
            "units.new",
            "visits.new",
            "webhooks.new",
        )
    ),
    "it is worked at, or watched while it runs: what comes of it stands in lists that are told of the past": frozenset(
        (
            "alarm_board.board",
            "alarm_keeping.shelves",
            "alarms.ringing",
            "applications.desk",
            "applications.station",
            "counter.listed",
            "dispatch.proposal",
            "gates.listed",
            "health.show",
            "live.stream",
            "news.written",
            "roll.calling",
            "sea.receivers",
            "sources.listed",
            "wall.now",
            "wall.screen",
            "walls.form",
            "walls.rounds",
            "webhooks.listed",
        )
    ),
    "it says what holds now; who changed it, and when, stands in the log or in its editions": frozenset(
        (
            "alarm_keeping.caps",
            "alarm_keeping.ladders",
            "calendar.show",
            "home_visits.intervals",
            "inspections.show_plan",
            "people_admin.rights",
            "phrases.book",
            "ports.limits",
            "resident_fields.show",
            "routing.dry_run",
            "routing.listed",
            "sea.limits",
            "services.listed",
            "standards.listed",
            "standards.stages",
            "tokens.listed",
            "weighing.weights",
        )
    ),
    "it is a history itself: each line has its moment, and none is changed": frozenset(
        (
            "application_erasures.show",
            "balance.listed",
            "bulletin.newest",
            "erasures.show",
            "exports.everybody",
            "imports.listed",
            "relocation_erasures.show",
            "resident_erasures.show",
            "sources.unreadable",
        )
    ),
    "what stood there for a time is gone from it for good: the past does not bring it back": frozenset(
        ("application_notices.listed", "news.listed")
    ),
    "it tells the past in its own way: a day is chosen on it": frozenset(
        ("boundaries.at", "maps.desk", "maps.replay")
    ),
    "what was where is its matter, and it is shown a door at a time": frozenset(
        ("old_doors.listed", "public_old_doors.find")
    ),
    "it is made anew of what there is when it is asked for, to be taken along or to foresee": frozenset(
        (
            "briefings.listed",
            "job_fair.preview",
            "job_sheets.postings",
            "job_sheets.seekers",
            "services.manuals",
        )
    ),
    "it finds something, or leads on to another page": frozenset(
        (
            "desk.narrow",
            "feeds.home",
            "help.own",
            "maps.here",
            "maps.home",
            "maps.search",
            "people_admin.home",
            "people_admin.options",
            "points.near",
            "reports.classes",
            "residents.classes",
        )
    ),
    "programs ask it by a contract that has no such question; OGC API has `datetime`": frozenset(
        (
            "cap_api.feed",
            "cases_api.listed",
            "feeds.cases",
            "feeds.near",
            "grids_api.where",
            "health.alive",
            "health.ready",
            "installed.manifest",
            "installed.service_worker",
            "jobs.rss",
            "metrics.show",
            "news.rss",
            "ogc.api",
            "ogc.collections",
            "ogc.conformance",
            "ogc.landing",
            "ogc_tiles.matrix_set",
            "ogc_tiles.matrix_sets",
            "openapi.document",
            "points_api.ranked",
        )
    ),
    "it is part of the house as it is built": frozenset(("help.contents",)),
}

# For whatever has a key in its address and is not told.
OF_ONE_THING = (
    "A page of one thing (its address has a key in it) is not asked again, but for a figure and the households of a"
    " project, which tell it themselves: it shows its story, with the moment of each step. The rows of a ledger of the"
    " past are those that were frozen. Files and pictures stay as they came."
)


def pages(app: Flask) -> Iterator[tuple[Rule, bool]]:
    """Every page without a key in its address, and whether it is told of the past."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        is_read = "GET" in (rule.methods or ()) and not rule.arguments
        if is_read and (getattr(view, "right", None) or getattr(view, "public", None)):
            own = getattr(view, "tells_past", False) or getattr(view, "told_then", False)
            yield rule, bool(own or past_page.of_page(rule.endpoint))
