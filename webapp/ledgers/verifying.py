"""Whether what was frozen is what was frozen: its rows by their hash, its head by the signature of the house."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.base import sealing
from webapp.ledgers import frozen, queries
from webapp.ledgers.models import Snapshot


@dataclass(frozen=True)
class Verdict:
    """What was found of a frozen ledger. `rows`: None where they were erased by rule."""

    rows: bool | None
    head: bool

    @property
    def holds(self) -> bool:
        """True when nothing was changed."""
        return self.head and self.rows is not False


def verdict(snapshot: Snapshot) -> Verdict:
    """Rows and head of a frozen ledger, looked at now."""
    rows = None if snapshot.body is None else frozen.hashed(snapshot.body) == snapshot.sha256
    return Verdict(rows, _signed(snapshot))


def findings() -> Iterator[str]:
    """A line for every frozen ledger that was changed, signed by another key, or is gone."""
    for key in queries.changed_bodies():
        yield f"ledger snapshot {key} was changed: its rows are not those of its hash"
    for snapshot in queries.headers():
        if not _signed(snapshot):
            yield f"ledger snapshot {snapshot.id} was changed, or the key that signed it is missing"
    for key, gone in queries.against_log():
        said = "is gone, the log knows it" if gone else "has another hash than the log knows"
        yield f"ledger snapshot {key} {said}"


def _signed(snapshot: Snapshot) -> bool:
    before = snapshot.previous.sha256 if snapshot.previous else None
    head = frozen.head_of(snapshot, before)
    return any(
        hmac.compare_digest(made, snapshot.signature)
        for made in sealing.blinds(head, of=frozen.SIGNED)
    )
