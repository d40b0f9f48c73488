"""items of services

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-26 05:55:14.999410

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0017"
down_revision: Union[str, Sequence[str], None] = "0016"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "service_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_item")),
        sa.UniqueConstraint("code", name=op.f("uq_service_item_code")),
    )
    op.create_table(
        "service_item_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "since",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("at_station", sa.Boolean(), nullable=False),
        sa.Column("statutory_days", sa.Float(precision=53), nullable=False),
        sa.Column("promised_days", sa.Float(precision=53), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "basis IN ('assumed', 'source', 'statutory')",
            name=op.f("ck_service_item_version_basis"),
        ),
        sa.CheckConstraint(
            "field IN ('employment', 'startup', 'insurance', 'welfare', 'family', 'other')",
            name=op.f("ck_service_item_version_field"),
        ),
        sa.CheckConstraint(
            "kind IN ('permit', 'benefit', 'confirmation', 'public_service')",
            name=op.f("ck_service_item_version_kind"),
        ),
        sa.CheckConstraint("ended_at > since", name=op.f("ck_service_item_version_valid")),
        sa.CheckConstraint(
            "promised_days > 0 AND promised_days <= statutory_days",
            name=op.f("ck_service_item_version_in_time"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["unit.id"], name=op.f("fk_service_item_version_department_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["service_item.id"], name=op.f("fk_service_item_version_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_item_version")),
        sa.UniqueConstraint(
            "item_id", "number", name=op.f("uq_service_item_version_item_id_number")
        ),
    )
    op.create_index(
        op.f("ix_service_item_version_department_id"),
        "service_item_version",
        ["department_id"],
        unique=False,
    )
    op.create_index(
        "uq_service_item_version_current",
        "service_item_version",
        ["item_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "uq_service_item_version_current",
        table_name="service_item_version",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_service_item_version_department_id"), table_name="service_item_version")
    op.drop_table("service_item_version")
    op.drop_table("service_item")
