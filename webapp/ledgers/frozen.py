"""The form of what is frozen: canonical JSON, its hash, the head that is signed, and what differs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from webapp.ledgers.source import Kept

# What the signature is for, so that no other signature of the house fits.
SIGNED = "ledger snapshot"


@dataclass(frozen=True)
class Rows:
    """The rows of a frozen ledger: the keys of their columns, and each row by its key."""

    columns: tuple[str, ...]
    lines: dict[int, tuple[Kept, ...]]


@dataclass(frozen=True)
class Changes:
    """What differs from the rows before: keys that are new or gone, and what each of the others was."""

    added: list[int]
    removed: list[int]
    changed: dict[int, dict[str, tuple[Kept, Kept]]]


def canonical(said: Any) -> str:
    """One text for one value: no spaces, keys in order, every letter as it is."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def body_of(columns: Sequence[str], lines: Iterable[tuple[int, Sequence[Kept]]]) -> str:
    """The rows as they are kept and hashed, in the order of their keys."""
    rows = sorted([key, *values] for key, values in lines) if lines else []
    return canonical({"columns": list(columns), "rows": rows})


def rows_of(body: str) -> Rows:
    """The rows that a body holds."""
    said = json.loads(body)
    return Rows(tuple(said["columns"]), {row[0]: tuple(row[1:]) for row in said["rows"]})


def hashed(body: str) -> str:
    """The SHA-256 of a body, as hexadecimal digits."""
    return hashlib.sha256(body.encode()).hexdigest()


def head_of(snapshot: Any, before: str | None) -> str:
    """What is signed: everything about a frozen ledger, with the hashes of its rows, those before, its layout."""
    # What was frozen before there were layouts, or without one, is signed as it was.
    laid = {"layout": hashed(canonical(snapshot.layout.said))} if snapshot.layout else {}
    return canonical(
        laid
        | {
            "ledger": snapshot.ledger,
            "scope": snapshot.scope,
            "unit": snapshot.unit_id,
            "grid": snapshot.grid_id,
            "grids": list(snapshot.grid_ids),
            "place": snapshot.place,
            "month": snapshot.month.isoformat(),
            "frozen_at": snapshot.frozen_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "account": snapshot.account_id,
            "rows": snapshot.rows,
            "sha256": snapshot.sha256,
            "before": before,
            "changes": [snapshot.added, snapshot.changed, snapshot.removed],
        }
    )


def differences(before: Rows | None, after: Rows) -> Changes:
    """What is new, gone or otherwise in the rows after; columns that only one of them has do not count."""
    old = before.lines if before else {}
    known = dict(zip(before.columns, range(len(before.columns)), strict=True)) if before else {}
    both = [(name, known[name], place) for place, name in enumerate(after.columns) if name in known]
    changed = {}
    for key, values in after.lines.items():
        was = old.get(key)
        differs = {
            name: (was[left], values[right])
            for name, left, right in both
            if was is not None and was[left] != values[right]
        }
        if differs:
            changed[key] = differs
    return Changes(
        added=[key for key in after.lines if key not in old],
        removed=[key for key in old if key not in after.lines],
        changed=changed,
    )
