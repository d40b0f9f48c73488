"""Pages of imports: send a file of borders, see what is wrong with it, answer, make it a draft."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext, lazy_gettext as _l
from pydantic import BeforeValidator, Field

from webapp.base import files
from webapp.base.access import me, permit
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.web import Form, goto, page
from webapp.grids import queries as grids
from webapp.grids.importing.findings import Finding, Severity
from webapp.grids.importing.report import VERDICTS
from webapp.grids.imports import actions, queries
from webapp.grids.imports.actions import Said
from webapp.grids.imports.models import BorderImport
from webapp.grids.imports.rules import IMPORT_FLOW, ImportState
from webapp.grids.rules import KIND_WORDS, GridKind

bp = Blueprint("imports", __name__, url_prefix="/grids/imports")

DATUM_WORDS = {
    Datum.WGS84: _l("Unshifted (WGS 84, CGCS2000)"),
    Datum.GCJ02: _l("GCJ-02 (Gaode, Tencent, WeChat)"),
    Datum.BD09: _l("BD-09 (Baidu)"),
}
COLUMN_WORDS = {
    "code": _l("Grid code"),
    "kind": _l("Kind of grid"),
    "name": _l("Name"),
    "community": _l("Community"),
}


class Before(Form):
    """Where the list goes on."""

    before: int | None = None


@bp.get("")
@permit("grids.draw")
def listed() -> Response:
    """The imports so far, and the form that begins one."""
    return _listed()


def _listed(errors: dict[str, Any] | None = None) -> Response:
    before = Before.of(request.args.to_dict()).before
    return page(
        "grids/imports/list.html",
        status=422 if errors else 200,
        imports=queries.recent(me(), before=before),
        states=IMPORT_FLOW.states,
        errors=errors or {},
    )


@bp.get("/<int:import_id>")
@permit("grids.draw", of=queries.one)
def one(made: BorderImport) -> Response:
    """One import: how far it is, what was found, what is to be answered."""
    return _one(made)


def _one(made: BorderImport, errors: dict[str, Any] | None = None) -> Response:
    report, said = made.report, Said(**made.answers)
    shown = page(
        "grids/imports/one.html",
        fragment="work",
        status=422 if errors else 200,
        made=made,
        report=report,
        said=said,
        groups=_groups(report.get("findings", ())),
        verdict=VERDICTS.get(report.get("exit_code", -1)),
        moves=IMPORT_FLOW.open_moves(made, me()),
        states=IMPORT_FLOW.states,
        kinds=[(KIND_WORDS[kind], report.get("counts", {}).get(kind)) for kind in GridKind],
        datums=DATUM_WORDS,
        columns=COLUMN_WORDS,
        layers=_pairs(_layers(report, said)),
        file_columns=_pairs(report.get("file_columns", ())),
        readings=_readings(report, said),
        unmended=_fields(replace(said, mend=False)),
        step_words=gettext(made.step_words) if made.step_words else "",
        errors=errors or {},
    )
    if request.headers.get("HX-Request") and made.state != ImportState.WORKING:
        # The page that waited has more to show now than its bar.
        shown.headers["HX-Refresh"] = "true"
    return shown


def _pairs(words: Iterable[str]) -> list[tuple[str, str]]:
    return [(each, each) for each in words]


def _layers(report: dict[str, Any], said: Said) -> list[str]:
    offered = [choice for each in report.get("findings", ()) for choice in each["choices"]]
    return offered or ([said.layer] if said.layer else [])


def _readings(report: dict[str, Any], said: Said) -> list[tuple[str, str]]:
    """The ways to read the coordinates, for a list to choose from."""
    found = [(each["key"], _reading(each)) for each in report.get("candidates", ())[:12]]
    if said.read_as and said.read_as not in dict(found):
        found.insert(0, (said.read_as, said.read_as.replace("|", " · ")))
    return [("", gettext("As found")), *found]


def _reading(candidate: dict[str, Any]) -> str:
    words = [candidate["crs_name"]]
    if candidate["datum"] in ("gcj02", "bd09"):
        words.append(str(DATUM_WORDS[Datum(candidate["datum"])]))
    if candidate["swapped"]:
        words.append(gettext("axes swapped"))
    if candidate["share"] is not None:
        words.append(f"{candidate['share'] * 100:.1f} %")
    return " · ".join(words)


def _fields(said: Said) -> list[tuple[str, str]]:
    """The same answers as hidden fields of a form."""
    fields = [("layer", said.layer), ("read_as", said.read_as), *said.columns.items()]
    fields += [("accepted", code) for code in said.accepted]
    fields += [("new_outline", "1" if said.new_outline else None)]
    return [(name, value) for name, value in fields if value]


@dataclass(frozen=True)
class Group:
    """Findings of one kind, which are mended in the same way."""

    code: str
    is_error: bool
    title: str
    advice: str
    asks: bool
    """The first group of a question holds the box to answer it."""
    told: list[tuple[int, str, bool]]
    """Number, words, and whether the place is known."""


def _groups(kept: Sequence[dict[str, Any]]) -> list[Group]:
    groups: dict[tuple[str, str], Group] = {}
    for number, each in enumerate(kept):
        finding = Finding.of(each)
        advice = finding.advice(gettext)
        question = finding.severity is Severity.QUESTION
        group = groups.setdefault(
            (finding.code, advice),
            Group(
                code=finding.code,
                is_error=not question,
                title=gettext(finding.title),
                advice=advice,
                asks=question and finding.code not in {code for code, _ in groups},
                told=[],
            ),
        )
        group.told.append((number, finding.words(gettext), each["placed"]))
    return list(groups.values())


@bp.get("/<int:import_id>/drawing.json")
@permit("grids.draw", of=queries.one)
def drawing(made: BorderImport) -> Response:
    """The borders of an import and the places of its faults, as GeoJSON in WGS 84."""
    if made.drawing is None:
        abort(404)
    return files.answer(made.drawing)


@bp.post("")
@permit("grids.draw")
def send() -> Response:
    """A file comes in; on to its page, where it is being looked at."""
    unit = grids.root()
    if unit is None:
        raise Unacceptable(_l("There is no subdistrict yet: load the geodata first."))
    sent = request.files.get("file")
    try:
        made = actions.send(
            sent.read() if sent else b"",
            name=(sent.filename if sent else None) or "borders",
            unit=unit,
            by=me(),
        )
    except Unacceptable as refusal:
        return _listed(refusal.fields)
    return goto("imports.one", import_id=made.id)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Several = Annotated[list[str], BeforeValidator(_as_list)]


class AnswerForm(Form):
    """What a person says about a file."""

    layer: str | None = None
    read_as: str | None = None
    epsg: int | None = Field(default=None, ge=1024, le=999999)
    datum: Datum = Datum.WGS84
    swapped: bool = False
    code: str | None = None
    kind: str | None = None
    name: str | None = None
    community: str | None = None
    new_outline: bool = False
    accepted: Several = Field(default_factory=list)
    mend: bool = False


@bp.post("/<int:import_id>/answer")
@permit("grids.draw", of=queries.one)
def answer(made: BorderImport) -> Response:
    """The answers are kept, the file is looked at again."""
    form = AnswerForm.read(request)
    try:
        read_as = actions.reading_of(
            made, key=form.read_as, epsg=form.epsg, datum=form.datum, swapped=form.swapped
        )
    except Unacceptable as refusal:
        return _one(made, refusal.fields)
    said = Said(
        layer=form.layer,
        read_as=read_as,
        columns={
            what: column for what in COLUMN_WORDS if (column := getattr(form, what)) is not None
        },
        new_outline=form.new_outline,
        accepted=form.accepted,
        mend=form.mend,
    )
    actions.answer(made, said, by=me())
    return goto("imports.one", import_id=made.id)


class DraftForm(Form):
    """What has to be said before borders become a draft."""

    new_communities: bool = False
    accept_changes: bool = False


@bp.post("/<int:import_id>/draft")
@permit("grids.draw", of=queries.one)
def draft(made: BorderImport) -> Response:
    """The borders become a boundary set that somebody else may put in force."""
    form = DraftForm.read(request)
    try:
        actions.draft(
            made,
            by=me(),
            new_communities=form.new_communities,
            accept_changes=form.accept_changes,
        )
    except Unacceptable as refusal:
        db.session.rollback()
        return _one(made, refusal.fields or {"draft": refusal.words})
    return goto("imports.one", import_id=made.id)


@bp.post("/<int:import_id>/drop")
@permit("grids.draw", of=queries.one)
def drop(made: BorderImport) -> Response:
    """The import is over."""
    actions.drop(made, by=me())
    return goto("imports.listed")
