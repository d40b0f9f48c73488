"""The documents that are made from the code: settings, commands, rights, flows, how far the past reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask_babel import force_locale

from webapp.base.config import Settings
from webapp.base.exports import past_page
from webapp.base.exports.sheet import SHEETS, Column, Sheet
from webapp.base.flow import FLOWS, Flow
from webapp.base.kept import TABLES, Dated, Grown, Rebuilt, Standing, Way
from webapp.base.past import REACH
from webapp.maps.layers import LAYERS
from webapp.operation import untold
from webapp.people import rights as rights_table
from webapp.people.rules import ROLES

FOLDER = Path(__file__).parents[2] / "docs"

MADE = "<!-- Made by `flask --app wsgi docs` from the code. Change the code, not this file. -->\n"

# Commands of Flask and of its migrations that an operator has no use for.
FOREIGN = frozenset(("run", "shell", "routes"))
MIGRATIONS = frozenset(("upgrade", "downgrade", "check", "current"))


def written(app: Flask) -> dict[str, str]:
    """Every generated document by its file name."""
    makers: dict[str, Callable[[Flask], Iterator[str]]] = {
        "settings.md": settings,
        "commands.md": commands,
        "rights.md": rights,
        "flows.md": flows,
        "past.md": past,
    }
    return {name: MADE + "\n".join(make(app)) + "\n" for name, make in makers.items()}


def outdated(app: Flask) -> list[str]:
    """Names of the documents that are not as the code would make them."""
    return [
        name
        for name, text in written(app).items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]


def write(app: Flask) -> list[str]:
    """The documents are as the code makes them; answers the names of those that changed."""
    changed = outdated(app)
    for name in changed:
        (FOLDER / name).write_text(written(app)[name], encoding="utf-8")
    return changed


def settings(_app: Flask) -> Iterator[str]:
    """Every setting of an installation."""
    yield "# Settings\n"
    yield (
        "Read once from the environment when a process starts. A setting that is empty counts as not"
        " given; one that cannot be used stops the process with a sentence that names it.\n"
    )
    yield from _table(
        ("Variable", "Default", "Meaning"),
        (
            (f"`{each.metadata['variable']}`", _default(each.default), each.metadata["words"])
            for each in fields(Settings)
        ),
    )


def commands(app: Flask) -> Iterator[str]:
    """Every command of an operator."""
    yield "# Commands\n"
    yield (
        "`python3 -m house.serve flask …` runs a command beside a running house; on a server it is"
        " `flask --app wsgi …` with the settings in the environment. What loads or makes something"
        " can be run again: what is there already is kept.\n"
    )
    for words, command in sorted(_leaves(app.cli, ())):
        arguments = [each for each in command.params if isinstance(each, click.Argument)]
        options = [each for each in command.params if isinstance(each, click.Option)]
        usage = " ".join([*words, *(each.make_metavar(_context(command)) for each in arguments)])
        yield f"## `{usage}`\n"
        yield f"{command.get_short_help_str(200) if not command.help else _plain(command.help)}\n"
        rows = [(f"`{' / '.join(each.opts)}`", each.help or "") for each in options]
        if rows:
            yield from _table(("Option", "Meaning"), rows)


def rights(app: Flask) -> Iterator[str]:
    """Who may what, and which right each address asks for."""
    yield "# Rights\n"
    yield (
        "A right is held by a role over a place, or by whoever a thing names. Each page asks for one"
        " right, each list shows only what its right allows. Roles: see the end.\n"
    )
    with force_locale("en"):
        rows = rights_table.table()
    yield from _table(
        ("Right", "What for", "Who"), ((f"`{row.right}`", row.words, row.who) for row in rows)
    )
    yield "## Addresses\n"
    yield from _table(("Address", "Method", "Asks for"), _addresses(app))
    yield "## Roles\n"
    yield from _table(
        ("Role", "English", "中文", "Held over"),
        (
            (
                f"`{name}`",
                _in("en", role.words),
                _in("zh_CN", role.words),
                "a grid" if role.over_grid else "a unit",
            )
            for name, role in ROLES.items()
        ),
    )


def flows(_app: Flask) -> Iterator[str]:
    """The life of everything that has one."""
    yield "# Flows\n"
    yield (
        "What can happen next to a thing stands in one table. A move is open from some states, to"
        " those who hold its right, and with its evidence.\n"
    )
    for kind in sorted(FLOWS):
        yield from _flow(FLOWS[kind])


def _flow(flow: Flow) -> Iterator[str]:
    yield f"## {flow.kind}\n"
    yield "```mermaid\nstateDiagram-v2"
    yield f"    [*] --> {next(iter(flow.states))}"
    for name, move in flow.moves.items():
        for state in flow.states:
            if state in move.since:
                yield f"    {state} --> {move.to}: {name}"
    yield "```\n"
    yield from _table(
        ("State", "English", "中文"),
        (
            (f"`{state}`", _in("en", words), _in("zh_CN", words))
            for state, words in flow.states.items()
        ),
    )
    yield from _table(
        ("Move", "English", "中文", "From", "To", "Right", "Needs"),
        (
            (
                f"`{name}`",
                _in("en", move.words),
                _in("zh_CN", move.words),
                ", ".join(state for state in flow.states if state in move.since),
                move.to,
                f"`{move.may}`",
                ", ".join(move.needs),
            )
            for name, move in flow.moves.items()
        ),
    )


def _leaves(
    group: click.Group, above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if (not above and name in FOREIGN) or (above == ("db",) and name not in MIGRATIONS):
            continue
        if isinstance(command, click.Group):
            yield from _leaves(command, (*above, name))
        else:
            yield (*above, name), command


def _addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    rules = sorted(
        app.url_map.iter_rules(), key=lambda each: (each.rule, sorted(each.methods or ()))
    )
    for rule in rules:
        view = app.view_functions[rule.endpoint]
        methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        right, why = getattr(view, "right", None), getattr(view, "public", None)
        if right or why:
            yield f"`{rule.rule}`", methods, f"`{right}`" if right else f"nothing: {why}"


def past(app: Flask) -> Iterator[str]:
    """Every list and every layer of the map, how far its past reaches, and what of it is of now."""
    days = f"{REACH.days} days"
    yield "# How far the past reaches\n"
    yield (
        "`?as_of=` on a list, a layer of the map, a figure or an export answers as of that moment"
        f" ([the time machine](maps.md#the-time-machine), [why so](decisions/0017-former-rows.md)), for the last {days}."
        " `log`: told by the events of each thing, also of the time before it was asked for. `rows`: told by the former"
        " rows that the database keeps, from the day on that it keeps them (`kept_since`); before it the list says from"
        " when on its past is kept, and shows nothing. Where nothing is kept the answer is `not_kept` (422), never the"
        " present. Figures (`/figures`) are counted from the log.\n"
    )
    own = {each.own_past for each in SHEETS.values()}
    yield "## Lists\n"
    yield from _table(
        ("List", "Told by", "Told as it is now", "Not told"),
        (
            (
                f"`{name}`",
                "nobody" if each.no_past else "log" if each.own_past else "rows",
                _names(each, past_page.of_now),
                _names(each, past_page.untold),
            )
            for name, each in sorted(SHEETS.items())
            if name not in own
        ),
    )
    yield "\n## Layers of the map\n"
    yield from _table(
        ("Layer", "Told by"),
        ((f"`{name}`", "log" if each.past else "rows") for name, each in sorted(LAYERS.items())),
    )
    yield "\n## Pages asked again as of the moment\n"
    told = sorted(
        f"`{rule.rule}`"
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "told_then", False)
    )
    yield ", ".join(told) + "\n"
    yield from _untold(app)
    yield "\n## Tables\n"
    yield "Of any table that stands not here nothing is told of the past.\n"
    yield from _table(
        ("Table", "How its past is told"),
        ((f"`{name}`", _way(way)) for name, way in sorted(TABLES.items())),
    )


def _untold(app: Flask) -> Iterator[str]:
    yield "\n## Not told, and why\n"
    yield "Asked as of a moment they answer `not_kept` (422).\n"
    why = {endpoint: reason for reason, named in untold.WHY.items() for endpoint in named}
    lists = [
        (f"the list `{each.name}`", _in("en", each.no_past))
        for each in SHEETS.values()
        if each.no_past
    ]
    found = [(f"`{rule.rule}`", why[rule.endpoint]) for rule, told in untold.pages(app) if not told]
    yield from _table(("Page", "Why"), (*sorted(lists), *sorted(found)))
    yield f"{untold.OF_ONE_THING}\n"


def _names(sheet: Sheet, which: Callable[[Column], bool]) -> str:
    if sheet.own_past:
        return "as its page says" if which is past_page.of_now else ""
    return ", ".join(each.name for each in sheet.columns if which(each))


def _way(way: Way) -> str:
    if isinstance(way, Standing):
        return f"it is read as it is now: {way.why}"
    if isinstance(way, Grown):
        return f"rows are only added to it, by `{way.at}`"
    if isinstance(way, Rebuilt):
        return "it is made of other tables"
    if isinstance(way, Dated):
        return _dated(way)
    said = ["former rows are kept"]
    for words, names in (
        ("only", way.only),
        ("all but what is told as it is now:", way.now),
        ("nothing of", way.untold),
    ):
        if names:
            said.append(f"{words} {', '.join(f'`{each}`' for each in names)}")
    if way.forgotten:
        said.append("whoever deletes a row deletes its past")
    return "; ".join(said)


def _dated(way: Dated) -> str:
    said = [f"a row is there from its `{way.at}` on"]
    for at, along in way.came.items():
        said.append(f"{', '.join(f'`{each}`' for each in (at, *along))} from `{at}` on")
    if way.flow:
        said.append("its state is told by the log")
    return "; ".join((*said, "the rest is told as it is now"))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return "`1`" if value else "`0`"
    return f"`{value}`" if str(value) else "empty"


def _in(locale: str, words: Any) -> str:
    with force_locale(locale):
        return str(words)


def _plain(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _context(command: click.Command) -> click.Context:
    return click.Context(command)
