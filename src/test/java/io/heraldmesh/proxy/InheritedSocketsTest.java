package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sockets that a service manager passed, as sd_listen_fds(3) tells of them. */
class InheritedSocketsTest {
  private static final long PID = 4711;

  @TempDir private Path process;

  @BeforeEach
  void aProcessWithSockets() throws IOException {
    Files.createDirectories(process.resolve("net"));
    Files.createDirectories(process.resolve("fd"));
    Files.writeString(
        process.resolve("net/tcp"),
        """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 00000000:3B02 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1
           1: 00000000:3A99 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 102 1
           2: 00000000:3A99 00000000:0001 01 00000000:00000000 00:00000000 00000000     0        0 103 1
        """);
    descriptor(3, "socket:[101]");
    descriptor(4, "socket:[102]");
    descriptor(5, "socket:[103]");
    descriptor(6, "/dev/null");
  }

  private void descriptor(int number, String target) throws IOException {
    Files.createSymbolicLink(process.resolve("fd").resolve("" + number), Path.of(target));
  }

  private InheritedSockets passed(String count, String names) {
    return InheritedSockets.of(
        Map.of("LISTEN_PID", "" + PID, "LISTEN_FDS", count, "LISTEN_FDNAMES", names), PID, process);
  }

  @Test
  void eachIsFoundByItsNameWithTheAddressWhereItListens() {
    InheritedSockets sockets = passed("2", "web:out");
    assertThat(sockets.named("web"))
        .isEqualTo(new ListenAddress(new HostPort("0.0.0.0", 15106), 3));
    assertThat(sockets.named("out"))
        .isEqualTo(new ListenAddress(new HostPort("0.0.0.0", 15001), 4));
    assertThat(sockets.all()).hasSize(2).allMatch(ListenAddress::inherited);
  }

  /** A command that speaks to a node reads the node's file, and has none of its sockets. */
  @Test
  void whereAnotherProcessListensIsNotAskedForByWhoeverNeedNotKnow() {
    assertThat(InheritedSockets.ofAnyName().named("web"))
        .isEqualTo(new ListenAddress(new HostPort("0.0.0.0", 0)));
  }

  @Test
  void aNameThatWasNotPassedIsToldWithThoseThatWere() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> passed("2", "web:out").named("other"))
        .withMessage("no socket \"other\": passed were [out, web]");
  }

  @Test
  void socketsForAnotherProcessAreNotOurs() {
    InheritedSockets sockets =
        InheritedSockets.of(
            Map.of("LISTEN_PID", "1", "LISTEN_FDS", "2", "LISTEN_FDNAMES", "web:out"),
            PID,
            process);
    assertThat(sockets.all()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sockets.named("web"))
        .withMessageContaining("no sockets were passed to this process");
  }

  @Test
  void withoutAServiceManagerThereAreNone() {
    assertThat(InheritedSockets.of(Map.of(), PID, process).all()).isEmpty();
  }

  @Test
  void oneThatIsConnectedOrNoSocketSpoilsAll() {
    assertRefused(passed("3", "web:out:third"), "descriptor 5 (third) is no listening TCP socket");
    assertRefused(passed("4", "web:out:third:fourth"), "descriptor 5 (third)");
  }

  @Test
  void twoOfOneNameCannotBeTold() {
    assertRefused(passed("2", "web:web"), "two sockets have the name web");
  }

  @Test
  void countAndNamesMustAgree() {
    assertRefused(passed("2", "web"), "1 names for 2 sockets");
    assertRefused(passed("2", ""), "1 names for 2 sockets");
    assertRefused(passed("-1", ""), "LISTEN_FDS is -1");
    assertRefused(passed("many", "web"), "many");
    assertRefused(passed("99999", "web"), "LISTEN_FDS is 99999");
  }

  private static void assertRefused(InheritedSockets sockets, String why) {
    assertThat(sockets.all()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sockets.named("web"))
        .withMessageContaining("cannot be used")
        .withMessageContaining(why);
  }
}
