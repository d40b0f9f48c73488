"""How far around a case is looked."""

from __future__ import annotations

# The surroundings of a case: so near (metres), so far back (weeks).
AROUND_M = 50.0
AROUND_WEEKS = 12

# Cases like it: so near (metres), so far back (days).
LIKE_M = 500.0
LIKE_DAYS = 365
