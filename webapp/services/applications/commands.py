"""Commands on applications: seal personal answers and papers under the newest key."""

from __future__ import annotations

import click
from tqdm import tqdm

from webapp.base import files, sealing
from webapp.base.db import db
from webapp.services.applications import queries
from webapp.services.applications.papers import SEALED
from webapp.services.items.commands import group


@group.command("reseal")
def reseal() -> None:
    """Seal personal answers and papers under the first of SEALING_KEYS; afterwards the others may go."""
    answers, papers = seal_anew()
    click.echo(f"{answers} applications and {papers} pages sealed anew")


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
                old = page.file
                body = sealing.sealed_anew(files.path_of(old).read_bytes())
                page.file_id = files.keep(body, SEALED, by=None, name=old.name).id
            papers, after = papers + len(pages), pages[-1].id
            db.session.commit()
            bar.update(len(pages))
    return answers, papers
