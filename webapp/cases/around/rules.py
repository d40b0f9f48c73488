"""What may be the same matter under another class, and how far around a case is looked."""

from __future__ import annotations

# Classes that people take for each other: the same heap is reported as one and as the other.
CONFUSED: tuple[tuple[str, str], ...] = (
    ("06010", "06042"),
    ("06010", "06011"),
    ("06036", "08006"),
    ("09005", "09006"),
    ("06012", "06014"),
    ("07001", "07003"),
    ("06017", "06045"),
)

# The surroundings of a case: so near (metres), so far back (weeks).
AROUND_M = 50.0
AROUND_WEEKS = 12

# Cases like it: so near (metres), so far back (days).
LIKE_M = 500.0
LIKE_DAYS = 365


def alike(code: str) -> list[str]:
    """The class itself, and those that are taken for it."""
    others = {one for pair in CONFUSED if code in pair for one in pair}
    return [code, *sorted(others - {code})]
