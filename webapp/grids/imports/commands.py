"""Commands on files of borders: check one without keeping anything."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale, gettext
from tqdm import tqdm

from webapp.base.datum import Datum
from webapp.base.spatial import SRID
from webapp.grids.importing.findings import TITLES
from webapp.grids.importing.fit import Candidate, is_known
from webapp.grids.importing.report import Answers, check_file
from webapp.grids.imports import queries

group = AppGroup("grids", help="Grids and their borders.")


@group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option("--layer", help="Which layer of the file holds the grids.")
@click.option("--crs", help="The coordinate system, as EPSG:number, whatever the file says.")
@click.option(
    "--datum",
    type=click.Choice([Datum.WGS84.value, Datum.GCJ02.value, Datum.BD09.value]),
    default=Datum.WGS84.value,
    help="The shift of the coordinates; with --crs.",
)
@click.option("--swapped", is_flag=True, help="The northern coordinate comes first; with --crs.")
@click.option("--new-outline", is_flag=True, help="The subdistrict has other outer borders now.")
@click.option(
    "--accept",
    type=click.Choice([code for code in TITLES if code.startswith("W")]),
    multiple=True,
    help="A question answered with yes.",
)
@click.option("--lang", default="en", help="Language of the report: en or zh_CN.")
def check(
    file: Path,
    as_json: bool,
    layer: str | None,
    crs: str | None,
    datum: str,
    swapped: bool,
    new_outline: bool,
    accept: tuple[str, ...],
    lang: str,
) -> None:
    """Check a file of borders against the borders in force; nothing is kept.

    Exit status 0: it could be put in force; 1: errors or open questions; 2: it cannot be read.
    """
    if crs is not None and not is_known(crs):
        raise click.BadParameter(f"{crs} is not known.", param_hint="--crs")
    outline, illustrative = queries.outline_in_force()
    with tqdm(disable=None, leave=False) as bar, force_locale(lang):

        def progress(done: int, total: int, words: str) -> None:
            bar.total, bar.n = total, done
            bar.set_description(gettext(words))

        report = check_file(
            file,
            outline=outline,
            srid=SRID,
            expected_counts=current_app.extensions["settings"].expected_counts,
            illustrative=illustrative,
            answers=Answers(
                layer=layer,
                read_as=Candidate(crs, Datum(datum), swapped) if crs else None,
                new_outline=new_outline,
                accepted=frozenset(accept),
            ),
            progress=progress,
        )
        if as_json:
            told = json.dumps(report.as_json(gettext), ensure_ascii=False, indent=2)
        else:
            told = report.as_table(gettext)
    click.echo(told)
    raise SystemExit(report.exit_code)
