CREATE TABLE revocation (
  node TEXT PRIMARY KEY,
  void_before BIGINT NOT NULL,
  digest TEXT NOT NULL
) {strict}
