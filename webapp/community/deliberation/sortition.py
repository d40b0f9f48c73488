"""A fair lot: who of a list is drawn, by a seed that everybody can read, so that everybody can draw again.

The ticket of a candidate is SHA-256 of `seed|number` (UTF-8, in hexadecimal letters). The seats go to the strata
by their size, the left ones to the largest remainders (between equals to the smaller SHA-256 of
`seed|stratum`). In each stratum those with the smallest tickets are drawn, in the order of their tickets;
the next ones are its reserve. Nothing is rounded, and no number but the seed is random.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Ticket:
    """A candidate of the list with the ticket that the seed gives them; `place` is their place in the stratum."""

    number: int
    stratum: str
    ticket: str
    place: int
    drawn: bool


def ticket_of(seed: str, name: object) -> str:
    """The ticket of a candidate or a stratum."""
    return hashlib.sha256(f"{seed}|{name}".encode()).hexdigest()


def seats_of(sizes: Mapping[str, int], seats: int, seed: str) -> dict[str, int]:
    """How many seats each stratum has: by its size, the rest to the largest remainders.

    Together as many as wanted, never more than there are candidates.
    """
    whole = sum(sizes.values())
    seats = min(seats, whole)
    if not whole:
        return dict.fromkeys(sizes, 0)
    given = {name: seats * size // whole for name, size in sizes.items()}
    order = sorted(
        sizes, key=lambda name: (-(seats * sizes[name] % whole), ticket_of(seed, name), name)
    )
    for name in order[: seats - sum(given.values())]:
        given[name] += 1
    return given


def draw(candidates: Sequence[tuple[int, str]], seats: int, seed: str) -> list[Ticket]:
    """Everybody of the list (number, stratum) in the order of the strata and of the tickets."""
    given = seats_of(Counter(stratum for _number, stratum in candidates), seats, seed)
    tickets = sorted((stratum, ticket_of(seed, number), number) for number, stratum in candidates)
    placed: Counter[str] = Counter()
    drawn = []
    for stratum, ticket, number in tickets:
        placed[stratum] += 1
        place = placed[stratum]
        drawn.append(Ticket(number, stratum, ticket, place, place <= given[stratum]))
    return drawn


def listed(candidates: Sequence[tuple[int, str]]) -> str:
    """The list as text, by which anybody can draw again: a line `number,stratum` for each."""
    return "".join(f"{number},{stratum}\n" for number, stratum in sorted(candidates))


def seal(candidates: Sequence[tuple[int, str]]) -> str:
    """SHA-256 of the list: published before anybody knows the seed."""
    return hashlib.sha256(listed(candidates).encode()).hexdigest()
