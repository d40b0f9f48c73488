"""applications of services

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-26 06:15:45.033841

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0019"
down_revision: Union[str, Sequence[str], None] = "0018"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "service_application",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("applicant_id", sa.BigInteger(), nullable=True),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("station_id", sa.BigInteger(), nullable=True),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("levels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("shown_name", sa.Text(), nullable=True),
        sa.Column(
            "answers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("submitted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("accepted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("delivered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("running_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("worked_s", sa.Float(precision=53), server_default=sa.text("0"), nullable=False),
        sa.Column("soon_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("stage_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("publicity_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("law", sa.Text(), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.Column("elsewhere", sa.Text(), nullable=True),
        sa.Column("delivered_way", sa.Text(), nullable=True),
        sa.Column("result_code", sa.Text(), nullable=True),
        sa.Column("home_service", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("visit_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("visitor_id", sa.BigInteger(), nullable=True),
        sa.Column("visited_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "channel IN ('online', 'agent', 'window')", name=op.f("ck_service_application_channel")
        ),
        sa.CheckConstraint(
            "delivered_way IN ('online', 'home', 'post', 'window')",
            name=op.f("ck_service_application_delivered_way"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'supplement', 'accepted', 'village_review', 'station_review', 'street_review', 'district_review', 'publicity', 'approved', 'refused', 'delivered', 'rated', 'withdrawn', 'returned', 'closed_expired')",
            name=op.f("ck_service_application_state"),
        ),
        sa.CheckConstraint(
            "submitted_at IS NOT NULL OR state IN ('draft', 'withdrawn')",
            name=op.f("ck_service_application_submitted"),
        ),
        sa.CheckConstraint("worked_s >= 0", name=op.f("ck_service_application_worked")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["account.id"], name=op.f("fk_service_application_agent_id")
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["account.id"], name=op.f("fk_service_application_applicant_id")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["unit.id"], name=op.f("fk_service_application_department_id")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_service_application_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["unit.id"], name=op.f("fk_service_application_station_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["service_item_version.id"],
            name=op.f("fk_service_application_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["account.id"], name=op.f("fk_service_application_visitor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_application")),
        sa.UniqueConstraint("client_id", name=op.f("uq_service_application_client_id")),
        sa.UniqueConstraint("number", name=op.f("uq_service_application_number")),
        sa.UniqueConstraint("result_code", name=op.f("uq_service_application_result_code")),
    )
    op.create_index(
        "ix_service_application_agent_id", "service_application", ["agent_id", "id"], unique=False
    )
    op.create_index(
        "ix_service_application_applicant_id",
        "service_application",
        ["applicant_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_service_application_decided",
        "service_application",
        ["version_id", "decided_at"],
        unique=False,
    )
    op.create_index(
        "ix_service_application_department_id",
        "service_application",
        ["department_id", "state"],
        unique=False,
    )
    op.create_index(
        "ix_service_application_grid_id", "service_application", ["grid_id", "state"], unique=False
    )
    op.create_index(
        "ix_service_application_notice",
        "service_application",
        ["publicity_until"],
        unique=False,
        postgresql_where=sa.text("state = 'publicity' AND running_since IS NULL"),
    )
    op.create_index(
        "ix_service_application_open",
        "service_application",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text(
            "state IN ('submitted', 'accepted', 'village_review', 'station_review', 'street_review', 'district_review', 'supplement', 'publicity')"
        ),
    )
    op.create_index(
        "ix_service_application_station_id",
        "service_application",
        ["station_id", "state"],
        unique=False,
    )
    op.create_table(
        "service_mandate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("given_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "how IN ('written', 'spoken', 'called')", name=op.f("ck_service_mandate_how")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["account.id"], name=op.f("fk_service_mandate_agent_id")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["service_application.id"],
            name=op.f("fk_service_mandate_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_service_mandate_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_mandate")),
        sa.UniqueConstraint("application_id", name=op.f("uq_service_mandate_application_id")),
    )
    op.create_index(
        op.f("ix_service_mandate_agent_id"), "service_mandate", ["agent_id"], unique=False
    )
    op.create_table(
        "service_material",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kept_as", sa.Text(), nullable=False),
        sa.Column("licence_no", sa.Text(), nullable=True),
        sa.Column("of_id", sa.BigInteger(), nullable=True),
        sa.Column("consented_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(kept_as = 'reused') = (of_id IS NOT NULL)", name=op.f("ck_service_material_reused")
        ),
        sa.CheckConstraint(
            "kept_as IN ('copy', 'original_seen', 'licence', 'reused')",
            name=op.f("ck_service_material_kept_as"),
        ),
        sa.CheckConstraint(
            "of_id IS NULL OR consented_at IS NOT NULL", name=op.f("ck_service_material_consent")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_service_material_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["service_application.id"],
            name=op.f("fk_service_material_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["of_id"], ["service_material.id"], name=op.f("fk_service_material_of_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_material")),
        sa.UniqueConstraint(
            "application_id", "key", name=op.f("uq_service_material_application_id_key")
        ),
    )
    op.create_index(op.f("ix_service_material_key"), "service_material", ["key"], unique=False)
    op.create_index(op.f("ix_service_material_of_id"), "service_material", ["of_id"], unique=False)
    op.create_table(
        "service_rating",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("station_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("call_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("called_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("called_words", sa.Text(), nullable=True),
        sa.Column("rectify_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("rectified_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("rectified_words", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('content', 'to_call', 'called', 'rectified')",
            name=op.f("ck_service_rating_state"),
        ),
        sa.CheckConstraint(
            "(level <= 2) = (call_due_at IS NOT NULL)", name=op.f("ck_service_rating_poor")
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_service_rating_level")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["service_application.id"],
            name=op.f("fk_service_rating_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["unit.id"], name=op.f("fk_service_rating_station_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_rating")),
        sa.UniqueConstraint("application_id", name=op.f("uq_service_rating_application_id")),
    )
    op.create_index(
        "ix_service_rating_open",
        "service_rating",
        ["station_id", "call_due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('to_call', 'called')"),
    )
    op.create_table(
        "service_supplement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("lacking", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["service_application.id"],
            name=op.f("fk_service_supplement_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["account.id"], name=op.f("fk_service_supplement_asked_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_supplement")),
        sa.UniqueConstraint("application_id", name=op.f("uq_service_supplement_application_id")),
    )
    op.create_index(
        op.f("ix_service_supplement_due_at"), "service_supplement", ["due_at"], unique=False
    )
    op.create_table(
        "service_material_page",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("material_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_service_material_page_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["material_id"],
            ["service_material.id"],
            name=op.f("fk_service_material_page_material_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_material_page")),
        sa.UniqueConstraint(
            "material_id", "position", name=op.f("uq_service_material_page_material_id_position")
        ),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("service_material_page")
    op.drop_index(op.f("ix_service_supplement_due_at"), table_name="service_supplement")
    op.drop_table("service_supplement")
    op.drop_index(
        "ix_service_rating_open",
        table_name="service_rating",
        postgresql_where=sa.text("state IN ('to_call', 'called')"),
    )
    op.drop_table("service_rating")
    op.drop_index(op.f("ix_service_material_of_id"), table_name="service_material")
    op.drop_index(op.f("ix_service_material_key"), table_name="service_material")
    op.drop_table("service_material")
    op.drop_index(op.f("ix_service_mandate_agent_id"), table_name="service_mandate")
    op.drop_table("service_mandate")
    op.drop_index("ix_service_application_station_id", table_name="service_application")
    op.drop_index(
        "ix_service_application_open",
        table_name="service_application",
        postgresql_where=sa.text(
            "state IN ('submitted', 'accepted', 'village_review', 'station_review', 'street_review', 'district_review', 'supplement', 'publicity')"
        ),
    )
    op.drop_index(
        "ix_service_application_notice",
        table_name="service_application",
        postgresql_where=sa.text("state = 'publicity' AND running_since IS NULL"),
    )
    op.drop_index("ix_service_application_grid_id", table_name="service_application")
    op.drop_index("ix_service_application_department_id", table_name="service_application")
    op.drop_index("ix_service_application_decided", table_name="service_application")
    op.drop_index("ix_service_application_applicant_id", table_name="service_application")
    op.drop_index("ix_service_application_agent_id", table_name="service_application")
    op.drop_table("service_application")
