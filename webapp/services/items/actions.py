"""What is done with items: they are laid down from a file, each change as a new version."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.base import audit, clock
from webapp.base.db import db
from webapp.grids.models import Unit
from webapp.services.items import queries
from webapp.services.items.described import Described
from webapp.services.items.models import Item, ItemVersion


def lay_down(items: Iterable[Described], *, own: bool) -> int:
    """The items are in force as they are described; answers how many versions are new.

    What is in force already stays; what differs ends, and is followed by a version of its own. `own`:
    the subdistrict says so itself; what the house comes with never replaces that. Raises
    `LookupError` when a department is missing.
    """
    departments, known, new = queries.departments_by_code(), queries.known(), 0
    for each in items:
        now = known.get(each.code)
        if now is not None and (now.digest == each.digest or (now.own and not own)):
            continue
        if each.department not in departments:
            raise LookupError(f"{each.code} belongs to {each.department}, which is not there")
        _begin(each, departments[each.department], now, own=own)
        new += 1
    return new


def _begin(said: Described, department: Unit, before: ItemVersion | None, *, own: bool) -> None:
    moment = clock.now()
    if before is None:
        item, number = Item(code=said.code), 1
        db.session.add(item)
    else:
        item, number = before.item, before.number + 1
        before.ended_at = moment
    db.session.flush()
    version = ItemVersion(
        item_id=item.id,
        number=number,
        since=moment,
        digest=said.digest,
        own=own,
        name=said.name,
        name_en=said.name_en,
        field=said.field,
        kind=said.kind,
        basis=said.basis,
        department_id=department.id,
        online=said.online,
        at_station=said.at_station,
        statutory_days=said.statutory_days,
        promised_days=said.promised_days,
        rules=said.model_dump(mode="json"),
    )
    db.session.add(version)
    db.session.flush()
    audit.record(
        kind="service_item",
        thing_id=item.id,
        move="lay_down",
        by=None,
        data={"number": number, "digest": said.digest},
    )
