package io.heraldmesh.jwks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySource;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a key server may do wrong, and which servers are never asked at all. */
class KeyServerFaultsTest extends KeySetServiceFixture {
  @Test
  void aServerThatNeverAnswersIsGivenUp() throws InterruptedException {
    server.behave(request -> {});
    watch(Duration.ofMillis(200), source);
    assertThat(service.current().get(source)).isNull();
    assertThat(health().lastError()).isEqualTo("no answer within 200 ms");
    server.serve(keysA);
    timers.next().fire();
    timers.next();
    assertThat(service.current().get(source)).isNotNull();
    assertThat(health().lastError()).isNull();
  }

  @Test
  void aServerThatDripsItsAnswerIsGivenUp() {
    server.behave(request -> request.response().setChunked(true).write("{\"keys\":["));
    watch(Duration.ofMillis(300), source);
    assertThat(health().lastError()).isEqualTo("no answer within 300 ms");
  }

  @Test
  void anAnswerOfTenMegabytesIsRefusedAtOne() {
    server.serve("{\"keys\":[],\"x\":\"" + "x".repeat(10 << 20) + "\"}");
    watch(source);
    assertThat(service.current().get(source)).isNull();
    assertThat(health().lastError()).isEqualTo("answer is larger than 1048576 bytes");
  }

  @Test
  void aRedirectIsNotFollowed() {
    server.behave(
        request ->
            request
                .response()
                .setStatusCode(302)
                .putHeader("location", server.uri("/elsewhere"))
                .end());
    watch(source);
    assertThat(health().lastError()).isEqualTo("server answered with status 302");
    assertThat(server.requests).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>",
        "{\"keys\":null}",
        "{\"keys\":[]}",
        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
        "{\"keys\":[],\"keys\":[]}"
      })
  void whatIsNoUsableKeySetNeverReplacesAGoodOne(String answer) throws InterruptedException {
    watch(source);
    KeySet before = held();
    server.serve(answer);
    timers.next().fire();
    timers.next();
    assertThat(service.current().get(source)).isSameAs(before);
    assertThat(health().failures()).isEqualTo(1);
    assertThat(health().lastError()).isNotBlank();
  }

  @Test
  void aServerUnderAnotherRootIsRefused() throws Exception {
    try (KeyServer other = KeyServer.start(vertx, "localhost")) {
      other.serve(keysA);
      KeySource there = new KeySource.Remote(other.uri("/jwks"));
      watch(there);
      assertThat(service.current().get(there)).isNull();
      assertThat(health().lastError()).startsWith("TLS handshake failed");
      assertThat(other.requests).hasValue(0);
    }
  }

  @Test
  void aServerWhoseCertificateHasAnotherNameIsRefused() throws Exception {
    try (KeyServer other = KeyServer.start(vertx, "keys.test")) {
      other.serve(keysA);
      restart(under(other.root, false));
      KeySource there = new KeySource.Remote(other.uri("/jwks"));
      watch(there);
      assertThat(service.current().get(there)).isNull();
      assertThat(health().lastError()).startsWith("TLS handshake failed");
    }
  }

  @Test
  void theSystemsRootsDoNotIncludeATestServer() {
    restart(under(null, true));
    watch(source);
    assertThat(health().lastError()).startsWith("TLS handshake failed");
  }

  @Test
  void ownRootsMayStandBesideTheSystems() {
    restart(under(server.root, true));
    watch(source);
    assertThat(service.current().get(source)).isNotNull();
  }

  @Test
  void trustInNothingOrInGarbageIsRefusedAtTheStart() {
    assertThatThrownBy(() -> service(under(null, false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no root is trusted");
    assertThatThrownBy(() -> service(under("no PEM", false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trust roots for key sets");
  }

  @Test
  void loopbackIsRefusedUnlessAllowed() {
    restart(KeySetSettings.DEFAULTS);
    watch(source);
    assertThat(health().lastError()).isEqualTo("host resolves to a loopback address");
    assertThat(server.requests).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[fd00:ec2::254]/",
        "https://0.0.0.0/",
        "https://[::]/",
        "https://100.100.100.200/",
        "https://168.63.129.16/",
        "https://[2002:a9fe:a9fe::1]/"
      })
  void linkLocalAndMetadataAddressesAreNeverAsked(String uri) {
    watch(new KeySource.Remote(uri));
    assertThat(health().lastError()).contains("link-local, metadata");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "jar:file:/x!/y",
        "ftp://127.0.0.1/",
        "http://localhost/jwks",
        "https://user:pw@localhost/",
        "https:///nohost",
        "not a uri",
        ""
      })
  void addressesThatAreNoWebAddressesAreRefused(String uri) {
    watch(new KeySource.Remote(uri));
    assertThat(health().lastError()).startsWith("address");
    assertThat(health().toString()).doesNotContain("pw");
  }

  @Test
  void anAddressThatCanNeverBeAskedIsNotTriedAgainAndAgain() throws InterruptedException {
    watch(new KeySource.Discovered("joe@example.test"));
    assertThat(timers.next().delay()).isEqualTo(Duration.ofMinutes(20));
  }

  @Test
  void whatTheNodeFileBlocksIsNotAsked() {
    restart(
        KeySetSettings.DEFAULTS.withReach(
            new Reach(true, InetAddress::isLoopbackAddress, server.root, false, Map.of())));
    watch(source);
    assertThat(health().lastError())
        .isEqualTo("host resolves to an address that spec.jwks.blocked names");
    assertThat(server.requests).hasValue(0);
  }

  @Test
  void aServerMayHaveRootsOfItsOwnWhichAloneAreTrusted() throws Exception {
    try (KeyServer other = KeyServer.start(vertx, "localhost")) {
      other.serve(keysA);
      restart(withServerRoots("localhost:" + other.port(), other.root));
      KeySource there = new KeySource.Remote(other.uri("/jwks"));
      watch(source, there);
      assertThat(service.current().get(there)).isNotNull();
      assertThat(service.current().get(source)).as("the others as before").isNotNull();

      restart(withServerRoots("localhost", other.root));
      watch(source);
      assertThat(health().lastError())
          .as("the common roots do not count for it")
          .startsWith("TLS handshake failed");
    }
  }

  private KeySetSettings withServerRoots(String host, String pem) {
    return KeySetSettings.DEFAULTS.withReach(
        new Reach(true, address -> false, server.root, false, Map.of(host, pem)));
  }
}
