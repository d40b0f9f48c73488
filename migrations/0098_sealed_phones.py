"""phones are sealed, and found by blind indexes

Revision ID: 0098
Revises: 0094
Create Date: 2026-11-27 15:10:00.000000

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

from webapp.base import sealing

# revision identifiers, used by Alembic.
revision: str = "0098"
down_revision: Union[str, Sequence[str], None] = "0094"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

COLUMNS = (
    ("account", "phone"),
    ("case_contact", "phone"),
    ("follow", "phone"),
    ("vessel", "phone"),
    ("dispatch_out", "address"),
    ("dispatch_out", "body"),
)
FOUND = ("account", "case_contact", "follow")
WHO = "num_nonnulls(account_id, phone) = 1 OR ended_at IS NOT NULL"
REACHABLE = "username IS NOT NULL OR phone IS NOT NULL"
KIND = "phone"


def upgrade() -> None:
    """Upgrade schema."""
    bind = op.get_bind()
    op.alter_column("dispatch_out", "address", nullable=True)
    op.execute("UPDATE dispatch_out SET address = NULL WHERE body IS NULL OR address = ''")
    op.execute("UPDATE dispatch_out SET body = NULL WHERE address IS NULL")
    for table in FOUND:
        op.add_column(table, sa.Column("phone_blind", sa.LargeBinary()))
        change = sa.text(f"UPDATE {table} SET phone_blind = :blind WHERE id = :id")
        for key, phone in _said(table, "phone"):
            bind.execute(change, {"id": key, "blind": sealing.blind(phone, of=KIND)})
    for table, column in COLUMNS:
        _turn(table, column, sa.LargeBinary(), lambda said: sealing.seal(said.encode()))
    op.create_index("uq_account_phone", "account", ["phone_blind"], unique=True)
    op.create_index("ix_case_contact_phone", "case_contact", ["phone_blind"])
    _followed("phone_blind")
    for table in FOUND:
        op.create_check_constraint(
            op.f(f"ck_{table}_phone"), table, "(phone IS NULL) = (phone_blind IS NULL)"
        )
    # A code is good for five minutes: whoever waits for one asks for the next.
    op.execute("DELETE FROM phone_code")
    op.drop_column("phone_code", "phone")
    op.add_column("phone_code", sa.Column("phone_blind", sa.LargeBinary(), nullable=False))
    op.create_index("ix_phone_code_phone", "phone_code", ["phone_blind", "id"])


def downgrade() -> None:
    """Downgrade schema."""
    op.execute("DELETE FROM phone_code")
    op.drop_column("phone_code", "phone_blind")
    op.add_column("phone_code", sa.Column("phone", sa.Text(), nullable=False))
    op.create_index("ix_phone_code_phone", "phone_code", ["phone", "id"])
    for table in FOUND:
        op.drop_column(table, "phone_blind")
    for table, column in COLUMNS:
        _turn(table, column, sa.Text(), lambda kept: sealing.unseal(bytes(kept)).decode())
    op.create_index("uq_account_phone", "account", ["phone"], unique=True)
    op.create_index("ix_case_contact_phone", "case_contact", ["phone"])
    _followed("phone")
    op.execute("UPDATE dispatch_out SET address = '' WHERE address IS NULL")
    op.alter_column("dispatch_out", "address", nullable=False)


def _said(table: str, column: str):
    found = sa.text(f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL")
    return op.get_bind().execute(found).all()


def _turn(table: str, column: str, kind, written) -> None:
    """Each value of the column is written anew, as another kind; what the old one held together is put back."""
    op.add_column(table, sa.Column("turned", kind))
    change = sa.text(f"UPDATE {table} SET turned = :said WHERE id = :id")
    for key, said in _said(table, column):
        op.get_bind().execute(change, {"id": key, "said": written(said)})
    op.drop_column(table, column)
    op.alter_column(table, "turned", new_column_name=column)
    if table == "account":
        op.create_check_constraint(op.f("ck_account_reachable"), table, REACHABLE)
    if table == "follow":
        op.create_check_constraint(op.f("ck_follow_who"), table, WHO)


def _followed(column: str) -> None:
    live = sa.text("ended_at IS NULL")
    op.create_index("ix_follow_phone", "follow", [column], postgresql_where=live)
