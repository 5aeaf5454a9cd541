CREATE TRIGGER revocation_rises BEFORE UPDATE ON revocation
WHEN NEW.node <> OLD.node OR NEW.void_before < OLD.void_before
BEGIN SELECT RAISE(ABORT, 'herald: what was revoked stays revoked'); END

CREATE TRIGGER revocation_stays BEFORE DELETE ON revocation
BEGIN SELECT RAISE(ABORT, 'herald: what was revoked stays revoked'); END
