"""former rows of lists that were not told of the past before

Revision ID: 0099
Revises: 0098
Create Date: 2026-11-27 19:00:00.000000

"""

from typing import Sequence, Union

from alembic import op

from webapp.base import kept
from webapp.base.kept import Kept

# revision identifiers, used by Alembic.
revision: str = "0099"
down_revision: Union[str, Sequence[str], None] = "0098"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

_VISITED = ("state", "due_on", "tries", "last_try_at", "account_id", "ended_at")

TABLES = {
    "community_model": Kept(now=("words",)),
    "council": Kept(),
    "door_visit": Kept(only=_VISITED, forgotten=True),
    "home_visit": Kept(only=_VISITED, forgotten=True),
    "job_claim": Kept(
        only=("state", "ended_at", "employer_id", "station_id", "office_id"), forgotten=True
    ),
    "job_introduction": Kept(
        only=(
            "state",
            "interview_at",
            "reason",
            "by_employer",
            "ended_at",
            "station_id",
            "office_id",
        ),
        forgotten=True,
    ),
    "job_seeker": Kept(only=("state", "push", "station_id", "office_id"), forgotten=True),
    "job_visit": Kept(
        only=("state", "due_on", "done_at", "by_id", "stays", "hired", "station_id"),
        forgotten=True,
    ),
    "key_flag": Kept(only=("last_day",), forgotten=True),
    "livelihood_milestone": Kept(now=("words",)),
    "news": Kept(now=("title", "title_en", "body", "body_en", "wanted")),
    "patrol": Kept(now=("title", "note")),
    "patrol_point": Kept(only=("state", "visited_at", "account_id")),
    "project_tough": Kept(now=("words", "solved_words")),
    "property_company": Kept(now=("phone",)),
    "property_term": Kept(),
    "relocation_household": Kept(
        only=("state", "since", "house_m2", "greenhouse_m2", "land_m2"), forgotten=True
    ),
    "relocation_promise": Kept(only=("due_on", "owner_id", "ended_on", "kept"), forgotten=True),
    "safety_inspection": Kept(now=("note",)),
    "shift": Kept(),
}


def upgrade() -> None:
    """Upgrade schema."""
    for table, way in TABLES.items():
        for words in kept.triggers(table, way):
            op.execute(words)


def downgrade() -> None:
    """Downgrade schema."""
    for words in kept.untriggers(TABLES):
        op.execute(words)
    named = ", ".join(f"'{table}'" for table in TABLES)
    op.execute(f"DELETE FROM former_row WHERE relation IN ({named})")
    op.execute(f"DELETE FROM kept_since WHERE relation IN ({named})")
