"""former rows

Revision ID: 0086
Revises: 0085
Create Date: 2026-11-27 05:40:00.000000

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from webapp.base import kept
from webapp.base.kept import Kept

# revision identifiers, used by Alembic.
revision: str = "0086"
down_revision: Union[str, Sequence[str], None] = "0085"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

TABLES = {
    "activity": Kept(shapes=("geom",)),
    "appeal": Kept(
        now=(
            "caller_name",
            "caller_phone",
            "where_words",
            "words",
            "forwarding",
            "leader_words",
            "signer",
            "card",
            "reply",
            "caller_said",
        )
    ),
    "boundary_set": Kept(now=("report",)),
    "building": Kept(shapes=("outline", "geom")),
    "camera": Kept(
        now=("stream", "snapshot", "webrtc"),
        untold=("seen_at", "beats"),
        shapes=("sector", "visible", "geom"),
    ),
    "case_file": Kept(
        only=(
            "state",
            "grade",
            "handler_id",
            "verifier_id",
            "checker_id",
            "department_id",
            "closed_at",
        )
    ),
    "danger_shape": Kept(shapes=("area",)),
    "danger_zone": Kept(),
    "dwelling": Kept(),
    "enterprise": Kept(now=("contact_post", "contact_phone"), shapes=("geom",)),
    "grid": Kept(),
    "hazard_point": Kept(shapes=("geom",)),
    "hidden_danger": Kept(
        now=("words", "responsible", "measures", "rectified_note"), shapes=("geom",)
    ),
    "household": Kept(only=("dwelling_id", "since", "left_at"), forgotten=True),
    "job_employer": Kept(now=("contact_post", "contact_phone")),
    "job_posting": Kept(now=("contact_post", "contact_phone", "note"), shapes=("geom",)),
    "livelihood_item": Kept(now=("words",), shapes=("geom",)),
    "muster_point": Kept(shapes=("geom",)),
    "neighbour_role": Kept(only=("since", "until"), forgotten=True),
    "opinion": Kept(
        only=("state", "theme", "routed_to", "replied_at", "rating", "grid_id"), forgotten=True
    ),
    "place": Kept(shapes=("geom",)),
    "port": Kept(shapes=("geom",)),
    "project": Kept(now=("words",)),
    "project_bond": Kept(),
    "project_parcel": Kept(shapes=("geom",)),
    "recall": Kept(now=("note",)),
    "recall_call": Kept(),
    "resident": Kept(only=("household_id", "left_at"), forgotten=True),
    "safety_licence": Kept(),
    "safety_profile": Kept(now=("officer", "note")),
    "sensor": Kept(untold=("heard_at",), shapes=("geom",)),
    "service_application": Kept(
        only=("state", "station_id", "department_id", "accepted_at", "due_at", "ended_at"),
        forgotten=True,
    ),
    "service_point": Kept(untold=("heard_at",), shapes=("geom",)),
    "supervision": Kept(now=("words", "answer")),
    "topic": Kept(now=("words", "screened_why", "ended_why", "minutes"), shapes=("geom",)),
    "vessel": Kept(now=("owner", "phone")),
    "voyage": Kept(now=("crew",)),
    "whistle": Kept(now=("words", "plan", "result", "rating_words")),
}


def upgrade() -> None:
    """Upgrade schema."""
    moment = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "former_row",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_row")),
    )
    op.create_index("ix_former_row_relation_key_until", "former_row", ["relation", "key", "until"])
    op.create_index("ix_former_row_until", "former_row", ["until"], postgresql_using="brin")
    op.create_table(
        "kept_since",
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.PrimaryKeyConstraint("relation", name=op.f("pk_kept_since")),
    )
    for function in kept.FUNCTIONS:
        op.execute(function)
    for table, way in TABLES.items():
        for words in kept.triggers(table, way):
            op.execute(words)


def downgrade() -> None:
    """Downgrade schema."""
    for words in kept.untriggers(TABLES):
        op.execute(words)
    op.execute("DROP FUNCTION former_change()")
    op.execute("DROP FUNCTION former_none()")
    op.drop_table("kept_since")
    op.drop_table("former_row")
