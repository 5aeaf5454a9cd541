package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import io.heraldmesh.policy.Condition;
import io.heraldmesh.policy.Condition.HeaderCondition;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Rule;
import io.heraldmesh.policy.TextField;
import io.heraldmesh.policy.TextMatch;
import io.heraldmesh.proxy.log.AccessEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What was let in ends when its identity, its trust or its permission is withdrawn, without another
 * byte from the client; what nothing was withdrawn from goes on.
 */
@Timeout(60)
class WithdrawalTest {
  private static final AuthorizationPolicy NOBODY =
      new AuthorizationPolicy("b", "nobody", Action.ALLOW, false, List.of(), null);
  private static final AuthorizationPolicy EVERYBODY =
      new AuthorizationPolicy(
          "b",
          "everybody",
          Action.ALLOW,
          false,
          List.of(new Rule(List.of(), List.of(), List.of())),
          null);

  @Test
  void anIdleConnectionEndsWithItsRoot() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      TestAuthority next = new TestAuthority("next");
      mesh.serverCredentials.set(
          next.issue(Mesh.SERVER_ID), Map.of(Mesh.DOMAIN, List.of(next.root())));
      assertThat(client.closed()).isTrue();
      Mesh.eventually(() -> refusals(mesh, "destination").contains("peer_untrusted"));
    }
  }

  @ParameterizedTest
  @CsvSource({"2, peer_expired", "-2, peer_not_yet_valid"})
  void anIdleConnectionEndsWhenItsCertificateIsOutOfItsTime(int days, String code)
      throws Exception {
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    try (Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.clock(() -> Instant.now().plus(ahead.get())));
        RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      ahead.set(Duration.ofDays(days));
      assertThat(client.closed()).isTrue();
      Mesh.eventually(() -> refusals(mesh, "destination").contains(code));
      AccessEntry cut =
          mesh.log.stream().filter(e -> e.reason().code().equals(code)).findFirst().orElseThrow();
      assertThat(cut.principal()).as("who it was").isEqualTo(Mesh.CLIENT_ID.principal());
      assertThat(cut.mutualTls()).isTrue();
    }
  }

  @Test
  void aPlainTextConnectionEndsWhenThePortBecomesStrict() throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      mesh.policy(MtlsMode.PERMISSIVE);
      try (RawClient client = new RawClient(mesh.inbound)) {
        assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
        mesh.policy(MtlsMode.STRICT);
        assertThat(client.closed()).isTrue();
      }
    }
  }

  @Test
  void aRequestThatWaitsIsRefusedByThePolicyThatCameMeanwhile() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawClient client = mesh.call()) {
      client.head("GET /hang HTTP/1.1", "Host: server.b");
      Mesh.eventually(() -> !mesh.app.seen().isEmpty());
      mesh.policy(MtlsMode.STRICT, NOBODY);
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.body()).isEqualTo("RBAC: access denied");
      AccessEntry entry = mesh.logged("destination");
      assertThat(entry.flag()).isEqualTo("withdrawn");
      assertThat(entry.reason().code()).isEqualTo("no_allow_matched");
    }
  }

  @Test
  void aResponseThatHasBegunIsCutOff() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawClient client = mesh.call()) {
      mesh.app.rawAnswer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
      client.head("GET /raw HTTP/1.1", "Host: server.b");
      assertThat(client.headOnly()).startsWith("HTTP/1.1 200 ");
      mesh.policy(MtlsMode.STRICT, NOBODY);
      assertThat(client.readAll()).isEqualTo("half");
    }
  }

  /** The headers that policy saw count again, not those that the proxy has put in their place. */
  @Test
  void aRequestIsLookedAtAgainAsItCame() throws Exception {
    AuthorizationPolicy spoofed =
        new AuthorizationPolicy(
            "b",
            "spoofed",
            Action.DENY,
            false,
            List.of(
                new Rule(List.of(), List.of(), List.of(present("x-forwarded-client-cert"))),
                new Rule(List.of(), List.of(), List.of(present("x-request-id"))),
                new Rule(List.of(), List.of(), List.of(present("te")))),
            null);
    try (Mesh mesh = Mesh.ready()) {
      try (RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
        client.head("GET /hang HTTP/1.1", "Host: server.b", "TE: trailers");
        Mesh.eventually(() -> !mesh.app.seen().isEmpty());
        mesh.policy(MtlsMode.STRICT, spoofed);
        // a request with the header is refused by then, so the policy has been in force
        try (RawClient other = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
          other.head("GET /ok HTTP/1.1", "Host: server.b", "X-Request-Id: mine");
          assertThat(other.answer().status()).isEqualTo(403);
        }
        staysTrue(() -> !flags(mesh).contains("withdrawn"));
        mesh.app.closeConnections();
        assertThat(client.answer().status()).isEqualTo(503);
      }
    }
  }

  @Test
  void aTcpStreamEndsWithItsPermissionAndNotBefore() throws Exception {
    try (EchoApp app = new EchoApp();
        Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(app.address()));
        RawClient client = new RawClient(mesh.outboundPort)) {
      assertThat(echoes(client, "one")).isTrue();
      mesh.policy(MtlsMode.STRICT, EVERYBODY);
      staysTrue(() -> echoes(client, "two"));
      mesh.policy(MtlsMode.STRICT, NOBODY);
      assertThat(client.closed()).isTrue();
      AccessEntry entry = mesh.logged("destination");
      assertThat(entry.flag()).isEqualTo("withdrawn");
      assertThat(entry.reason().code()).isEqualTo("no_allow_matched");
    }
  }

  @Test
  void aTcpStreamEndsWhenItsServerNoLongerStandsBehindTheService() throws Exception {
    try (EchoApp app = new EchoApp();
        Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(app.address()));
        RawClient client = new RawClient(mesh.outboundPort)) {
      assertThat(echoes(client, "one")).isTrue();
      mesh.destination(Set.of(Mesh.SERVER_ID, SpiffeId.workload(Mesh.DOMAIN, "b", "second")), true);
      staysTrue(() -> echoes(client, "two"));
      mesh.destination(Set.of(SpiffeId.workload(Mesh.DOMAIN, "b", "second")), true);
      assertThat(client.closed()).isTrue();
      AccessEntry entry = mesh.logged("source");
      assertThat(entry.flag()).isEqualTo("withdrawn");
      assertThat(entry.reason().code()).isEqualTo("upstream_identity_refused");
    }
  }

  @Test
  void aTcpStreamEndsWithItsDestination() throws Exception {
    try (EchoApp app = new EchoApp();
        Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(app.address()));
        RawClient client = new RawClient(mesh.outboundPort)) {
      assertThat(echoes(client, "one")).isTrue();
      mesh.destinations(List.of());
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void aRequestEndsWhenTheServersRootIsTakenAway() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawClient client = mesh.call()) {
      hang(client, mesh);
      TestAuthority next = new TestAuthority("next");
      mesh.clientCredentials.set(
          next.issue(Mesh.CLIENT_ID), Map.of(Mesh.DOMAIN, List.of(next.root())));
      isNotBelieved(client, mesh);
    }
  }

  @Test
  void aRequestEndsWhenItsServerNoLongerStandsBehindTheService() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawClient client = mesh.call()) {
      hang(client, mesh);
      mesh.destination(Set.of(SpiffeId.workload(Mesh.DOMAIN, "b", "second")), true);
      isNotBelieved(client, mesh);
    }
  }

  /** By the caller's clock, which jumps before the request was looked at, or after. */
  @ParameterizedTest
  @CsvSource({"2, false", "2, true", "-2, false", "-2, true"})
  void aRequestEndsWhenItsServersCertificateIsOutOfItsTime(int days, boolean late)
      throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawClient client = mesh.call()) {
      hang(client, mesh);
      if (late) {
        staysTrue(() -> mesh.log.isEmpty());
      }
      mesh.clientAhead.set(Duration.ofDays(days));
      isNotBelieved(client, mesh);
    }
  }

  @Test
  void aRequestEndsWithItsDestination() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawClient client = mesh.call()) {
      hang(client, mesh);
      mesh.destinations(List.of());
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.body()).endsWith(": no_route");
    }
  }

  private static void hang(RawClient client, Mesh mesh) throws IOException {
    client.head("GET /hang HTTP/1.1", "Host: server.b");
    Mesh.eventually(() -> !mesh.app.seen().isEmpty());
  }

  /** No policy refused anything: 403 would say so. */
  private static void isNotBelieved(RawClient client, Mesh mesh) throws IOException {
    RawClient.Answer answer = client.answer();
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body()).endsWith(": upstream_identity_refused");
    AccessEntry entry = mesh.logged("source");
    assertThat(entry.flag()).isEqualTo("withdrawn");
    assertThat(entry.reason().code()).isEqualTo("upstream_identity_refused");
  }

  /** What must not happen is looked for during several ticks of the clock that would bring it. */
  private static void staysTrue(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofMillis(700).toNanos();
    while (System.nanoTime() < end) {
      assertThat(condition.getAsBoolean()).isTrue();
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static boolean echoes(RawClient client, String text) {
    try {
      client.send(text);
      return new String(client.read(text.length()), StandardCharsets.US_ASCII).equals(text);
    } catch (IOException e) {
      return false;
    }
  }

  private static Condition present(String header) {
    return new HeaderCondition(header, new TextField(List.of(new TextMatch.Present()), List.of()));
  }

  private static List<String> flags(Mesh mesh) {
    return mesh.log.stream().map(AccessEntry::flag).toList();
  }

  private static List<String> refusals(Mesh mesh, String reporter) {
    return mesh.log.stream()
        .filter(entry -> entry.reporter().equals(reporter))
        .map(entry -> entry.reason().code())
        .toList();
  }
}
