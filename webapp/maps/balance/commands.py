"""Commands of the balancer: a proposal printed, and parcels loaded."""

from __future__ import annotations

import time
from pathlib import Path

import click
from flask import current_app
from flask_babel import force_locale, gettext as _
from tqdm import tqdm

from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.language import LANGUAGES
from webapp.grids import parcels as land
from webapp.grids.imports.commands import group
from webapp.maps.balance import actions, queries, shown
from webapp.maps.balance.rules import ALL, DEFAULT_WEIGHTS, MOST_HOUSEHOLDS, Load, Number, Wish


def _weights(_context: click.Context, _option: click.Parameter, said: str) -> dict[str, int]:
    weights = dict.fromkeys((load.value for load in Load), 0)
    for part in said.split(","):
        name, _sign, number = part.partition("=")
        if name.strip() not in weights or not number.strip().isdigit():
            raise click.BadParameter(f"say it as {_DEFAULT}")
        weights[name.strip()] = int(number)
    if not any(weights.values()):
        raise click.BadParameter("give one of the loads a weight")
    return weights


_DEFAULT = ",".join(f"{load.value}={weight}" for load, weight in DEFAULT_WEIGHTS.items())


@group.command("balance")
@click.option(
    "--scope", default=ALL, help="all, or a community and a kind: 季翔社区:community (or its key)."
)
@click.option(
    "--weights",
    default=_DEFAULT,
    callback=_weights,
    show_default=True,
    help="What counts how much.",
)
@click.option("--days", type=click.IntRange(1, 1100), default=90, help="The period, in days.")
@click.option(
    "--number",
    type=click.Choice([each.value for each in Number]),
    default=Number.KEPT.value,
    help="How many grids afterwards: as many, one more, one fewer.",
)
@click.option(
    "--most-households",
    type=click.IntRange(1),
    default=MOST_HOUSEHOLDS,
    show_default=True,
    help="No grid gets more households than these.",
)
@click.option("--least-ha", type=click.FloatRange(0), help="No grid gets smaller than this.")
@click.option(
    "--change",
    type=click.IntRange(0, 100),
    help="At most so many percent of the households of a community change their grid.",
)
@click.option("--seed", type=int, default=1, help="Another seed looks for another cut.")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default="zh_CN", help="The language.")
def balance(
    scope: str,
    weights: dict[str, int],
    days: int,
    number: str,
    most_households: int,
    least_ha: float | None,
    change: int | None,
    seed: int,
    lang: str,
) -> None:
    """Print how the grids would carry equal loads, before and after. Nothing is kept."""
    wish = Wish(
        scope=_key(scope),
        weights=weights,
        days=days,
        number=number,
        most_households=most_households,
        least_m2=None if least_ha is None else round(least_ha * 10_000),
        change=change,
        seed=seed,
    )
    if number != Number.KEPT and wish.scope == ALL:
        raise click.UsageError("--number wants a --scope: the grids of one community.")
    began = time.monotonic()
    with current_app.test_request_context("/"), force_locale(lang), tqdm(leave=False) as bar:

        def progress(step: int, steps: int, words: str) -> None:
            bar.total, bar.n = steps, step
            bar.set_description(_(words))

        report = actions.report_now(wish, progress=progress)
        bar.clear()
        _print(report)
        click.echo(_("%(seconds)s s", seconds=f"{time.monotonic() - began:.1f}"))


def _key(scope: str) -> str:
    """The key of a scope that is given by the name of its community and its kind, or by its key."""
    if scope == ALL:
        return ALL
    known = {}
    for found, community, _size in queries.groups():
        known[found.key] = known[f"{community}:{found.kind}"] = found.key
    if scope not in known:
        raise click.BadParameter(f"there is no {scope}; try one of: {', '.join(sorted(known))}")
    return known[scope]


def _print(report: dict[str, object]) -> None:
    cut = shown.blocks(report, {}, cut=True)
    for block in cut:
        click.echo(f"{block.title}: {' → '.join(block.spread)}, {' → '.join(block.ratio)}")
        for line in block.lines:
            figures = "  ".join(
                f"{head} {before}→{after}"
                for head, (before, after) in zip(shown.heads(), line.pairs, strict=True)
            )
            click.echo(f"  {line.called}: {figures}  +{line.come}/-{line.gone}")
    for block in shown.blocks(report, {}, cut=False):
        click.echo(f"{block.title}: {' / '.join(block.spread[:1])} · {block.why}")
    for words, before, after in shown.measures(report):
        click.echo(f"{words}: {before} → {after}")
    if not cut:
        click.echo(_("No better cut was found."))


@group.command("parcels")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--layer", help="Which layer of the file holds the parcels.")
@click.option("--number", "column", help="The column with the number of a parcel.")
def parcels(file: Path, layer: str | None, column: str | None) -> None:
    """Load the parcels of the cadastre in place of those before; proposed borders run around them."""
    try:
        count = land.renew(file, layer=layer, column=column)
    except Unacceptable as refusal:
        raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    click.echo(f"{count} parcels")
