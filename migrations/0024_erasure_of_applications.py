"""erasure of applications

Revision ID: 0024
Revises: 0023
Create Date: 2026-11-26 10:02:35.982013

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0024"
down_revision: Union[str, Sequence[str], None] = "0023"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "service_erasure_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "changed_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("months BETWEEN 1 AND 240", name=op.f("ck_service_erasure_rule_months")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_service_erasure_rule_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_erasure_rule")),
        sa.UniqueConstraint("field", name=op.f("uq_service_erasure_rule_field")),
    )
    op.create_table(
        "service_erasure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["service_application.id"],
            name=op.f("fk_service_erasure_application_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_erasure")),
        sa.UniqueConstraint("application_id", name=op.f("uq_service_erasure_application_id")),
    )
    op.add_column(
        "service_application",
        sa.Column("erased_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
    )
    op.create_check_constraint(
        op.f("ck_service_application_erased"),
        "service_application",
        "erased_at IS NULL OR num_nonnulls(sealed, shown_name, applicant_id, note) = 0",
    )
    op.create_index(
        "ix_service_application_draft",
        "service_application",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "ix_service_application_over",
        "service_application",
        ["ended_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NOT NULL AND erased_at IS NULL"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "ix_service_application_over",
        table_name="service_application",
        postgresql_where=sa.text("ended_at IS NOT NULL AND erased_at IS NULL"),
    )
    op.drop_index(
        "ix_service_application_draft",
        table_name="service_application",
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.drop_column("service_application", "erased_at")
    op.drop_table("service_erasure")
    op.drop_table("service_erasure_rule")
