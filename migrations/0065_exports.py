"""exports

Revision ID: 0065
Revises: 0064
Create Date: 2026-11-26 23:06:11.995206

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0065"
down_revision: Union[str, Sequence[str], None] = "0064"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "export",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column(
            "wish",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("by_task", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "asked_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("failed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "format IN ('csv', 'xlsx', 'geojson', 'gpkg', 'gpkg-4490', 'gpkg-metric', 'kml')",
            name=op.f("ck_export_format"),
        ),
        sa.CheckConstraint("ended_at IS NULL OR failed_at IS NULL", name=op.f("ck_export_end")),
        sa.CheckConstraint("file IS NULL OR expires_at IS NOT NULL", name=op.f("ck_export_file")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_export_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    op.create_index("ix_export_account_id", "export", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_export_expires",
        "export",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("file IS NOT NULL"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "ix_export_expires", table_name="export", postgresql_where=sa.text("file IS NOT NULL")
    )
    op.drop_index("ix_export_account_id", table_name="export")
    op.drop_table("export")
