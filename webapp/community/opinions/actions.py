"""What is done with opinions: said, entered at the door, replied to, sent on, rated, reopened once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _l

from webapp.base import clock, notices, sealing, tasks
from webapp.base.access import HOUSE, Actor, may
from webapp.base.datum import Datum
from webapp.base.db import db, lock, lock_all
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.base.spatial import standing_at
from webapp.cases import actions as cases
from webapp.cases.residents.actions import TooMany
from webapp.cases.rules import Source
from webapp.community.deliberation import actions as deliberation
from webapp.community.deliberation.forms import TopicForm
from webapp.community.deliberation.rules import Came
from webapp.community.livelihood import actions as livelihood
from webapp.community.livelihood.forms import ItemForm
from webapp.community.opinions import queries
from webapp.community.opinions.book.actions import close_line, take, twice
from webapp.community.opinions.book.models import BookLine
from webapp.community.opinions.forms import SayForm
from webapp.community.opinions.models import Opinion
from webapp.community.opinions.rules import (
    A_DAY,
    ENTERED,
    OPINION_FLOW,
    OpinionState,
    RoutedTo,
    SaidHow,
)
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.people import queries as people
from webapp.people.refusing import refusing
from webapp.services.applications import queries as applications
from webapp.services.applications.models import Application
from webapp.services.items import queries as items

ON_WATCH = ("grid_worker", "grid_leader")


def say(said: SayForm, *, by: Actor) -> Opinion:
    """A resident has said it; the people of the grid know. The log does not say who it was."""
    account = people.account(by.id) if by.id is not None else None
    if account is None:
        raise NotOpen(_l("Please sign in first."))
    lock(account)
    if queries.said_since(account.id, clock.now() - timedelta(days=1)) >= A_DAY:
        raise TooMany(_l("You have said much today. Please wait a day, or call your grid worker."))
    opinion = _new(said, SaidHow.ONLINE)
    opinion.said_by_id = account.id
    return _keep(opinion, by=HOUSE)


def enter(said: SayForm, *, by: Actor) -> Opinion:
    """What somebody said at the door, or in another way of `ENTERED`, once however often the phone sends it."""
    known = queries.marked(said.client_id, by.id) if said.client_id is not None else None
    if known is not None:
        return known
    if said.how not in ENTERED:
        words = _l("Choose one of the list.")
        raise Unacceptable(words, fields={"how": words})
    opinion = _new(said, said.how)
    opinion.entered_by_id, opinion.mark = by.id, said.client_id
    with refusing(uq_opinion_mark=Changed(_l("This was written down a moment ago."))):
        db.session.add(opinion)
    return _keep(opinion, by=by)


def enter_line(said: SayForm, line: BookLine, *, by: Actor) -> Opinion:
    """What is written in a line of the book is an opinion, and the picture of the line is gone.

    Raises `Changed` when somebody has confirmed this line already.
    """
    take(line)
    opinion = _new(said, SaidHow.BOOK)
    opinion.entered_by_id, opinion.line_id = by.id, line.id
    with refusing(uq_opinion_line_id=twice()):
        db.session.add(opinion)
    close_line(line, by=by)
    return _keep(opinion, by=by)


def answer(
    opinion: Opinion, *, note: str | None, by: Actor, base_version: int | None = None
) -> None:
    """There is a reply, and whoever said it online knows."""
    hold(opinion, base_version)
    if note and "answer" in OPINION_FLOW.open_moves(opinion, by):
        opinion.reply, opinion.replied_at = note, clock.now()
    OPINION_FLOW.move(opinion, "answer", by=by, evidence={"note": note}, data={"note": note})
    if opinion.said_by_id is not None:
        address = f"/my-opinions/{opinion.id}"
        notices.notify([opinion.said_by_id], N_("There is a reply to your opinion"), url=address)


def to_case(
    opinion: Opinion,
    *,
    class_code: str | None,
    by: Actor,
    prefix: str,
    base_version: int | None = None,
) -> None:
    """It became a case at its place, reported by whoever sent it on."""
    _may_route(opinion, by, base_version, also="cases.report")
    lon, lat = _place(opinion)
    if not class_code:
        words = _l("Choose what it is.")
        raise EvidenceMissing(words, fields={"class_code": words})
    case = cases.report(
        class_code=class_code,
        lon=lon,
        lat=lat,
        datum=Datum.WGS84,
        words=opinion.words,
        source=Source.WORKER,
        by=by,
        prefix=prefix,
    )
    _became(opinion, RoutedTo.CASE, case_id=case.id)
    _route(opinion, by, case.number)


def to_item(
    opinion: Opinion, *, note: str | None, by: Actor, base_version: int | None = None
) -> None:
    """It became a livelihood item that is collected at its place, in the words of the note."""
    _may_route(opinion, by, base_version, also="livelihood.collect")
    lon, lat = _place(opinion)
    note = _for_everybody(note)
    said = ItemForm.of(
        {
            "title": note[:40],
            "words": note,
            "category": opinion.theme,
            "lon": lon,
            "lat": lat,
        }
    )
    item = livelihood.collect([said], by=by)[0]
    _became(opinion, RoutedTo.ITEM, item_id=item.id)
    _route(opinion, by, item.number)


def to_topic(
    opinion: Opinion, *, note: str | None, by: Actor, base_version: int | None = None
) -> None:
    """It became a topic of deliberation that is proposed at its place, in the words of the note."""
    _may_route(opinion, by, base_version, also="topics.propose")
    lon, lat = _place(opinion)
    note = _for_everybody(note)
    said = TopicForm.of(
        {
            "title": note[:40],
            "words": note,
            "theme": opinion.theme,
            "came": Came.OPINION,
            "lon": lon,
            "lat": lat,
        }
    )
    topic = deliberation.propose(said, by=by, opinion_id=opinion.id)
    _became(opinion, RoutedTo.TOPIC)
    _route(opinion, by, topic.number)


def to_application(
    opinion: Opinion,
    *,
    service: str | None,
    number: str | None = None,
    note: str | None = None,
    by: Actor,
    base_version: int | None = None,
) -> None:
    """It wants an application for this item (its code), or belongs to the one of this number.

    The log says for which item and nothing of the application, which is erased when its time is over.
    """
    _may_route(opinion, by, base_version)
    wanted = items.one(service) if service else None
    if wanted is None:
        words = _l("Say what is to be applied for.")
        raise EvidenceMissing(words, fields={"service": words})
    found = _application(opinion, wanted.item_id, number, by) if number else None
    _became(
        opinion,
        RoutedTo.APPLICATION,
        service_id=wanted.item_id,
        application_id=found.id if found else None,
    )
    _route(opinion, by, note, service=wanted.item.code)


def belong(
    opinion: Opinion, *, number: str | None, by: Actor, base_version: int | None = None
) -> None:
    """The application that it wanted is there, and is named.

    Raises `NotOpen` for what was sent elsewhere or is over, `Unacceptable` for an application that does
    not exist, that `by` may not see, or that is for another item.
    """
    hold(opinion, base_version)
    if not may(by, "opinions.handle", opinion):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    if opinion.service_id is None or opinion.state not in (
        OpinionState.ROUTED,
        OpinionState.REPLIED,
    ):
        raise NotOpen(_l("It waits for no application."))
    opinion.application_id = _application(opinion, opinion.service_id, number or "", by).id
    OPINION_FLOW.record(opinion, "belong", by=by)


def let_go() -> int:
    """No opinion says any more to which erased application it belonged; answers how many did."""
    found = queries.of_erased()
    for each in found:
        each.application_id = None
    db.session.flush()
    return len(found)


@tasks.task("opinions.let_go", cron="7 19 * * *")
def let_go_nightly() -> None:
    """After the applications whose time is over are erased."""
    let_go()


def rate(opinion: Opinion, *, rating: int | None, words: str | None) -> None:
    """Whoever said it is content, or not, and it is over."""
    lock(opinion)
    if opinion.state == OpinionState.REPLIED:
        opinion.rating, opinion.rating_words = rating, words
    OPINION_FLOW.move(opinion, "rate", by=HOUSE, evidence={"rating": rating})


def reopen(opinion: Opinion, *, note: str | None) -> None:
    """Whoever said it wants it looked at again: once, with a reason, and the grid knows."""
    lock(opinion)
    if opinion.reopened:
        raise NotOpen(_l("It was looked at again already. Please call your grid worker."))
    OPINION_FLOW.move(opinion, "reopen", by=HOUSE, evidence={"note": note}, data={"note": note})
    opinion.reopened = 1
    _became(opinion, None)
    db.session.flush()
    _tell(opinion, N_("To be looked at again: %(what)s"))


def close(opinion: Opinion, *, by: Actor, base_version: int | None = None) -> None:
    """It is over, though nobody rated it."""
    OPINION_FLOW.move(opinion, "close", by=by, base_version=base_version)


def reveal_contact(opinion: Opinion, *, purpose: str, by: Actor) -> str | None:
    """How to reach whoever said it, for somebody who says what for; the log keeps who asked and why."""
    lock(opinion)
    OPINION_FLOW.record(opinion, "reveal", by=by, data={"purpose": purpose})
    return sealing.unseal(opinion.contact).decode() if opinion.contact else None


def print_slips(opinions: Sequence[Opinion], *, by: Actor) -> None:
    """The slips with the replies to these are printed, and each log says so."""
    lock_all(Opinion, (each.id for each in opinions))
    now = clock.now()
    for each in opinions:
        each.slip_at = now
    if opinions:
        OPINION_FLOW.note_all([(each, by) for each in opinions], "slip", data=[{}] * len(opinions))


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Opinions that are not over stand in the grids of the borders in force; answers how many moved."""
    here = Opinion.state != OpinionState.CLOSED
    return len(relocation.relocate_in_log(Opinion, here, kind=OPINION_FLOW.kind, by=by))


def _new(said: SayForm, how: SaidHow) -> Opinion:
    opinion = Opinion(
        kind=said.kind,
        theme=said.theme,
        words=said.words,
        state=OpinionState.RECORDED,
        version=1,
        how=how,
        said_at=said.happened_at or clock.now(),
        anonymous=said.anonymous,
        name=None if said.anonymous else said.name,
        contact=None if said.anonymous or not said.contact else sealing.seal(said.contact.encode()),
    )
    if said.lon is None or said.lat is None:
        words = _l("Say where it is, on the map or by numbers.")
        raise Unacceptable(words, fields={"lon": words})
    place = standing_at(said.lon, said.lat, datum=said.datum, accuracy_m=said.accuracy_m)
    for name, value in place.items():
        setattr(opinion, name, value)
    return opinion


def _keep(opinion: Opinion, *, by: Actor) -> Opinion:
    db.session.add(opinion)
    db.session.flush()
    OPINION_FLOW.begin(opinion, "say", by=by)
    _tell(opinion, N_("Opinion of a resident: %(what)s"))
    return opinion


def _may_route(
    opinion: Opinion, by: Actor, base_version: int | None, *, also: str | None = None
) -> None:
    """The opinion is ours, and `by` may send it on and make of it what it becomes; or a refusal."""
    hold(opinion, base_version)
    if "route" not in OPINION_FLOW.open_moves(opinion, by):
        OPINION_FLOW.move(opinion, "route", by=by)
    if also is not None and not may(by, also):
        raise NotAllowed(_l("You do not hold the post that may do this here."))


def _route(opinion: Opinion, by: Actor, note: str | None, **more: str) -> None:
    data = {"note": note, "routed_to": opinion.routed_to, **more}
    OPINION_FLOW.move(opinion, "route", by=by, data=data)


def _became(
    opinion: Opinion,
    to: RoutedTo | None,
    *,
    case_id: int | None = None,
    item_id: int | None = None,
    service_id: int | None = None,
    application_id: int | None = None,
) -> None:
    opinion.routed_to, opinion.case_id, opinion.item_id = to, case_id, item_id
    opinion.service_id, opinion.application_id = service_id, application_id


def _application(opinion: Opinion, service_id: int, number: str, by: Actor) -> Application:
    """The application of this number that `by` may see; or `Unacceptable`."""
    if opinion.anonymous:
        words = _l("It was said anonymously, and an application says who applies.")
        raise Unacceptable(words, fields={"application": words})
    found = applications.by_number(number)
    if found is None or not may(by, "applications.see", found):
        words = _l("You see no application of this number.")
        raise Unacceptable(words, fields={"application": words})
    if found.item.item_id != service_id:
        words = _l("This application is for something else.")
        raise Unacceptable(words, fields={"application": words})
    return found


def _for_everybody(note: str | None) -> str:
    if not note or len(note) < 2:
        words = _l("Write it as everybody may read it.")
        raise EvidenceMissing(words, fields={"note": words})
    return note


def _place(opinion: Opinion) -> tuple[float, float]:
    if opinion.lonlat is None:
        raise NotOpen(_l("Nobody knows where it is."))
    return opinion.lonlat


def _tell(opinion: Opinion, words: str) -> None:
    watching, _grid = people.who_watches(ON_WATCH, (), grid_id=opinion.grid_id)
    notices.notify(watching, words, url=f"/opinions/{opinion.id}", what=opinion.words[:60])
