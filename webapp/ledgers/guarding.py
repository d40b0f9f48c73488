"""What the database itself refuses: that somebody changes or removes what was frozen, or its layout."""

from __future__ import annotations

# Nothing of a frozen ledger changes but that its rows may be erased, once.
LEDGER_FROZEN = """
CREATE OR REPLACE FUNCTION ledger_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.body IS NOT NULL AND NEW.body IS NULL AND NEW.erased_at IS NOT NULL
           AND to_jsonb(NEW) - 'body' - 'erased_at' = to_jsonb(OLD) - 'body' - 'erased_at' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'frozen ledgers are never changed or removed'
        USING ERRCODE = 'restrict_violation';
END $$
"""

FUNCTIONS = (LEDGER_FROZEN,)

TRIGGERS = (
    "CREATE TRIGGER ledger_frozen BEFORE UPDATE OR DELETE ON ledger_snapshot"
    " FOR EACH ROW EXECUTE FUNCTION ledger_frozen()",
    "CREATE TRIGGER ledger_kept BEFORE TRUNCATE ON ledger_snapshot"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_frozen()",
)

# What was frozen is printed as it was laid out then: a layout is followed by another, never changed.
LAYOUTS = (
    """
CREATE OR REPLACE FUNCTION ledger_layout_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'layouts of ledgers are never changed or removed'
        USING ERRCODE = 'restrict_violation';
END $$
""",
    "CREATE TRIGGER ledger_layout_kept BEFORE UPDATE OR DELETE ON ledger_layout"
    " FOR EACH ROW EXECUTE FUNCTION ledger_layout_kept()",
    "CREATE TRIGGER ledger_layouts_kept BEFORE TRUNCATE ON ledger_layout"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_layout_kept()",
)
