"""The database's own rules of votes: the roll stays, nobody votes too late, what was counted stays."""

from __future__ import annotations

# The roll can be written until it is fixed. Afterwards only who is erased goes, and the place stays.
ROLL = """
CREATE OR REPLACE FUNCTION poll_roll_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fixed timestamptz;
BEGIN
    SELECT roll_at INTO fixed FROM poll WHERE id = coalesce(NEW.poll_id, OLD.poll_id);
    IF fixed IS NULL THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.poll_id, NEW.number, NEW.label, coalesce(NEW.area, 0))
            = (OLD.id, OLD.poll_id, OLD.number, OLD.label, coalesce(OLD.area, 0))
        AND coalesce(NEW.dwelling_id = OLD.dwelling_id, NEW.dwelling_id IS NULL)
        AND coalesce(NEW.household_id = OLD.household_id, NEW.household_id IS NULL)
        AND coalesce(NEW.resident_id = OLD.resident_id, NEW.resident_id IS NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the roll of vote % is fixed', coalesce(NEW.poll_id, OLD.poll_id)
        USING ERRCODE = 'check_violation', CONSTRAINT = 'poll_roll_fixed';
END $$
"""

# By the clock of the database; the row of the vote is held so that nobody counts meanwhile.
IN_TIME = """
CREATE OR REPLACE FUNCTION poll_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held poll%ROWTYPE;
BEGIN
    SELECT * INTO held FROM poll WHERE id = NEW.poll_id FOR SHARE;
    IF held.opens_at IS NULL OR held.opens_at > clock_timestamp()
        OR held.closes_at <= clock_timestamp() OR held.counted_at IS NOT NULL THEN
        RAISE EXCEPTION 'vote % takes no votes now', NEW.poll_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'poll_in_time';
    END IF;
    IF NEW.sheet_id IS NULL AND NOT held.online THEN
        RAISE EXCEPTION 'vote % is on paper only', NEW.poll_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'poll_on_paper';
    END IF;
    RETURN NEW;
END $$
"""

# A vote never changes; until the count what stands on a sheet that is refused can go.
VOTE = """
CREATE OR REPLACE FUNCTION poll_vote_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (
        SELECT FROM poll WHERE id = OLD.poll_id AND counted_at IS NOT NULL) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what was voted in vote % stays as it is', OLD.poll_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'poll_vote_kept';
END $$
"""

# The closing time stays; counted is only afterwards, or once everybody has voted; figures stay.
COUNT = """
CREATE OR REPLACE FUNCTION poll_counted_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.counted_at IS NOT NULL OR (OLD.opens_at IS NOT NULL AND NEW.counted_at IS NULL
        AND (NEW.opens_at, NEW.closes_at, NEW.secret, NEW.online, NEW.rule)
            IS DISTINCT FROM (OLD.opens_at, OLD.closes_at, OLD.secret, OLD.online, OLD.rule)) THEN
        RAISE EXCEPTION 'vote % stays as it is', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'poll_kept';
    END IF;
    IF NEW.counted_at IS NOT NULL AND OLD.closes_at > clock_timestamp() AND EXISTS (
        SELECT FROM poll_voter v WHERE v.poll_id = OLD.id
            AND NOT EXISTS (SELECT FROM poll_turnout t WHERE t.voter_id = v.id)) THEN
        RAISE EXCEPTION 'vote % is still open', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'poll_still_open';
    END IF;
    RETURN NEW;
END $$
"""

FUNCTIONS = (ROLL, IN_TIME, VOTE, COUNT)

TRIGGERS = (
    "CREATE TRIGGER roll_fixed BEFORE INSERT OR UPDATE OR DELETE ON poll_voter"
    " FOR EACH ROW EXECUTE FUNCTION poll_roll_fixed()",
    "CREATE TRIGGER in_time BEFORE INSERT ON poll_turnout"
    " FOR EACH ROW EXECUTE FUNCTION poll_in_time()",
    "CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON poll_turnout"
    " FOR EACH ROW EXECUTE FUNCTION poll_vote_kept()",
    "CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON poll_ballot"
    " FOR EACH ROW EXECUTE FUNCTION poll_vote_kept()",
    "CREATE TRIGGER counted_once BEFORE UPDATE ON poll"
    " FOR EACH ROW EXECUTE FUNCTION poll_counted_once()",
)
