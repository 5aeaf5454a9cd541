package io.heraldmesh.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class WorkloadTest {
  private static final Workload ONE = new Workload("shop", "web");

  @Test
  void isEqualByNamespaceAndName() {
    assertEquals(ONE, new Workload("shop", "web"));
    assertEquals(ONE.hashCode(), new Workload("shop", "web").hashCode());
  }

  @Test
  void differsInEither() {
    assertNotEquals(ONE, new Workload("shop", "api"));
    assertNotEquals(ONE, new Workload("bank", "web"));
    assertNotEquals(ONE, new Workload("web", "shop"));
    assertNotEquals(ONE, null);
    assertNotEquals(ONE, "shop/web");
  }
}
