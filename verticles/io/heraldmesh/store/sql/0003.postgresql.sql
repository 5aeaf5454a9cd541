CREATE TRIGGER revocation_rises BEFORE UPDATE ON revocation FOR EACH ROW
WHEN (NEW.node <> OLD.node OR NEW.void_before < OLD.void_before)
EXECUTE FUNCTION herald_refuse('what was revoked stays revoked')

CREATE TRIGGER revocation_stays BEFORE DELETE OR TRUNCATE ON revocation FOR EACH STATEMENT
EXECUTE FUNCTION herald_refuse('what was revoked stays revoked')
