"""Pages of items: the list, and the process manual as page, PDF and Word."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from pydantic import Field as Wanted

from webapp.base.access import permit
from webapp.base.web import Form, page
from webapp.grids.models import Unit
from webapp.services import shown
from webapp.services.items import manual, queries
from webapp.services.items.rules import (
    ACCEPT,
    BASIS_WORDS,
    FIELD_LOOKS,
    FIELD_WORDS,
    KIND_WORDS,
    LEVEL_WORDS,
    STEP_WORDS,
    Field,
)

bp = Blueprint("services", __name__, url_prefix="/services")

for _name, _filter in shown.FILTERS.items():
    bp.add_app_template_filter(_filter, _name)

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class FindForm(Form):
    """Which items."""

    q: str = Wanted(default="", max_length=60)
    field: Field | None = None
    online: bool = False


@bp.get("")
@permit("services.see")
def listed() -> Response:
    """The items, by words, by field, only those that are online."""
    sent = {name: value for name, value in request.args.items() if value}
    wish = FindForm.of(sent)
    return page(
        "services/items.html",
        fragment="found",
        items=queries.listed(words=wish.q, field=wish.field, online=wish.online),
        wish=wish,
        figures=queries.catalogue(),
        **_words(),
    )


@bp.get("/manual")
@permit("services.see")
def manuals() -> Response:
    """Whose manuals there are."""
    return page("services/manuals.html", bodies=queries.bodies(), figures=queries.catalogue())


@bp.get("/manual/<int:unit_id>")
@permit("services.see", of=queries.body)
def show_manual(body: Unit) -> Response:
    """The manual of a department or a workstation as a page."""
    return page("services/manual.html", **_manual(body))


@bp.get("/manual/<int:unit_id>.pdf")
@permit("services.see", of=queries.body)
def manual_as_pdf(body: Unit) -> Response:
    """The manual as a PDF."""
    # Setting paper takes fonts and half a second to load: whoever prints first pays.
    from webapp.base import paper

    sheet = render_template("services/manual_sheet.html", on_sheet=True, **_manual(body))
    return _file(paper.made(sheet), "application/pdf", f"manual-{body.id}.pdf")


@bp.get("/manual/<int:unit_id>.docx")
@permit("services.see", of=queries.body)
def manual_as_word(body: Unit) -> Response:
    """The manual as a Word document."""
    from webapp.services.items import word

    return _file(word.written(manual.of(body)), WORD, f"manual-{body.id}.docx")


def _manual(body: Unit) -> dict[str, Any]:
    found = manual.of(body)
    if not found.items:
        abort(404)
    return {"manual": found, **_words()}


def _file(body: bytes, media_type: str, name: str) -> Response:
    answer = Response(body, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def _words() -> dict[str, Any]:
    return {
        "field_words": FIELD_WORDS,
        "field_looks": FIELD_LOOKS,
        "kind_words": KIND_WORDS,
        "basis_words": BASIS_WORDS,
        "level_words": LEVEL_WORDS,
        "step_words": STEP_WORDS,
        "accept": ACCEPT,
    }
