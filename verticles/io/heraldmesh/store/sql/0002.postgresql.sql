CREATE FUNCTION herald_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'herald: %', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$

CREATE TRIGGER revision_rises BEFORE UPDATE ON revision FOR EACH ROW
WHEN ((NEW.epoch, NEW.number) <= (OLD.epoch, OLD.number))
EXECUTE FUNCTION herald_refuse('a revision only rises')

CREATE TRIGGER revision_stays BEFORE DELETE OR TRUNCATE ON revision FOR EACH STATEMENT
EXECUTE FUNCTION herald_refuse('a revision only rises')

CREATE TRIGGER issuance_is_not_changed BEFORE UPDATE ON issuance FOR EACH STATEMENT
EXECUTE FUNCTION herald_refuse('what is in issuance is not changed')

CREATE TRIGGER issuance_stays BEFORE DELETE OR TRUNCATE ON issuance FOR EACH STATEMENT
EXECUTE FUNCTION herald_refuse('what is in issuance stays')

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit FOR EACH STATEMENT
EXECUTE FUNCTION herald_refuse('what is in audit is not changed')

CREATE TRIGGER audit_stays BEFORE DELETE OR TRUNCATE ON audit FOR EACH STATEMENT
EXECUTE FUNCTION herald_refuse('what is in audit stays')

CREATE TRIGGER history_is_not_changed BEFORE UPDATE ON history FOR EACH STATEMENT
EXECUTE FUNCTION herald_refuse('what is in history is not changed')

CREATE TRIGGER history_stays BEFORE DELETE OR TRUNCATE ON history FOR EACH STATEMENT
EXECUTE FUNCTION herald_refuse('what is in history stays')

CREATE TRIGGER used_token_is_not_changed BEFORE UPDATE ON join_token FOR EACH ROW
WHEN (OLD.used_at IS NOT NULL)
EXECUTE FUNCTION herald_refuse('a used token stays used')

CREATE TRIGGER used_token_stays BEFORE DELETE ON join_token FOR EACH ROW
WHEN (OLD.used_at IS NOT NULL)
EXECUTE FUNCTION herald_refuse('a used token stays used')

CREATE TRIGGER tokens_stay BEFORE TRUNCATE ON join_token FOR EACH STATEMENT
EXECUTE FUNCTION herald_refuse('a used token stays used')
