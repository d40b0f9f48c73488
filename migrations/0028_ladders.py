"""ladders

Revision ID: 0028
Revises: 0027
Create Date: 2026-11-26 13:15:51.470428

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0028"
down_revision: Union[str, Sequence[str], None] = "0027"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "ladder_rung",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("after_s", sa.Integer(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column(
            "roles", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.CheckConstraint("act IN ('send', 'tell', 'call')", name=op.f("ck_ladder_rung_act")),
        sa.CheckConstraint(
            "until IN ('seen', 'taken', 'over', 'closed')", name=op.f("ck_ladder_rung_until")
        ),
        sa.CheckConstraint("after_s BETWEEN 0 AND 86400", name=op.f("ck_ladder_rung_after_s")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_rung")),
    )
    op.create_index("uq_ladder_rung_place", "ladder_rung", ["kind", "place"], unique=True)
    op.create_table(
        "alarm_shelf",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("quiet", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "made_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("span", postgresql.TSTZRANGE(), nullable=False),
        sa.CheckConstraint(
            "quiet IN ('late', 'shelved', 'maintenance', 'behind', 'chattering')",
            name=op.f("ck_alarm_shelf_quiet"),
        ),
        sa.CheckConstraint(
            "quiet IN ('shelved', 'maintenance') AND upper(span) - lower(span) <= CASE quiet WHEN 'shelved' THEN interval '8 hours' ELSE interval '336 hours' END",
            name=op.f("ck_alarm_shelf_length"),
        ),
        sa.CheckConstraint(
            "NOT isempty(span) AND num_nonnulls(lower(span), upper(span)) = 2",
            name=op.f("ck_alarm_shelf_span"),
        ),
        sa.CheckConstraint(
            "device IS NULL OR source IS NOT NULL", name=op.f("ck_alarm_shelf_device")
        ),
        sa.CheckConstraint(
            "num_nonnulls(source, device, kind) > 0", name=op.f("ck_alarm_shelf_scope")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_alarm_shelf_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_shelf")),
    )
    op.create_index(
        "ix_alarm_shelf_span", "alarm_shelf", ["span"], unique=False, postgresql_using="gist"
    )
    op.create_table(
        "alarm_call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("called_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("dispatch_id", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_alarm_call_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["account.id"], name=op.f("fk_alarm_call_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["dispatch_id"], ["dispatch_out.id"], name=op.f("fk_alarm_call_dispatch_id")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_alarm_call_incident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_call")),
    )
    op.create_index("uq_alarm_call", "alarm_call", ["incident_id", "account_id"], unique=True)
    op.create_table(
        "ladder_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("life", sa.Boolean(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column(
            "roles", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "came_to",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("act IN ('send', 'tell', 'call')", name=op.f("ck_ladder_step_act")),
        sa.CheckConstraint(
            "until IN ('seen', 'taken', 'over', 'closed')", name=op.f("ck_ladder_step_until")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_ladder_step_incident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_step")),
    )
    op.create_index(
        "ix_ladder_step_due",
        "ladder_step",
        [sa.literal_column("life DESC"), "due_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index("uq_ladder_step_place", "ladder_step", ["incident_id", "place"], unique=True)
    op.add_column("alarm", sa.Column("shelf_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_alarm_shelf_id"), "alarm", ["shelf_id"], unique=False)
    op.create_foreign_key(op.f("fk_alarm_shelf_id"), "alarm", "alarm_shelf", ["shelf_id"], ["id"])
    op.add_column(
        "incident", sa.Column("on_way_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column(
        "incident", sa.Column("arrived_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )

    op.drop_constraint(op.f("ck_alarm_closed"), "alarm", type_="check")
    op.create_check_constraint(
        op.f("ck_alarm_closed"), "alarm", "state <> 'closed' OR closed_at IS NOT NULL"
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_constraint(op.f("ck_alarm_closed"), "alarm", type_="check")
    op.create_check_constraint(
        op.f("ck_alarm_closed"), "alarm", "(state = 'closed') = (closed_at IS NOT NULL)"
    )
    op.drop_column("incident", "arrived_at")
    op.drop_column("incident", "on_way_at")
    op.drop_constraint(op.f("fk_alarm_shelf_id"), "alarm", type_="foreignkey")
    op.drop_index(op.f("ix_alarm_shelf_id"), table_name="alarm")
    op.drop_column("alarm", "shelf_id")
    op.drop_index("uq_ladder_step_place", table_name="ladder_step")
    op.drop_index(
        "ix_ladder_step_due", table_name="ladder_step", postgresql_where=sa.text("done_at IS NULL")
    )
    op.drop_table("ladder_step")
    op.drop_index("uq_alarm_call", table_name="alarm_call")
    op.drop_table("alarm_call")
    op.drop_index("ix_alarm_shelf_span", table_name="alarm_shelf", postgresql_using="gist")
    op.drop_table("alarm_shelf")
    op.drop_index("uq_ladder_rung_place", table_name="ladder_rung")
    op.drop_table("ladder_rung")
