CREATE TABLE issuance (
  number BIGINT PRIMARY KEY,
  serial TEXT NOT NULL UNIQUE,
  spiffe_id TEXT NOT NULL,
  node TEXT NOT NULL,
  not_before BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  issued_at BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  requester TEXT NOT NULL,
  digest TEXT NOT NULL
) {strict}

CREATE TABLE revision (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  epoch BIGINT NOT NULL CHECK (epoch >= 1),
  number BIGINT NOT NULL CHECK (number >= 0),
  digest TEXT NOT NULL
) {strict}
