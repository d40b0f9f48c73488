"""A ledger taken out as a file: by whoever may, whole only with the right, with people only for a purpose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from flask_babel import gettext as _, lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import Actor, may
from webapp.base.flow import NotAllowed, Unacceptable
from webapp.ledgers import actions, frozen, layouts, queries
from webapp.ledgers.layouts import Printed
from webapp.ledgers.models import Layout, Snapshot
from webapp.ledgers.queries import Asked, Line, Place
from webapp.ledgers.rules import LEDGERS, MOST_LOOKED_AT, MOST_PRINTED, Form, Ledger, Scope
from webapp.ledgers.sheets import Sheet, title_of, write
from webapp.ledgers.source import Column
from webapp.ledgers.sources import SOURCES


def take_out(
    out: BinaryIO,
    ledger: Ledger,
    asked: Asked,
    *,
    form: Form,
    whole: bool,
    purpose: str | None,
    by: Actor,
) -> int:
    """The rows that `by` may see stand in the file, and who took them is written down; answers how many.

    Raises `NotAllowed` for whole names without the right, `Unacceptable` for people without a purpose.
    """
    if whole and not (ledger.reveal and may(by, ledger.reveal)):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    source = SOURCES[ledger.key]
    said = _purpose(ledger, purpose)
    _must_be_short(form, queries.total(ledger, by, asked))
    people: set[tuple[int, int | None]] = set()
    lines = queries.stream(ledger, asked, who=by, whole=whole)
    sheet = _sheet(
        ledger,
        asked.place.name,
        f"{asked.month:%Y-%m}" if ledger.monthly else _("As it stands"),
        audit.name_of(by.id),
        source.columns,
        lines,
        queries.layout(ledger.key),
        people=people,
    )
    rows = write(sheet, form, out)
    if said is not None:
        actions.take(
            ledger, asked, rows=rows, people=people, form=form, whole=whole, purpose=said, by=by
        )
    return rows


def look(ledger: Ledger, asked: Asked, *, purpose: str, by: Actor) -> list[Line]:
    """The first rows of a guarded ledger that `by` may see, once each of these people's logs says so."""
    lines, _after = queries.page_of(ledger, by, asked, limit=MOST_LOOKED_AT)
    actions.take(
        ledger,
        asked,
        rows=len(lines),
        people=(each.person for each in lines if each.person is not None),
        form=Form.PAGE,
        whole=False,
        purpose=purpose,
        by=by,
    )
    return lines


def look_frozen(snapshot: Snapshot, *, purpose: str, by: Actor) -> None:
    """It is written down that `by` sees the frozen rows, and with each of these people too."""
    rows = frozen.rows_of(snapshot.body) if snapshot.body else frozen.Rows((), {})
    _take_frozen(snapshot, list(rows.lines), form=Form.PAGE, purpose=purpose, by=by)


def take_frozen(
    out: BinaryIO, snapshot: Snapshot, *, form: Form, purpose: str | None, by: Actor
) -> int:
    """The frozen rows stand in the file with their hash and who signed, masked as they were frozen."""
    ledger = LEDGERS[snapshot.ledger]
    if snapshot.body is None:
        raise Unacceptable(_l("Its rows were erased by rule."))
    said = _purpose(ledger, purpose)
    _must_be_short(form, snapshot.rows)
    rows = frozen.rows_of(snapshot.body)
    known = {each.key: each for each in SOURCES[ledger.key].columns}
    columns = [known.get(key) or Column(key, _l("Column"), None) for key in rows.columns]
    sheet = _sheet(
        ledger,
        snapshot.place,
        f"{snapshot.month:%Y-%m}",
        snapshot.account.name,
        columns,
        (Line(key, values) for key, values in rows.lines.items()),
        snapshot.layout,
        snapshot=snapshot,
    )
    count = write(sheet, form, out)
    if said is not None:
        _take_frozen(snapshot, list(rows.lines), form=form, purpose=said, by=by)
    return count


def _take_frozen(
    snapshot: Snapshot, keys: list[int], *, form: Form, purpose: str, by: Actor
) -> None:
    place = Place(Scope(snapshot.scope), snapshot.place)
    actions.take(
        LEDGERS[snapshot.ledger],
        Asked(place, snapshot.month),
        rows=len(keys),
        people=queries.people_of(snapshot.ledger, keys).values(),
        form=form,
        whole=False,
        purpose=purpose,
        by=by,
        snapshot=snapshot,
    )


def _sheet(
    ledger: Ledger,
    place: str,
    month: str,
    name: str,
    columns: Sequence[Column],
    lines: Iterator[Line],
    layout: Layout | None,
    *,
    people: set[tuple[int, int | None]] | None = None,
    snapshot: Snapshot | None = None,
) -> Sheet:
    laid = layouts.of(layout.said) if layout else layouts.USUAL
    printed = layouts.printed(laid, columns)
    return Sheet(
        title=laid.title or title_of(ledger),
        laid=laid,
        place=place,
        month=month,
        by=name,
        at=snapshot.frozen_at if snapshot else clock.now(),
        heads=[each.caption for each in printed],
        rows=_shown(printed, lines, people),
        sha256=snapshot.sha256 if snapshot else None,
        snapshot=snapshot.id if snapshot else None,
    )


def _shown(
    printed: Sequence[Printed],
    lines: Iterator[Line],
    people: set[tuple[int, int | None]] | None,
) -> Iterator[list[Any]]:
    """What is printed of each row; whom the rows are about is added to `people`."""
    for line in lines:
        if line.person is not None and people is not None:
            people.add(line.person)
        yield [each.column.shown(line.values[each.place]) for each in printed]


def _purpose(ledger: Ledger, purpose: str | None) -> str | None:
    """What rows about people are wanted for; None where there are none."""
    if not SOURCES[ledger.key].has_people:
        return None
    if not purpose:
        words = _l("Say what you need it for.")
        raise Unacceptable(words, fields={"purpose": words})
    return purpose


def _must_be_short(form: Form, rows: int) -> None:
    if form != Form.XLSX and rows > MOST_PRINTED:
        words = _l("More than %(n)s rows are not printed. Take it as Excel.", n=MOST_PRINTED)
        raise Unacceptable(words, fields={"form": words})
