"""erasing_relocation

Revision ID: 0071
Revises: 0070
Create Date: 2026-11-26 23:57:56.105612

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from webapp.relocation import models as relocation

# revision identifiers, used by Alembic.
revision: str = "0071"
down_revision: Union[str, Sequence[str], None] = "0070"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

# As it was: nothing lets go.
KEPT_BEFORE = """
CREATE OR REPLACE FUNCTION relocation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is written down about a household is never changed or removed'
        USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "relocation_erasure_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("years", sa.SmallInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("years BETWEEN 1 AND 30", name=op.f("ck_relocation_erasure_rule_years")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_relocation_erasure_rule_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relocation_erasure_rule")),
    )
    op.add_column(
        "relocation_household",
        sa.Column("erased_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
    )
    op.create_check_constraint(
        op.f("ck_relocation_household_erased"),
        "relocation_household",
        "erased_at IS NULL OR state = 'closed'",
    )
    op.execute(relocation.KEPT)


def downgrade() -> None:
    """Downgrade schema."""
    op.execute(KEPT_BEFORE)
    op.drop_constraint(
        op.f("ck_relocation_household_erased"), "relocation_household", type_="check"
    )
    op.drop_column("relocation_household", "erased_at")
    op.drop_table("relocation_erasure_rule")
