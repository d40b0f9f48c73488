"""machines over mqtt

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-26 09:21:24.835979

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0023"
down_revision: Union[str, Sequence[str], None] = "0022"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letter")),
    )
    op.create_table(
        "gate_refused",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("gate_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("said", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("times", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("way IN ('http', 'mqtt')", name=op.f("ck_gate_refused_way")),
        sa.CheckConstraint(
            "what IN ('events', 'ask', 'heartbeat', 'ack')", name=op.f("ck_gate_refused_what")
        ),
        sa.CheckConstraint("times > 0", name=op.f("ck_gate_refused_times")),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_gate_refused_gate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_refused")),
    )
    op.create_index("ix_gate_refused_gate_id_at", "gate_refused", ["gate_id", "at"], unique=False)
    op.create_index("uq_gate_refused_same", "gate_refused", ["gate_id", "digest"], unique=True)
    op.add_column(
        "gate_deletion",
        sa.Column("refused", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("token", sa.Column("mqtt_name", sa.Text(), nullable=True))
    op.add_column("token", sa.Column("mqtt_digest", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_token_mqtt"), "token", "num_nulls(mqtt_name, mqtt_digest) IN (0, 2)"
    )
    op.create_check_constraint(
        op.f("ck_token_mqtt_name"), "token", "mqtt_name ~ '^[A-Za-z0-9._-]{1,64}$'"
    )
    op.create_index(
        "uq_token_mqtt_name",
        "token",
        ["mqtt_name"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "uq_token_mqtt_name", table_name="token", postgresql_where=sa.text("revoked_at IS NULL")
    )
    op.drop_column("token", "mqtt_digest")
    op.drop_column("token", "mqtt_name")
    op.drop_column("gate_deletion", "refused")
    op.drop_index("uq_gate_refused_same", table_name="gate_refused")
    op.drop_index("ix_gate_refused_gate_id_at", table_name="gate_refused")
    op.drop_table("gate_refused")
    op.drop_table("dead_letter")
