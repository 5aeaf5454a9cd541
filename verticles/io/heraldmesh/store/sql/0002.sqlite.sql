CREATE TRIGGER revision_rises BEFORE UPDATE ON revision
WHEN (NEW.epoch, NEW.number) <= (OLD.epoch, OLD.number)
BEGIN SELECT RAISE(ABORT, 'herald: a revision only rises'); END

CREATE TRIGGER revision_stays BEFORE DELETE ON revision
BEGIN SELECT RAISE(ABORT, 'herald: a revision only rises'); END

CREATE TRIGGER issuance_is_not_changed BEFORE UPDATE ON issuance
BEGIN SELECT RAISE(ABORT, 'herald: what is in issuance is not changed'); END

CREATE TRIGGER issuance_stays BEFORE DELETE ON issuance
BEGIN SELECT RAISE(ABORT, 'herald: what is in issuance stays'); END

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'herald: what is in audit is not changed'); END

CREATE TRIGGER audit_stays BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'herald: what is in audit stays'); END

CREATE TRIGGER history_is_not_changed BEFORE UPDATE ON history
BEGIN SELECT RAISE(ABORT, 'herald: what is in history is not changed'); END

CREATE TRIGGER history_stays BEFORE DELETE ON history
BEGIN SELECT RAISE(ABORT, 'herald: what is in history stays'); END

CREATE TRIGGER used_token_is_not_changed BEFORE UPDATE ON join_token
WHEN OLD.used_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'herald: a used token stays used'); END

CREATE TRIGGER used_token_stays BEFORE DELETE ON join_token
WHEN OLD.used_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'herald: a used token stays used'); END
