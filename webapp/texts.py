"""The Chinese texts: one small catalogue per feature, checked together and compiled into one.

python -m webapp.texts             compiles; fails when the catalogues cannot be used together
python -m webapp.texts --missing   lists the texts of code and templates that have no Chinese yet
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from babel import Locale as BabelLocale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser

ROOT = Path(__file__).parent.parent
LOCALE = "zh_CN"
SOURCES = ROOT / "webapp" / "translations" / LOCALE
# Babel looks for the catalogue under the full name of the locale, script included.
TARGET = SOURCES.parent / str(BabelLocale.parse(LOCALE)) / "LC_MESSAGES" / "messages.mo"

KEYWORDS = {
    "_": None,
    "gettext": None,
    "_l": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "N_": None,
    # The reasons and the owners that the page of everybody's rights shows.
    "public": None,
    "Owns": (2,),
}
WHERE = {
    "webapp": [("**.py", "python")],
    "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")],
}

# Compiling the same texts twice gives the same bytes.
SINCE = datetime(2026, 1, 1, tzinfo=UTC)

# Values that code fills in, and in braces those that scripts fill in.
_PLACEHOLDER = re.compile(r"%(?:\(\w+\)[sdif]?|[sdif%])|\{\w*\}")

Key = str | tuple[str, ...]


class TextsError(Exception):
    """The catalogues cannot be used together; one line for every fault."""


class _Recorded(Catalog):
    """A catalogue that also keeps what it was told twice."""

    def __init__(self) -> None:
        super().__init__(locale=LOCALE)
        self.told: list[Message] = []

    def __setitem__(self, key: Any, message: Message) -> None:
        super().__setitem__(key, message)
        if message.id:
            self.told.append(message)


def merged(files: Mapping[str, Iterable[str]]) -> Catalog:
    """One catalogue of the lines of many, by file name.

    Raises `TextsError` naming every text that is doubtful (fuzzy), empty, translated in two ways, or
    whose Chinese does not use the same values as the English.
    """
    whole = Catalog(locale=LOCALE, project="Wangge", creation_date=SINCE, revision_date=SINCE)
    first: dict[Key, str] = {}
    faults = []
    for name in sorted(files):
        for message in _read(files[name]):
            key = _key(message)
            known = whole.get(key)
            if known and known.string != message.string:
                faults.append(f"{name}: {key!r} is said differently in {first[key]}")
            faults += [f"{name}: {key!r} {fault}" for fault in _faults(message)]
            if known is None:
                first[key] = name
                whole.add(key, message.string)
    if faults:
        raise TextsError("\n".join(faults))
    return whole


def missing(wanted: Mapping[Key, list[str]]) -> dict[Key, list[str]]:
    """Those of the wanted texts that have no Chinese, with the places where they stand."""
    known = merged(sources())
    return {key: places for key, places in wanted.items() if known.get(key) is None}


def wanted() -> dict[Key, list[str]]:
    """Every text of code and templates, with the places where it stands."""
    found: dict[Key, list[str]] = {}
    for folder, methods in WHERE.items():
        options = {pattern: {"silent": "false"} for pattern, how in methods if how == "jinja2"}
        texts = extract_from_dir(ROOT / folder, methods, options, keywords=KEYWORDS)
        for file, line, key, _comments, _context in texts:
            found.setdefault(key, []).append(f"{folder}/{file}:{line}")
    return found


def sources() -> dict[str, Iterable[str]]:
    """The lines of every catalogue, by file name."""
    return {
        file.name: file.read_text(encoding="utf-8").splitlines(keepends=True)
        for file in SOURCES.glob("*.po")
    }


def compiled() -> int:
    """The catalogue that the application reads holds today's texts; answers how many they are."""
    catalog = merged(sources())
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    draft = TARGET.with_suffix(f".{os.getpid()}.part")
    with draft.open("wb") as out:
        write_mo(out, catalog)
    draft.replace(TARGET)
    return len(catalog)


def _read(lines: Iterable[str]) -> Iterator[Message]:
    catalog = _Recorded()
    PoFileParser(catalog, ignore_obsolete=True, abort_invalid=True).parse(lines)
    yield from catalog.told


def _key(message: Message) -> Key:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def _faults(message: Message) -> Iterator[str]:
    if message.fuzzy:
        yield "is marked as fuzzy"
    ids = [message.id] if isinstance(message.id, str) else message.id
    said = message.string or ""
    strings = [said] if isinstance(said, str) else said
    # Chinese has one form, that of the plural.
    asked = _values(ids[-1])
    for text in strings:
        if not text:
            yield "has no Chinese"
        elif _values(text) != asked:
            yield f"wants the values {sorted(asked)}, its Chinese has {sorted(_values(text))}"


def _values(text: str) -> set[str]:
    return {match[0] for match in _PLACEHOLDER.finditer(text) if match[0] != "%%"}


@click.command(help=__doc__)
@click.option("--missing", "only_missing", is_flag=True, help="List what has no Chinese yet.")
def main(only_missing: bool) -> None:
    """Does what the command line says."""
    try:
        if not only_missing:
            click.echo(f"{compiled()} texts in Chinese")
            return
        lacking = missing(wanted())
    except TextsError as error:
        raise click.ClickException(str(error)) from error
    for key, places in lacking.items():
        click.echo("\n".join(f"#: {place}" for place in places))
        click.echo(_as_po(key))
    sys.exit(1 if lacking else 0)


def _as_po(key: Key) -> str:
    quoted = [
        '"' + part.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        for part in ([key] if isinstance(key, str) else key)
    ]
    if len(quoted) == 1:
        return f'msgid {quoted[0]}\nmsgstr ""\n'
    return f'msgid {quoted[0]}\nmsgid_plural {quoted[1]}\nmsgstr[0] ""\n'


if __name__ == "__main__":
    main()
