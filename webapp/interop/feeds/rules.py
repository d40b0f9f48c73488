"""What feeds keep to: how much they hold, how often they may be read, who may."""

from __future__ import annotations

from webapp.base.access import Everyone

BASE = "/feeds/"

# So many entries a feed holds: whoever looks once a day misses nothing.
ENTRIES = 100

# Of one address.
READS = "20/second;1200/hour"

MAY = {
    "feeds.read": Everyone(),
}
