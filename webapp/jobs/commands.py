"""Commands on jobs: kinds of work, skills, substitutes and parameters from files, degrees counted anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
from flask.cli import AppGroup

from webapp.base import tasks
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.jobs import standards
from webapp.jobs.parameters import Parameters

group = AppGroup("jobs", help="Work next door: what degrees are counted by.")

T = TypeVar("T")

_FILE = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE"
)


@group.command("load")
def load() -> None:
    """Kinds of work the house comes with are known, and the first edition is in force."""
    click.echo(f"{_kept(standards.load)} kinds of work known")


@group.command("occupations")
@_FILE
def occupations(file: Path) -> None:
    """Kinds of work from a file: code, Chinese and English name, with tabs between them."""
    text = file.read_text("utf-8")
    count = _kept(lambda: standards.keep_occupations(standards.read_occupations(text)))
    click.echo(f"{count} kinds of work known")


@group.command("skills")
@_FILE
def skills(file: Path) -> None:
    """A new edition with the skills of a file: term, English, parent, other names by |."""
    text = file.read_text("utf-8")
    _renewed(lambda: standards.renew(note=file.name, by=None, skills=standards.read_skills(text)))


@group.command("substitutes")
@_FILE
def substitutes(file: Path) -> None:
    """A new edition with what stands in for what, from a file: code, code, 0 to 1."""
    text = file.read_text("utf-8")
    _renewed(
        lambda: standards.renew(
            note=file.name, by=None, substitutes=standards.read_substitutes(text)
        )
    )


@group.command("parameters")
@_FILE
def parameters(file: Path) -> None:
    """A new edition with the parameters of a JSON file; what it does not name is as in the design."""
    try:
        said = Parameters.from_json(json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError, KeyError) as error:
        raise click.ClickException(f"These parameters cannot be used: {error}") from error
    _renewed(lambda: standards.renew(note=file.name, by=None, parameters=said))


@group.command("weigh")
def weigh() -> None:
    """A new edition in which each skill tells as much as it is rare now."""
    _renewed(lambda: standards.weighed_anew(by=None))


def _renewed(deed: Callable[[], object]) -> None:
    """What the deed lays down is in force, and every pair is looked at again."""
    tasks.defer("jobs.count_anew", lock="jobs.count_anew")
    _kept(deed)
    edition = standards.standard().edition_id
    click.echo(f"edition {edition} is in force; recommendations are counted anew")


def _kept(deed: Callable[[], T]) -> T:
    try:
        answer = deed()
    except Refusal as refusal:
        raise click.ClickException(str(refusal.words)) from refusal
    db.session.commit()
    return answer
