"""What the database itself refuses: that somebody changes or removes what was frozen."""

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
