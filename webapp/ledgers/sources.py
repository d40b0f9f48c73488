"""The sources of all ledgers that are kept."""

from __future__ import annotations

from webapp.ledgers import community_queries, home_queries, safety_queries, work_queries
from webapp.ledgers.source import Source

SOURCES: dict[str, Source] = {
    **home_queries.SOURCES,
    **safety_queries.SOURCES,
    **work_queries.SOURCES,
    **community_queries.SOURCES,
}
