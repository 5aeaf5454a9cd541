CREATE TABLE node_address (
  node TEXT NOT NULL,
  address TEXT NOT NULL,
  registered_by TEXT NOT NULL,
  registered_at BIGINT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (node, address)
) {strict}

ALTER TABLE join_token ADD COLUMN addresses TEXT NOT NULL DEFAULT ''
