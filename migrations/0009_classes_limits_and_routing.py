"""classes limits and routing

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-26 00:05:09.476404

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID

# revision identifiers, used by Alembic.
revision: str = "0009"
down_revision: Union[str, Sequence[str], None] = "0008"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

# Classes that are there already are treated as new ones are, by the first digits of their codes: what
# residents neither report nor read, what a person looks at first, what is no more than that.
PRIVATE = ("25", "26", "27", "31", "09003", "21002", "21003", "22005", "24002", "24003", "24008")
PRIVATE += ("30003", "30004", "32001")
TRIAGE = ("21", "22005", "24", "25", "26", "27", "28002", "28005", "29", "30", "32", "06001")
TRIAGE += ("06002", "06028", "08016", "09015")
AT_ONCE = ("21004", "21005", "21009", "24009")

# How near (metres) and how young (days) another report may be the same matter; the longest beginning counts.
NEAR = (
    ("01 02 03 04", 20, 14),
    ("25", 20, 30),
    ("26 31", 20, 14),
    ("07", 30, 7),
    ("05 32", 50, 14),
    ("09", 50, 2),
    ("08 21 30", 100, 7),
    ("27", 100, 14),
    ("10", 200, 1),
    ("23 24", 200, 2),
    ("28", 200, 3),
    ("29", 200, 7),
    ("22", 500, 1),
    ("06001", 30, 30),
    ("06010", 50, 3),
    ("06012", 100, 3),
    ("06013", 30, 14),
    ("06014 09001", 100, 1),
    ("06020", 200, 1),
    ("06025", 200, 7),
    ("06026", 300, 7),
    ("06028", 100, 2),
    ("06029", 50, 2),
    ("08001", 200, 2),
    ("08004", 200, 3),
    ("09009 09012", 30, 1),
    ("09010", 50, 1),
    ("21004 28001", 500, 1),
    ("21005", 200, 1),
    ("22003", 200, 14),
    ("22004", 200, 30),
    ("28005", 800, 2),
    ("29001", 500, 5),
    ("29002", 500, 3),
    ("29003", 500, 2),
)


def _set(beginnings: Sequence[str], what: str) -> None:
    chosen = "|".join(beginnings)
    op.execute(sa.text(f"UPDATE case_class SET {what} WHERE code ~ '^({chosen})'"))


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "office_shift",
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.CheckConstraint("starts < ends", name=op.f("ck_office_shift_order")),
        sa.PrimaryKeyConstraint("since", "starts", name=op.f("pk_office_shift")),
    )
    op.create_table(
        "standards_edition",
        sa.Column("single", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "edition", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
        sa.Column(
            "calendar", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
        sa.CheckConstraint("single", name=op.f("ck_standards_edition_single")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_standards_edition")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("set_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "set_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["set_by_id"], ["account.id"], name=op.f("fk_calendar_day_set_by_id")
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "class_hint",
        sa.Column("class_code", sa.Text(), nullable=False),
        sa.Column("other_code", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=True),
        sa.CheckConstraint("class_code <> other_code", name=op.f("ck_class_hint_two")),
        sa.ForeignKeyConstraint(
            ["class_code"], ["case_class.code"], name=op.f("fk_class_hint_class_code")
        ),
        sa.ForeignKeyConstraint(
            ["other_code"], ["case_class.code"], name=op.f("fk_class_hint_other_code")
        ),
        sa.PrimaryKeyConstraint("class_code", "other_code", name=op.f("pk_class_hint")),
    )
    op.create_table(
        "class_question",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("class_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("variable", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("datatype", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=True),
        sa.Column("hint", sa.Text(), nullable=True),
        sa.Column("hint_en", sa.Text(), nullable=True),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "code ~ '^[A-Za-z][A-Za-z0-9_]{0,39}$'", name=op.f("ck_class_question_code")
        ),
        sa.CheckConstraint(
            "datatype IN ('string', 'number', 'datetime', 'text', 'singlevaluelist', 'multivaluelist')",
            name=op.f("ck_class_question_datatype"),
        ),
        sa.CheckConstraint("place > 0", name=op.f("ck_class_question_place")),
        sa.ForeignKeyConstraint(
            ["class_code"], ["case_class.code"], name=op.f("fk_class_question_class_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_question")),
    )
    op.create_index(
        "uq_class_question_code",
        "class_question",
        ["class_code", "code"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "stage_limit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("pace", sa.Text(), nullable=False),
        sa.Column("amount", sa.Float(precision=53), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("set_by_id", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("state"), "="),
            (sa.column("pace"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_stage_limit_valid",
        ),
        sa.CheckConstraint("pace IN ('normal', 'hasty')", name=op.f("ck_stage_limit_pace")),
        sa.CheckConstraint(
            "state IN ('reported', 'verifying', 'accepted', 'filed', 'dispatched', 'processing', 'return_requested', 'extension_requested', 'hold_requested', 'on_hold', 'waiting', 'external', 'feedback', 'checking', 'checked', 'closed', 'archived', 'rejected', 'void', 'merged')",
            name=op.f("ck_stage_limit_state"),
        ),
        sa.CheckConstraint(
            "unit IN ('work_hour', 'work_day', 'minute')", name=op.f("ck_stage_limit_unit")
        ),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_stage_limit_valid")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_stage_limit_amount")),
        sa.ForeignKeyConstraint(
            ["set_by_id"], ["account.id"], name=op.f("fk_stage_limit_set_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_limit")),
    )
    op.create_table(
        "question_value",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("stop_words", sa.Text(), nullable=True),
        sa.Column("stop_words_en", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["class_question.id"],
            name=op.f("fk_question_value_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_value")),
        sa.UniqueConstraint("question_id", "key", name=op.f("uq_question_value_question_id_key")),
    )
    op.create_geospatial_table(
        "routing_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("class_prefix", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("grid_kind", sa.Text(), nullable=True),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POLYGON",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("days", sa.Text(), server_default=sa.text("'any'"), nullable=False),
        sa.Column("hours_from", sa.Time(), nullable=True),
        sa.Column("hours_until", sa.Time(), nullable=True),
        sa.Column("to_worker", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("basis IN ('owner', 'territory')", name=op.f("ck_routing_rule_basis")),
        sa.CheckConstraint(
            "class_prefix ~ '^[0-9]{0,5}$'", name=op.f("ck_routing_rule_class_prefix")
        ),
        sa.CheckConstraint("days IN ('any', 'working', 'free')", name=op.f("ck_routing_rule_days")),
        sa.CheckConstraint(
            "grid_kind IN ('community', 'village', 'industry', 'relocated')",
            name=op.f("ck_routing_rule_grid_kind"),
        ),
        sa.CheckConstraint(
            "(hours_from IS NULL) = (hours_until IS NULL) AND hours_from <> hours_until",
            name=op.f("ck_routing_rule_hours"),
        ),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_routing_rule_valid")),
        sa.CheckConstraint(
            "num_nonnulls(grid_kind, community_id, grid_id, geom) <= 1",
            name=op.f("ck_routing_rule_place"),
        ),
        sa.CheckConstraint("to_worker = (unit_id IS NULL)", name=op.f("ck_routing_rule_target")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["unit.id"], name=op.f("fk_routing_rule_community_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_routing_rule_grid_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_routing_rule_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
    )
    op.create_geospatial_index(
        "idx_routing_rule_geom",
        "routing_rule",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("ix_routing_rule_class_prefix", "routing_rule", ["class_prefix"], unique=False)
    op.create_table(
        "routing_helper",
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["routing_rule.id"],
            name=op.f("fk_routing_helper_rule_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_routing_helper_unit_id")),
        sa.PrimaryKeyConstraint("rule_id", "unit_id", name=op.f("pk_routing_helper")),
    )
    op.create_table(
        "case_route",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=True),
        sa.Column("to_worker", sa.Boolean(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "helpers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column(
            "because",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_route_case_id")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["routing_rule.id"], name=op.f("fk_case_route_rule_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_case_route_unit_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_route")),
    )
    op.create_index(op.f("ix_case_route_rule_id"), "case_route", ["rule_id"], unique=False)
    op.add_column("case_file", sa.Column("counted_by", sa.UUID(), nullable=True))
    op.add_column(
        "case_file",
        sa.Column(
            "answers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.add_column("filing_condition", sa.Column("set_by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_filing_condition_set_by_id"), "filing_condition", "account", ["set_by_id"], ["id"]
    )
    op.execute("INSERT INTO standards_edition DEFAULT VALUES")
    _set(PRIVATE, "public = false")
    _set(TRIAGE, "triage = true")
    _set(AT_ONCE, "triage = false")
    for beginnings, metres, days in NEAR:
        _set(beginnings.split(), f"merge_radius_m = {metres}, merge_days = {days}")


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_constraint(
        op.f("fk_filing_condition_set_by_id"), "filing_condition", type_="foreignkey"
    )
    op.drop_column("filing_condition", "set_by_id")
    op.drop_column("case_file", "answers")
    op.drop_column("case_file", "counted_by")
    op.drop_index(op.f("ix_case_route_rule_id"), table_name="case_route")
    op.drop_table("case_route")
    op.drop_table("routing_helper")
    op.drop_index("ix_routing_rule_class_prefix", table_name="routing_rule")
    op.drop_geospatial_index(
        "idx_routing_rule_geom",
        table_name="routing_rule",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("routing_rule")
    op.drop_table("question_value")
    op.drop_table("stage_limit")
    op.drop_index(
        "uq_class_question_code",
        table_name="class_question",
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.drop_table("class_question")
    op.drop_table("class_hint")
    op.drop_table("calendar_day")
    op.drop_table("standards_edition")
    op.drop_table("office_shift")
