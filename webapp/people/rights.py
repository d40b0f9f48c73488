"""Everybody's rights as a table: made from the rules themselves, so it cannot lag behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext, lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import RIGHTS, Anywhere, ByItself, Everyone, Holds, Owns, Rule, SignedIn
from webapp.base.flow import FLOWS
from webapp.people.rules import HANDED_OVER as STAFF, ROLES


def _(text: str, **values: str) -> str:
    return str(gettext(text, **values))


# What the rights are called; a right of a move is called like its move.
WORDS: dict[str, LazyString] = {
    "ogc.read": _l("Read the layers of the house by OGC API, each collection as on the pages"),
    "bulletin.read": _l("Read the bulletin of each morning"),
    "news.read": _l("Read news"),
    "news.list": _l("See what one's bodies wrote"),
    "news.write": _l("Write and publish news"),
    "news.declare": _l("Declare facts and follow points"),
    "home_visits.see": _l("See visits to households"),
    "home_visits.intervals": _l("See how often key groups are visited"),
    "home_visits.set": _l("Lay down how often key groups are visited"),
    "buildings.see": _l("See buildings and their dwellings"),
    "buildings.keep": _l("Register and change buildings and dwellings"),
    "households.see": _l("See who lives where, names and numbers masked"),
    "households.keep": _l("Register and change households and residents"),
    "households.reveal": _l("See names and numbers of residents whole, with a line in the log"),
    "households.import": _l("Bring in homes and residents from a workbook"),
    "households.export": _l("Take homes and residents out as a workbook, with a line in the log"),
    "households.erasures": _l("See what was erased of residents"),
    "households.fields": _l("See which fields beyond the minimum are asked of residents"),
    "households.set_fields": _l("Switch fields of residents on and off"),
    "households.set_erasure": _l("Set after how many years residents are erased"),
    "key_groups.see": _l("See who belongs to a key group, with a line in the log"),
    "key_groups.set": _l("Set and end that somebody belongs to a key group"),
    "key_groups.in_danger": _l(
        "See who of a key group is in a danger zone, with a line in the log"
    ),
    "projects.list": _l("List the projects one may see"),
    "projects.see": _l("See a project: its site, its team, its plan, its days"),
    "projects.watch": _l("Hear live of projects"),
    "projects.register": _l("Register a project"),
    "projects.enter": _l("Write down the days of a project, and what holds it up"),
    "parcels.see": _l("See a parcel and its surveys"),
    "parcels.enter": _l("Enter surveys of parcels"),
    "parcels.keep": _l("Accept parcels"),
    "relocation.list": _l("List the projects whose households one may see"),
    "relocation.erasures": _l("See after how many years households that made way are erased"),
    "relocation.set_erasure": _l(
        "Lay down after how many years households that made way are erased"
    ),
    "relocation.board": _l("See the households of a project, masked, on map and list"),
    "relocation.register": _l("List a household on the ground of a project"),
    "relocation.see": _l("See a household that makes way for a project, masked"),
    "relocation.reveal": _l(
        "See name, phone, amounts and papers of a household, with a line in the log"
    ),
    "bonds.see": _l("See a bond, its terms and what was spent"),
    "tough.see": _l("See a tough item"),
    "resolutions.see": _l("See a resolution"),
    "projects.ours": _l("List the projects of one's enterprise"),
    "projects.ours_one": _l("See what an enterprise sees of its project"),
    "projects.ask": _l("Ask something for the enterprise of a project"),
    "requests.see": _l("See what an enterprise asked"),
    "old_doors.read": _l("Find an old door of a former village"),
    "old_doors.list": _l("See old doors with masked families, and where these live now"),
    "old_doors.keep": _l("Write down old doors, and link them to homes of today"),
    "jobs.read": _l("Read open postings"),
    "jobs.profile": _l("Look for work, show interest, keep an own profile"),
    "jobs.firms": _l("See the enterprises one acts for"),
    "jobs.firm": _l("Act for an enterprise in jobs"),
    "jobs.employer": _l("See an employer, its people, and write postings for it"),
    "jobs.posting": _l("See a posting with its steps and marked words"),
    "jobs.verify": _l("Verify enterprises that offer work"),
    "jobs.claim": _l("Register an enterprise that offers work"),
    "jobs.claim_see": _l("See the registration of an enterprise"),
    "jobs.desk": _l("Open the desk of jobs"),
    "jobs.introductions": _l("List introductions"),
    "jobs.see": _l("See an introduction; contacts only with consent"),
    "jobs.seekers": _l("List seekers without names"),
    "jobs.import": _l("Import postings and seekers"),
    "cameras.see": _l("See cameras and what they see"),
    "cameras.coverage": _l("See how much of each grid cameras see"),
    "cameras.reveal": _l("See addresses of cameras, with a line in the log"),
    "turning.turn": _l("Turn a camera to a preset, with a line in the log"),
    "turning.keep": _l("Say how a camera is told to turn, and read its presets"),
    "cameras.keep": _l("Register, change and import cameras"),
    "video.see": _l("Look at pictures and films of cameras, with a line in the log"),
    "video.wall": _l("Look at many cameras at once, and see which of them answer"),
    "video.looks": _l("See who looked at which camera, and what for"),
    "wall.see": _l("See the big screen of the wall"),
    "video.round": _l("Change a round of cameras, and remove it"),
    "video.zones": _l("Draw zones and privacy masks in the pictures of cameras"),
    "alarms.see": _l("See alarms"),
    "alarms.board": _l("See the wall board of alarms"),
    "alarms.send": _l("Send people to an alarm"),
    "alarms.drill": _l("Begin an exercise of alarms"),
    "alarms.keep": _l("Keep ladders and shelves of alarms"),
    "alarms.called": _l("Confirm a call of the phone tree"),
    "wind.see": _l("See what is known of the wind"),
    "wind.say": _l("Say how the wind is"),
    "danger.see": _l("See danger zones"),
    "muster.see": _l("See muster points"),
    "muster.keep": _l("Keep muster points"),
    "danger.roll": _l("See the roll of a danger zone"),
    "danger.score": _l("See the report of a danger zone, and the score of an exercise"),
    "danger.workers": _l("See which workers are inside a danger zone"),
    "sensors.see": _l("See sensors and what they measure"),
    "sensors.keep": _l("Register sensors and set their thresholds"),
    "safety.see": _l("See the safety of enterprises: dangers, licences, what happened"),
    "safety.keep": _l("Keep the safety profiles of enterprises"),
    "inspections.see": _l("See inspections and the visits that monitoring saved"),
    "inspections.plan": _l("Lay down how often is inspected and what is looked at"),
    "livelihood.read": _l("Read livelihood items that were screened"),
    "livelihood.list": _l("List livelihood items"),
    "livelihood.see": _l("See a livelihood item with its log"),
    "livelihood.collect": _l("Write down a livelihood item"),
    "livelihood.change": _l("Write a livelihood item anew before it is chosen"),
    "livelihood.review": _l("Say, as a resident of the place, whether a livelihood item is right"),
    "burden.see": _l("See what the forms cost for which one's department asks, in sums"),
    "burden.own": _l("See how long one's own forms took"),
    "ledgers.list": _l("See the list of ledgers and how many rows each has"),
    "ledgers.see": _l("See the rows of a ledger, as far as its data is one's own to see"),
    "ledgers.frozen": _l("Read what was frozen of a ledger one may see as a whole"),
    "ledgers.freeze": _l("Freeze a ledger of a place and sign for it"),
    "ledgers.lay_out": _l("Set how a ledger stands on paper"),
    "ledgers.takings": _l("See who took rows about people from ledgers, and what for"),
    "exports.take": _l("Take a list out as a file, with a line in the log"),
    "exports.list": _l("See what one took out oneself"),
    "exports.fetch": _l("Fetch a file that was made ready"),
    "exports.log": _l("See who took which list out, and what for"),
    "activities.read": _l("Read of activities"),
    "activities.list": _l("List activities and the hours of volunteers"),
    "activities.see": _l("See an activity or a heart talk with who takes part"),
    "activities.plan": _l("Plan an activity or a heart talk"),
    "activities.lead": _l("Lead an activity: its door, its photos, its end"),
    "activities.take_part": _l("Take part in activities"),
    "neighbours.list": _l("List neighbourhood roles"),
    "neighbours.see": _l("See who holds a neighbourhood role"),
    "neighbours.keep": _l("Give a neighbourhood role and end its term"),
    "neighbours.mine": _l("See who is there for the own building"),
    "property.read": _l("Read the results of property companies"),
    "property.keep": _l("Enter property companies and the buildings they look after"),
    "property.rate": _l("Rate the property company of the own building"),
    "property.rate_office": _l("Rate a property company for a community"),
    "property.publish": _l("Publish a quarter of property companies"),
    "communities.read": _l("Read the models of communities"),
    "communities.write": _l("Write the model of a community"),
    "opinions.say": _l("Say an opinion online, and read the own ones"),
    "opinions.own": _l("Read the reply to an own opinion, rate it, have it looked at again once"),
    "opinions.list": _l("List opinions and their themes"),
    "opinions.enter": _l("Write down what somebody says at the door"),
    "opinions.page": _l("Print and photograph pages of the book of opinions, confirm their lines"),
    "opinions.see": _l("See an opinion"),
    "topics.read": _l("Read topics that were taken up"),
    "topics.list": _l("List topics of deliberation"),
    "topics.see": _l("See a topic with its log"),
    "topics.propose": _l("Propose a topic"),
    "councils.read": _l("Check a council that is drawn by lot"),
    "councils.list": _l("List the councils drawn by lot"),
    "councils.see": _l("See a council with the masked names of who was drawn"),
    "topics.vote": _l("Vote on a topic as a resident of the place, object, rate the result"),
    "dangers.list": _l("List hidden dangers"),
    "dangers.see": _l("See a hidden danger"),
    "dangers.find": _l("Write down a hidden danger"),
    "dangers.find_own": _l("Report a hidden danger of one's own enterprise"),
    "safety.own": _l("List the enterprises one acts for, as safety sees them"),
    "safety.read_own": _l("Read what safety knows of an enterprise one acts for"),
    "safety.paper": _l("See the picture of a licence"),
    "intake.speak": _l("Open the door for machines that tell of alarms"),
    "intake.report": _l("Speak as a source of alarms"),
    "intake.see": _l("See connected machines and what they said"),
    "intake.keep": _l("Connect machines, settle unreadable messages"),
    "ports.see": _l("See fishing ports, closed seasons and wind limits"),
    "ports.keep": _l("Keep fishing ports, closed seasons and wind limits"),
    "vessels.see": _l("See vessels and their crews"),
    "vessels.keep": _l("Register, change and import vessels and crews"),
    "crews.see": _l("See photos and certificates of crews"),
    "crews.keep": _l("Keep photos and certificates of crews"),
    "vessels.reveal": _l("See whole phone numbers of vessels"),
    "vessels.own": _l("List the vessels one acts for"),
    "vessels.act": _l("Report the departure of a vessel"),
    "voyages.see": _l("See who is at sea"),
    "recalls.see": _l("See recalls before the wind"),
    "recalls.answer": _l("Say that one knows of a recall"),
    "receivers.see": _l("See where positions of vessels come from"),
    "points.read": _l("See service points and their queues"),
    "points.take": _l("Take a number or book a time"),
    "points.hold": _l("Give back a number or a booked time"),
    "points.arrive": _l("Say that somebody with a booked time is there"),
    "points.counter": _l("Open the counters"),
    "points.serve": _l("Serve at a counter"),
    "points.keep": _l("Keep service points"),
    "points.lapse": _l("End numbers and times that are over"),
    "gates.report": _l("Speak as a gate"),
    "gates.see": _l("See gates and their figures"),
    "gates.register": _l("Register to come to a point"),
    "gates.own": _l("Show and cancel an own registration"),
    "gates.admit": _l("Use up the code of a registration"),
    "gates.carry_out": _l("Keep what a gate confirms"),
    "gates.lapse": _l("End registrations and commands that are over"),
    "supervision.list": _l("List supervision orders"),
    "supervision.give": _l("Put under supervision"),
    "supervision.see": _l("See a supervision order"),
    "appeals.list": _l("List hotline sheets"),
    "appeals.see": _l("See a hotline sheet"),
    "appeals.receive": _l("Take in hotline sheets"),
    "appeals.caller": _l("See who called the hotline"),
    "whistles.list": _l("List whistles"),
    "whistles.blow": _l("Blow the whistle"),
    "whistles.see": _l("See a whistle"),
    "honesty.see": _l("See what asks for a look"),
    "figures.see": _l("See figures"),
    "figures.appeal": _l("Contest figures"),
    "figures.see_appeal": _l("See appeals against figures"),
    "parts.see": _l("See the part of a department in a case"),
    "people.sign_in": _l("Sign in"),
    "people.self": _l("Own account"),
    "people.see": _l("See accounts and posts"),
    "people.manage": _l("Manage accounts, posts, bodies and tokens"),
    "people.reveal": _l("See whole phone numbers of staff"),
    "people.rights": _l("See everybody's rights"),
    "people.hand_over_see": _l("See a hand-over"),
    "enterprises.see": _l("See enterprises"),
    "enterprises.reveal": _l("See whole phone numbers of enterprises"),
    "enterprises.change": _l("Register and change enterprises"),
    "live.watch": _l("Follow the live feed"),
    "grids.see": _l("See grids and borders"),
    "grids.see_inside": _l("See who and what is in a grid"),
    "grids.see_cameras": _l("See in the lists of places where cameras stand"),
    "grids.locate": _l("Find the grid of a point"),
    "grids.draw": _l("Draw and import borders, and have more equal ones proposed"),
    "grids.outside": _l("See what lies outside every grid"),
    "cases.report": _l("Report cases"),
    "cases.read": _l("Read cases as a machine"),
    "cases.watch": _l("Follow cases live"),
    "cases.see": _l("See cases"),
    "cases.correct": _l("Correct class and grid of a case"),
    "cases.desk": _l("Work at the desk of cases"),
    "standards.see": _l("See classes, limits, calendar and routing"),
    "standards.change": _l("Change classes, limits, calendar and routing"),
    "cases.propose": _l("See who is proposed for the whole queue"),
    "cases.send_anyway": _l("Send somebody who has another offer"),
    "rota.see": _l("See the rota and skills"),
    "rota.change": _l("Change the rota and skills"),
    "weights.see": _l("See what counts how much when somebody is looked for"),
    "weights.change": _l("Change what counts how much when somebody is looked for"),
    "cases.reporter": _l("See what else a reporter has reported"),
    "desk.bulk": _l("Deal with several cases at once"),
    "desk.filter": _l("Kept filters of the queue"),
    "desk.phrases": _l("Use phrases for notes"),
    "desk.phrase": _l("Change a phrase"),
    "desk.share": _l("Keep phrases for all"),
    "shifts.see": _l("See shifts of the desk"),
    "shifts.make": _l("Prepare the paper of a shift"),
    "patrols.see": _l("See patrols"),
    "patrols.plan": _l("Plan patrols"),
    "visits.see": _l("See visits to doors"),
    "visits.plan": _l("Plan visits to doors"),
    "public.read": _l("Read public cases"),
    "public.release": _l("Decide what the public reads of a case"),
    "reports.own": _l("Follow, answer and rate an own report"),
    "reports.reach": _l("See the whole number of a reporter"),
    "follows.own": _l("End what one follows"),
    "erasures.see": _l("See what was anonymised"),
    "erasures.set": _l("Set after how many months reports are anonymised"),
    "maps.desk": _l("Open the desk"),
    "maps.phone": _l("Open the phone page"),
    "maps.load": _l("See how many cases each grid has"),
    "notices.list": _l("See own notices"),
    "notices.read": _l("Read a notice"),
    "webhooks.keep": _l("Keep webhooks, see what was told to whom"),
    "machines.metrics": _l("Read the figures of the house"),
    "services.see": _l("Read the items that may be applied for"),
    "applications.make": _l("Apply for something"),
    "applications.assist": _l("Apply in the place of somebody"),
    "applications.desk": _l("Find the agent's desk in the bar"),
    "applications.notices": _l("Read the public notices of applications"),
    "applications.list": _l("List applications"),
    "applications.head": _l("Open the desk of the station head"),
    "applications.figures": _l("See the figures of services"),
    "applications.see": _l("See an application, personal answers masked"),
    "applications.reveal": _l("See personal answers and papers, with a line in the log"),
    "applications.visit": _l("Arrange visits at home"),
    "applications.waiting": _l("Find what waits in one's inbox"),
    "applications.erasures": _l("See what was erased of applications"),
    "applications.set_erasure": _l("Set after how many months applications are erased"),
    "service_ratings.see": _l("See poor ratings of services"),
    "open311.read": _l("Read services and public requests by Open311"),
    "open311.report": _l("Send requests by Open311"),
    "feeds.read": _l("Read feeds of public cases"),
    "subscriptions.make": _l("Make a private address of one's calendar or area"),
    "subscriptions.own": _l("Change and end one's private addresses"),
}

FEATURES: dict[str, LazyString] = {
    "people": _l("People"),
    "balance": _l("More equal grids"),
    "bulletin": _l("Morning bulletin"),
    "home_visits": _l("Visits to homes"),
    "buildings": _l("Buildings"),
    "households": _l("Households and residents"),
    "key_groups": _l("Key groups"),
    "jobs": _l("Jobs"),
    "enterprises": _l("Enterprises"),
    "live": _l("Live feed"),
    "grids": _l("Grids"),
    "cases": _l("Cases"),
    "standards": _l("Classes and limits"),
    "desk": _l("Desk"),
    "shifts": _l("Shifts of the desk"),
    "patrols": _l("Patrols"),
    "visits": _l("Visits"),
    "public": _l("The public"),
    "reports": _l("Reports of residents"),
    "follows": _l("Followed places"),
    "erasures": _l("Anonymisation"),
    "maps": _l("Map"),
    "machines": _l("Machines"),
    "open311": _l("Open311"),
    "feeds": _l("Feeds"),
    "webhooks": _l("Webhooks"),
    "ogc": _l("OGC API"),
    "subscriptions": _l("Private addresses"),
    "parts": _l("Departments in a case"),
    "whistles": _l("Whistles"),
    "appeals": _l("Hotline"),
    "supervision": _l("Supervision"),
    "figures": _l("Figures"),
    "exports": _l("Exports"),
    "honesty": _l("Honest work"),
    "notices": _l("Notices"),
    "rota": _l("Rota"),
    "weights": _l("Weights of the choice"),
    "services": _l("Services"),
    "points": _l("Service points"),
    "applications": _l("Applications"),
    "service_ratings": _l("Ratings of services"),
    "gates": _l("Gates"),
    "news": _l("News"),
    "cameras": _l("Cameras"),
    "wall": _l("The big screen"),
    "ports": _l("Fishing ports"),
    "crews": _l("Crew"),
    "vessels": _l("Vessels"),
    "voyages": _l("Voyages"),
    "recalls": _l("Recalls before the wind"),
    "receivers": _l("Receivers of positions"),
    "intake": _l("Connected machines"),
    "video": _l("Pictures of cameras"),
    "turning": _l("Cameras that turn"),
    "sensors": _l("Sensors"),
    "alarms": _l("Alarms"),
    "safety": _l("Safety"),
    "projects": _l("Projects"),
    "parcels": _l("Parcels of projects"),
    "relocation": _l("Relocation"),
    "bonds": _l("Bonds of projects"),
    "tough": _l("Tough items of projects"),
    "resolutions": _l("Resolutions of meetings"),
    "requests": _l("Questions of enterprises"),
    "old_doors": _l("Old doors"),
    "danger": _l("Danger zones"),
    "wind": _l("The wind"),
    "dangers": _l("Hidden dangers"),
    "muster": _l("Muster points"),
    "inspections": _l("Inspections"),
    "livelihood": _l("Livelihood items"),
    "burden": _l("Cost of forms"),
    "ledgers": _l("Ledgers"),
    "opinions": _l("Opinions"),
    "neighbours": _l("Neighbourhood roles"),
    "property": _l("Property companies"),
    "communities": _l("Models of communities"),
    "activities": _l("Activities and heart talks"),
    "topics": _l("Deliberation"),
    "councils": _l("Councils drawn by lot"),
}


@dataclass(frozen=True)
class Row:
    """One right: its name, what it is for, who has it in words, and the roles that may have it.

    `roles` holds every role for a right of everybody or of whoever is signed in. `own`: the thing
    may open it too, whatever the role.
    """

    right: str
    feature: str
    feature_words: str
    words: str
    who: str
    roles: frozenset[str]
    own: bool


def table() -> list[Row]:
    """Every right of the house, by feature and name, in the language of the reader."""
    rows = []
    for right, rule in sorted(RIGHTS.items()):
        feature = right.partition(".")[0]
        parts = list(_parts(rule))
        rows.append(
            Row(
                right=right,
                feature=feature,
                feature_words=str(FEATURES[feature]),
                words=_words(right),
                who=_who(rule),
                roles=frozenset().union(*(_roles(part) for part in parts)),
                own=any(part.by_thing for part in parts),
            )
        )
    return rows


def open_doors() -> list[tuple[str, str]]:
    """Every address that anybody may open, with the reason."""
    doors = set()
    for rule in current_app.url_map.iter_rules():
        why = getattr(current_app.view_functions[rule.endpoint], "public", None)
        if why:
            doors.add((rule.rule, str(why)))
    return sorted(doors)


def _words(right: str) -> str:
    known = WORDS.get(right)
    if known is not None:
        return str(known)
    moves = [
        str(move.words)
        for flow in FLOWS.values()
        for move in flow.moves.values()
        if move.may == right
    ]
    return _(" / ").join(dict.fromkeys(moves)) or right


def _parts(rule: Rule) -> Iterator[Rule]:
    """The simple rules of which a rule is made."""
    inner = _parts_of(rule)
    if not inner:
        yield rule
    for each in inner:
        yield from _parts(each)


def _roles(rule: Rule) -> frozenset[str]:
    if isinstance(rule, Everyone | SignedIn):
        return frozenset(ROLES)
    roles: frozenset[str] = getattr(rule, "roles", frozenset())
    return roles


def _parts_of(rule: Rule) -> tuple[Rule, ...]:
    inner: tuple[Rule, ...] = getattr(rule, "rules", ())
    return inner


def _is_both(rule: Rule) -> bool:
    inner = _parts_of(rule)
    return len(inner) > 1 and rule.words == ", and ".join(each.words for each in inner)


def _is_either(rule: Rule) -> bool:
    inner = _parts_of(rule)
    return _is_either(inner[0]) if len(inner) == 1 else len(inner) > 1 and not _is_both(rule)


def _who(rule: Rule) -> str:
    inner = _parts_of(rule)
    if inner:
        both = _is_both(rule)
        # Whoever reads must see which of the words belong together.
        return (_(", and ") if both else _(", or ")).join(
            f"({_who(each)})" if both and _is_either(each) else _who(each) for each in inner
        )
    if type(rule) is Everyone:
        return _("everybody, signed in or not")
    if isinstance(rule, SignedIn):
        return _("everybody who is signed in")
    if isinstance(rule, ByItself):
        return _("the house by itself")
    if isinstance(rule, Holds):
        place = _("over this grid") if rule.by == "grid_id" else _("over this unit")
        return _("%(roles)s %(place)s", roles=_named(rule.roles), place=place)
    if isinstance(rule, Anywhere):
        return _("%(roles)s, wherever", roles=_named(rule.roles))
    if isinstance(rule, Owns):
        return _("whoever %(does)s", does=_(rule.words))
    return _(rule.words)


def _named(roles: frozenset[str]) -> str:
    if roles >= STAFF:
        others = roles - STAFF
        everybody = _("all staff")
        return _(" / ").join((everybody, _named(others))) if others else everybody
    order = list(ROLES)
    known = sorted(roles, key=lambda each: order.index(each) if each in order else len(order))
    return _(" / ").join(str(ROLES[each].words) if each in ROLES else each for each in known)
