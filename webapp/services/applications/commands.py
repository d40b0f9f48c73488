"""Commands on applications: seal personal answers and papers under the newest key."""

from __future__ import annotations

import click
from tqdm import tqdm

from webapp.base import files, sealing
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.services.applications import erasing, queries
from webapp.services.applications.papers import SEALED
from webapp.services.items.commands import group


@group.command("reseal")
def reseal() -> None:
    """Seal personal answers and papers under the first of SEALING_KEYS, as `reseal` does."""
    answers, papers = seal_anew()
    click.echo(f"{answers} applications and {papers} pages sealed anew")


@group.command("erase")
def erase() -> None:
    """Erase what applications say of people whose time is over, as the task does every night."""
    count = erasing.erase()
    db.session.commit()
    click.echo(f"{count} applications erased")


def seal_anew() -> tuple[int, int]:
    """Everything is under the newest key, committed bit by bit; answers how many answers and pages."""
    answers = papers = after = 0
    with tqdm(desc="sealed", leave=False) as bar:
        while rows := queries.sealed_rows(after):
            for row in rows:
                row.sealed = sealing.sealed_anew(row.sealed or b"")
            answers, after = answers + len(rows), rows[-1].id
            db.session.commit()
            bar.update(len(rows))
        after = 0
        while pages := queries.sealed_pages(after):
            for page in pages:
                page.file_id = _kept_anew(page.file)
            papers, after = papers + len(pages), pages[-1].id
            db.session.commit()
            bar.update(len(pages))
        for mandate in queries.sealed_mandates():
            if mandate.file is not None:
                mandate.file_id, papers = _kept_anew(mandate.file), papers + 1
        db.session.commit()
    return answers, papers


def _kept_anew(file: StoredFile) -> int:
    body = sealing.sealed_anew(files.body_of(file))
    return files.keep(body, SEALED, by=None, name=file.name).id
