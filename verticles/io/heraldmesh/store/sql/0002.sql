CREATE TABLE migration (
  number BIGINT PRIMARY KEY,
  checksum TEXT NOT NULL
) {strict}

CREATE TABLE head (
  log TEXT PRIMARY KEY CHECK (log IN ('issuance', 'audit')),
  number BIGINT NOT NULL CHECK (number >= 0),
  digest TEXT NOT NULL
) {strict}

INSERT INTO head (log, number, digest)
SELECT 'issuance', coalesce(max(number), 0),
       coalesce((SELECT digest FROM issuance ORDER BY number DESC LIMIT 1), '')
FROM issuance

INSERT INTO head (log, number, digest) VALUES ('audit', 0, '')

INSERT INTO revision (id, epoch, number, digest)
SELECT 1, 1, 0, '1ad931e7c4cd26578fe2e66ae4ad84d156e68083e0569cdb51b1804d3e644527' WHERE NOT EXISTS (SELECT 1 FROM revision)

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  digest TEXT NOT NULL
) {strict}

CREATE TABLE resource (
  kind TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  epoch BIGINT NOT NULL CHECK (epoch >= 1),
  revision BIGINT NOT NULL CHECK (revision >= 0),
  content TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (kind, namespace, name)
) {strict}

CREATE TABLE history (
  kind TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  epoch BIGINT NOT NULL CHECK (epoch >= 1),
  revision BIGINT NOT NULL CHECK (revision >= 0),
  content TEXT,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (kind, namespace, name, epoch, revision)
) {strict}

CREATE TABLE registration (
  node TEXT NOT NULL,
  namespace TEXT NOT NULL,
  service_account TEXT NOT NULL,
  registered_by TEXT NOT NULL,
  registered_at BIGINT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (node, namespace, service_account)
) {strict}

CREATE TABLE join_token (
  hash TEXT PRIMARY KEY,
  node TEXT NOT NULL,
  role TEXT NOT NULL,
  workloads TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_by TEXT,
  used_at BIGINT,
  digest TEXT NOT NULL,
  CHECK ((used_by IS NULL) = (used_at IS NULL))
) {strict}

CREATE TABLE authority (
  fingerprint TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('ROOT', 'ISSUER')),
  phase TEXT NOT NULL CHECK (phase IN ('PREPARED', 'ACTIVE', 'DROPPED')),
  pem TEXT NOT NULL,
  node TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  digest TEXT NOT NULL
) {strict}

CREATE TABLE audit (
  number BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  digest TEXT NOT NULL
) {strict}
