"""The stylesheet of Tabler, as far as our pages name its classes: a phone fetches it before it shows anything.

python3 -m house.styles SOURCE TARGET    reads the words of our pages from stdin, writes TARGET
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

WORD = re.compile(r"[A-Za-z0-9_-]+")
CLASS = re.compile(r"\.((?:[\w-]|\\.)+)")
ATTRIBUTE = re.compile(r"\[(data-[\w-]+)")
# Between the selectors of a rule, and not inside of one.
COMMA = re.compile(r",(?![^(]*\))")


def words(texts: Iterable[str]) -> set[str]:
    """Every word of the texts that may be a class, or the first half of one that is put together."""
    return {word for text in texts for word in WORD.findall(text)}


def stamp(sheet: str, used: set[str]) -> str:
    """The first line of what is made of the sheet for pages with these words: the same, the same."""
    named = sorted(used.intersection(WORD.findall(sheet)) | _halves(used))
    made_from = hashlib.sha256("\n".join([sheet, *named]).encode())
    return f"/* {made_from.hexdigest()} */"


def lean(sheet: str, used: set[str]) -> str:
    """The rules of the sheet whose classes and attributes all stand in `used`, in their order."""
    import tinycss2

    halves = tuple(_halves(used))

    def wanted(selector: str) -> bool:
        named = [each.replace("\\", "") for each in CLASS.findall(selector)]
        return all(each in used or each.startswith(halves) for each in named) and used.issuperset(
            ATTRIBUTE.findall(selector)
        )

    def rules(nodes: Iterable[tinycss2.ast.Node]) -> Iterator[str]:
        for node in nodes:
            if node.type == "qualified-rule":
                selectors = COMMA.split(tinycss2.serialize(node.prelude))
                if kept := [each for each in selectors if wanted(each)]:
                    yield f"{','.join(kept)}{{{tinycss2.serialize(node.content)}}}"
            elif node.type == "at-rule" and node.lower_at_keyword in ("media", "supports"):
                inside = tinycss2.parse_rule_list(
                    node.content, skip_comments=True, skip_whitespace=True
                )
                if within := "".join(rules(inside)):
                    condition = tinycss2.serialize(node.prelude)
                    yield f"@{node.at_keyword}{condition}{{{within}}}"
            else:
                yield node.serialize()

    found = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    return "".join(rules(found))


def _halves(used: set[str]) -> set[str]:
    """What stands before a hyphen where a page puts the rest of a class together: `kind-{{ kind }}`."""
    return {each for each in used if re.fullmatch(r"[a-z]{2,}[a-z-]*-", each)}


if __name__ == "__main__":
    sheet_file, target = map(Path, sys.argv[1:3])
    sheet, used = sheet_file.read_text(encoding="utf-8"), set(sys.stdin.read().split())
    target.write_text(f"{stamp(sheet, used)}\n{lean(sheet, used)}\n", encoding="utf-8")
