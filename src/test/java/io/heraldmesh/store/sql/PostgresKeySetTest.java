package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.store.Store;
import org.junit.jupiter.api.Test;

class PostgresKeySetTest extends KeySetContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.postgres();
  }

  @Test
  void theNextControlNodeReadsWhatThisOneWrote() {
    try (Store other = open()) {
      store.keySets().write("a.json", "one");
      assertThat(other.keySets().read("a.json")).contains("one");
      other.keySets().write("a.json", "two");
      assertThat(store.keySets().read("a.json")).contains("two");
    }
  }
}
