"""Which item an opinion wants, which application it belongs to, and more ways in which one is said

Revision ID: 0089
Revises: 0088
Create Date: 2026-11-27 15:20:00.000000

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision: str = "0089"
down_revision: Union[str, Sequence[str], None] = "0088"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

BEFORE = "how IN ('online', 'door', 'book')"
AFTER = "how IN ('online', 'door', 'book', 'meeting', 'box', 'phone', 'mini', 'hotline')"


def upgrade() -> None:
    """Upgrade schema."""
    op.add_column("opinion", sa.Column("service_id", sa.BigInteger(), nullable=True))
    op.add_column("opinion", sa.Column("application_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_opinion_service_id"), "opinion", "service_item", ["service_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_opinion_application_id"),
        "opinion",
        "service_application",
        ["application_id"],
        ["id"],
    )
    op.create_index("ix_opinion_application_id", "opinion", ["application_id"])
    op.create_check_constraint(
        op.f("ck_opinion_service"),
        "opinion",
        "service_id IS NULL OR routed_to IS NOT DISTINCT FROM 'application'",
    )
    op.create_check_constraint(
        op.f("ck_opinion_application"),
        "opinion",
        "application_id IS NULL OR (service_id IS NOT NULL AND NOT anonymous)",
    )
    op.drop_constraint("ck_opinion_how", "opinion")
    op.create_check_constraint(op.f("ck_opinion_how"), "opinion", AFTER)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_constraint("ck_opinion_how", "opinion")
    op.execute(f"UPDATE opinion SET how = 'door' WHERE NOT ({BEFORE})")
    op.create_check_constraint(op.f("ck_opinion_how"), "opinion", BEFORE)
    op.drop_constraint("ck_opinion_application", "opinion")
    op.drop_constraint("ck_opinion_service", "opinion")
    op.drop_index("ix_opinion_application_id", table_name="opinion")
    op.drop_constraint(op.f("fk_opinion_application_id"), "opinion", type_="foreignkey")
    op.drop_constraint(op.f("fk_opinion_service_id"), "opinion", type_="foreignkey")
    op.drop_column("opinion", "application_id")
    op.drop_column("opinion", "service_id")
