"""What is done to an import: the file comes in, is looked at, answered, and becomes a draft."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import shapely
from flask import current_app
from flask_babel import lazy_gettext as _l
from shapely import Polygon
from sqlalchemy import update

from webapp.base import files, tasks
from webapp.base.access import HOUSE, Actor
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.spatial import SRID
from webapp.grids import actions as grid_actions, queries as grids
from webapp.grids.actions import Drawn
from webapp.grids.importing.columns import Draft
from webapp.grids.importing.fit import Candidate, is_known
from webapp.grids.importing.repair import Repair, can_mend, repair
from webapp.grids.importing.report import Answers, CheckReport, check_file
from webapp.grids.imports import queries
from webapp.grids.imports.communities import Belonging, belonging
from webapp.grids.imports.models import BorderImport
from webapp.grids.imports.rules import IMPORT_FLOW, ImportState
from webapp.grids.models import BoundarySet, Unit, UnitCode
from webapp.grids.rules import BOUNDARY_FLOW, GridKind, UnitKind

LOOK: Final = "grids.look_at_import"
CHANGES_SHOWN: Final = 200


@dataclass(frozen=True)
class Said:
    """What people have answered about a file, as it is kept."""

    layer: str | None = None
    read_as: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    new_outline: bool = False
    accepted: Sequence[str] = ()
    mend: bool = False
    """Small overlaps and gaps are mended, and the result is looked at."""

    def kept(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "layer": self.layer,
            "read_as": self.read_as,
            "columns": dict(self.columns),
            "new_outline": self.new_outline,
            "accepted": sorted(self.accepted),
            "mend": self.mend,
        }

    def answers(self) -> Answers:
        """As the checks want it."""
        return Answers(
            layer=self.layer,
            read_as=Candidate.of(self.read_as) if self.read_as else None,
            columns=self.columns,
            new_outline=self.new_outline,
            accepted=frozenset(self.accepted),
        )


def send(body: bytes, *, name: str, unit: Unit, by: Actor) -> BorderImport:
    """The file is kept, and looked at in the background; nothing else changes."""
    if not body:
        words = _l("Choose a file of borders.")
        raise Unacceptable(words, fields={"file": words})
    file = files.keep(body, "application/octet-stream", by=by, name=name)
    made = BorderImport(
        unit_id=unit.id,
        name=name,
        file_id=file.id,
        state=ImportState.WORKING,
        answers=Said().kept(),
        report={},
        step=0,
        steps=0,
        step_words="",
        created_by_id=by.id,
    )
    db.session.add(made)
    db.session.flush()
    IMPORT_FLOW.record(made, "send", by=by)
    tasks.defer(LOOK, lock=f"border_import {made.id}", import_id=made.id)
    return made


def answer(made: BorderImport, said: Said, *, by: Actor) -> None:
    """The answers are kept and the file is looked at once more."""
    IMPORT_FLOW.move(made, "answer", by=by, data=said.kept())
    made.answers = said.kept()
    made.step, made.steps, made.step_words = 0, 0, ""
    db.session.flush()
    tasks.defer(LOOK, lock=f"border_import {made.id}", import_id=made.id)


def reading_of(
    made: BorderImport, *, key: str | None, epsg: int | None, datum: Datum, swapped: bool
) -> str | None:
    """The key of the coordinate system a person means: one of those offered, or one of their own.

    None leaves it to the checks. `Unacceptable` for what no coordinate system is.
    """
    if epsg is not None:
        crs = f"EPSG:{epsg}"
        if not is_known(crs):
            words = _l("This is not the number of a coordinate system.")
            raise Unacceptable(words, fields={"epsg": words})
        return Candidate(crs, datum, swapped).key
    offered = {each["key"] for each in made.report.get("candidates", ())}
    if key is not None and key != made.answers.get("read_as") and key not in offered:
        words = _l("Choose one of the list.")
        raise Unacceptable(words, fields={"read_as": words})
    return key


def drop(made: BorderImport, *, by: Actor) -> None:
    """The import is over without result; the file is kept."""
    IMPORT_FLOW.move(made, "drop", by=by)


@tasks.task(LOOK)
def look(import_id: int) -> None:
    """What was found in the file stands in the import, and it waits for a person."""
    made = queries.one(import_id)
    if made is None or made.state != ImportState.WORKING:
        return
    said = Said(**made.answers)
    report, done = looked_at(made, said)
    tell(made, said, report, done)


def looked_at(made: BorderImport, said: Said) -> tuple[CheckReport, Repair | None]:
    """The report on the file of an import, after the repair if one was asked for and can be."""
    outline, illustrative = queries.outline_in_force()
    expected = current_app.extensions["settings"].expected_counts
    lent, name, import_id = files.lent(made.file), made.name, made.id
    # Reading may take long: no transaction stands open meanwhile.
    db.session.commit()

    def progress(step: int, steps: int, words: str) -> None:
        _progress(import_id, step, steps, words)

    with lent as path:
        report = check_file(
            path,
            outline=outline,
            srid=SRID,
            expected_counts=expected,
            illustrative=illustrative,
            name=name,
            answers=said.answers(),
            progress=progress,
        )
    if not (said.mend and can_mend(report.findings)):
        return report, None
    done = repair(
        report.drafts, outline=report.outline, expected_counts=expected, progress=progress
    )
    return report.with_repair(done), done


def _progress(import_id: int, step: int, steps: int, words: str) -> None:
    # A transaction of its own: the page shows it before the work is over.
    with db.engine.begin() as connection:
        connection.execute(
            update(BorderImport)
            .where(BorderImport.id == import_id)
            .values(step=step, steps=steps, step_words=words)
        )


def tell(made: BorderImport, said: Said, report: CheckReport, done: Repair | None) -> None:
    """The report is kept with the import, and so are its borders, in metres and for the map.

    Not if somebody has answered anew or dropped the import since it was looked at.
    """
    db.session.refresh(made, with_for_update=True)
    if made.state != ImportState.WORKING or Said(**made.answers) != said:
        return
    told = report.as_json()
    told["findings"] = [
        {**finding.kept(), "placed": finding.place is not None} for finding in report.findings
    ]
    told["file_columns"] = list(_file_columns(report))
    told["columns"] = dict(report.columns)
    told["mendable"] = done is None and can_mend(report.findings)
    told["mended"] = _mended(done) if done else None
    told["belonging"] = belonging(report.drafts).kept() if report.placed_as else None
    made.report = told
    made.borders_id = _keep(_borders(report.drafts)) if report.placed_as else None
    drawing = {"grids": report.grids_geojson(), "faults": report.faults_geojson()}
    made.drawing_id = _keep(drawing) if report.placed_as else None
    IMPORT_FLOW.move(made, "report", by=HOUSE, data={"exit_code": report.exit_code})


def _file_columns(report: CheckReport) -> Sequence[str]:
    return report.reading.columns if report.reading else ()


def _mended(done: Repair) -> dict[str, Any]:
    return {
        "whole": done.whole,
        "harmless": done.harmless,
        "worst_share": done.worst_share,
        "count": len(done.changes),
        "changes": [
            [each.title, each.before_m2, each.after_m2, each.changed_m2, each.share]
            for each in done.changes[:CHANGES_SHOWN]
        ],
    }


def _borders(drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    return [
        {
            "row": draft.row,
            "code": draft.code,
            "kind": draft.kind,
            "name": draft.name,
            "community": draft.community,
            "wkb": shapely.to_wkb(draft.geometry, hex=True) if draft.geometry else None,
        }
        for draft in drafts
    ]


def _keep(value: Any) -> int:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return files.keep(body, "application/json", by=None).id


def borders_of(made: BorderImport) -> list[Draft]:
    """The borders as they were looked at last, in metres."""
    if made.borders is None:
        return []
    return [
        Draft(
            each["row"],
            each["code"],
            GridKind(each["kind"]) if each["kind"] else None,
            each["name"],
            each["community"],
            shapely.from_wkb(each["wkb"]) if each["wkb"] else None,
        )
        for each in json.loads(files.body_of(made.borders))
    ]


def draft(
    made: BorderImport, *, by: Actor, new_communities: bool, accept_changes: bool
) -> BoundarySet:
    """The borders stand as a checked boundary set; nothing in force has changed.

    Communities that are not known yet are made if `new_communities` says so; grids that a repair
    changed visibly need `accept_changes`. `Unacceptable` where something is open.
    """
    drafts = borders_of(made)
    where = belonging(drafts)
    _refuse_open_questions(made, where, new_communities, accept_changes)
    IMPORT_FLOW.move(made, "draft", by=by)
    units = where.units | _made_communities(where, made, by=by)
    unit = db.session.get_one(Unit, made.unit_id)
    result = grid_actions.draft(
        title=made.name,
        grids=[_drawn(each, units) for each in drafts],
        unit=unit,
        by=by,
        source_name=made.name,
        source_sha256=made.file.sha256,
        based_on=grids.active_set(),
        report={**made.report, "import": made.id},
    )
    made.set_id = result.id
    BOUNDARY_FLOW.move(result, "check", by=by)
    return result


def _refuse_open_questions(
    made: BorderImport, where: Belonging, new_communities: bool, accept_changes: bool
) -> None:
    if made.report.get("exit_code") != 0:
        raise Unacceptable(_l("Errors or questions are still open."))
    mended = made.report.get("mended")
    if mended and not mended["harmless"] and not accept_changes:
        words = _l("Say that the changed areas are right.")
        raise Unacceptable(words, fields={"accept_changes": words})
    if where.homeless:
        raise Unacceptable(
            _l(
                "Say for each of these grids which community it belongs to: %(codes)s",
                codes=", ".join(where.homeless[:10]),
            )
        )
    if where.unknown and not new_communities:
        words = _l("Say that the new communities are right.")
        raise Unacceptable(words, fields={"new_communities": words})


def _made_communities(where: Belonging, made: BorderImport, *, by: Actor) -> dict[int, int]:
    """Keys of new communities by the row of each of their grids."""
    rows: dict[int, int] = {}
    for name, its_rows in where.unknown.items():
        unit = Unit(
            kind=UnitKind.COMMUNITY, name=name, parent_id=made.unit_id, provenance=made.name
        )
        db.session.add(unit)
        db.session.flush()
        code = where.codes.get(name)
        if code:
            db.session.add(UnitCode(unit_id=unit.id, system="local", code=code, provisional=True))
        rows |= dict.fromkeys(its_rows, unit.id)
    db.session.flush()
    return rows


def _drawn(each: Draft, units: Mapping[int, int]) -> Drawn:
    if each.code is None or each.kind is None or not isinstance(each.geometry, Polygon):
        raise Unacceptable(_l("Errors or questions are still open."))
    return Drawn(
        code=each.code,
        name=each.name or each.code,
        kind=each.kind,
        community_id=units.get(each.row),
        geom=each.geometry,
    )
