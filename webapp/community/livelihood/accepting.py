"""The database's own rule: without enough residents of the place nothing stands as accepted by them."""

from __future__ import annotations

from webapp.community.livelihood.rules import ACCEPTING, ItemState

LIVELIHOOD_ACCEPTED = f"""
CREATE OR REPLACE FUNCTION livelihood_accepted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE accepting bigint; said bigint;
BEGIN
    SELECT count(*) FILTER (WHERE r.accepts), count(*) INTO accepting, said
    FROM livelihood_review r WHERE r.item_id = NEW.id AND r.turn = NEW.turn;
    IF accepting < {ACCEPTING} OR accepting * 2 <= said THEN
        RAISE EXCEPTION 'residents have not accepted this item'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'livelihood_accepted';
    END IF;
    RETURN NEW;
END $$
"""

FUNCTIONS = (LIVELIHOOD_ACCEPTED,)

TRIGGERS = (
    "CREATE TRIGGER accepted BEFORE INSERT OR UPDATE OF state ON livelihood_item"
    f" FOR EACH ROW WHEN (NEW.state IN ('{ItemState.ACCEPTED}', '{ItemState.ARCHIVED}'))"
    " EXECUTE FUNCTION livelihood_accepted()",
)
