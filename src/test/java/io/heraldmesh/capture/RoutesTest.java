package io.heraldmesh.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The routes of TPROXY are made for the families of addresses that the machine has. */
class RoutesTest {
  @TempDir private Path folder;

  @Test
  void aMachineWithoutIpv6GetsRoutesOfIpv4Alone() throws IOException {
    Path disabled = folder.resolve("disable_ipv6");
    assertThat(Routes.hasIpv6(disabled)).as("no module").isFalse();
    Files.writeString(disabled, "1\n");
    assertThat(Routes.hasIpv6(disabled)).as("off by sysctl").isFalse();
    Files.writeString(disabled, "0\n");
    assertThat(Routes.hasIpv6(disabled)).isTrue();
    assertThat(TransparentRouting.add(false)).hasSize(2).noneMatch(c -> c.contains("-6"));
    assertThat(TransparentRouting.add(true)).hasSize(4);
  }
}
