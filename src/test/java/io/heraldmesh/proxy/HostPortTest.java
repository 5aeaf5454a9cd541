package io.heraldmesh.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class HostPortTest {
  private static final HostPort ONE = new HostPort("127.0.0.1", 80);

  @Test
  void isEqualByHostAndPort() {
    assertEquals(ONE, HostPort.parse("127.0.0.1:80"));
    assertEquals(ONE.hashCode(), HostPort.parse("127.0.0.1:80").hashCode());
  }

  @Test
  void differsInEither() {
    assertNotEquals(ONE, new HostPort("127.0.0.1", 81));
    assertNotEquals(ONE, new HostPort("127.0.0.2", 80));
    assertNotEquals(ONE, null);
    assertNotEquals(ONE, "127.0.0.1:80");
  }
}
