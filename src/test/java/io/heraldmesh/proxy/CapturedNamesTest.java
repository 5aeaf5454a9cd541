package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Balancing;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.VirtualAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * TLS of a workload's own that the system captured: the server name that it asks for leads it, on
 * the port that was dialled; a name that is not known goes where it was going, if anything may.
 */
@Timeout(60)
class CapturedNamesTest {
  private static final InetSocketAddress SOMEWHERE = new InetSocketAddress("192.0.2.7", 443);
  private static final List<String> ANY = List.of("0.0.0.0/0", "::/0");

  private TlsEchoApp app;
  private TlsEchoApp other;
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    app = new TlsEchoApp("app.test");
    other = new TlsEchoApp("other.test");
    mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(app.address()));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    app.close();
    other.close();
  }

  @Test
  void aServiceOfTheMeshIsCalledByMeshTlsWithTheClientsOwnInside() throws Exception {
    may(false, mesh("server.b", 443));
    assertThat(answers(SOMEWHERE, "server.b")).isEqualTo("CN=app.test");
    assertThat(mesh.logged("destination").mutualTls()).isTrue();
    assertThat(mesh.logged("destination").principal()).isEqualTo("mesh.test/ns/a/sa/client");
  }

  @Test
  void aServerOutsideIsCalledAtItsEndpointWhateverWasDialled() throws Exception {
    may(true, outside("api.outside.test", 443, app), outside("*.outside.test", 443, other));
    assertThat(answers(SOMEWHERE, "api.outside.test")).isEqualTo("CN=app.test");
    assertThat(answers(SOMEWHERE, "any.outside.test")).isEqualTo("CN=other.test");
  }

  @Test
  void aNameThatIsNotKnownGoesWhereItWasGoing() throws Exception {
    // its port is one where names are known, so that the hello is looked at
    may(false, outside("api.outside.test", other.address().port(), app));
    assertThat(answers(at(other), "unknown.test")).isEqualTo("CN=other.test");
    assertThat(answers(at(other), "api.outside.test")).isEqualTo("CN=app.test");
  }

  @Test
  void aNameIsKnownOnItsOwnPortOnly() throws Exception {
    may(false, outside("api.outside.test", 443, app));
    assertThat(answers(at(other), "api.outside.test")).isEqualTo("CN=other.test");
  }

  @Test
  void withRegistryOnlyANameThatIsNotKnownIsClosed() throws Exception {
    may(true, outside("api.outside.test", other.address().port(), app));
    assertThatThrownBy(() -> answers(at(other), "unknown.test")).isInstanceOf(IOException.class);
    assertThat(mesh.logged("source").reason().code()).isEqualTo("no_route");
    assertThat(other.connections()).isZero();
    assertThat(answers(at(other), "api.outside.test")).isEqualTo("CN=app.test");
  }

  @Test
  void noNameLeadsPastTheAddressesThatNobodyMayBeLedTo() throws Exception {
    may(false, outside("api.outside.test", 443, app));
    InetSocketAddress metadata = new InetSocketAddress("169.254.169.254", 443);
    assertThatThrownBy(() -> answers(metadata, "unknown.test")).isInstanceOf(IOException.class);
    assertThat(mesh.logged("source").flag()).isEqualTo("upstream_address_refused");
  }

  @Test
  void serversThatShareABlockAreToldApartByTheNameThatIsAskedFor() throws Exception {
    List<String> block = List.of("10.20.0.0/16");
    may(true, outside("a.corp.test", 443, app, block), outside("b.corp.test", 443, other, block));
    InetSocketAddress inside = new InetSocketAddress("10.20.3.4", 443);
    assertThat(answers(inside, "a.corp.test")).isEqualTo("CN=app.test");
    assertThat(answers(inside, "b.corp.test")).isEqualTo("CN=other.test");
    assertThat(answers(inside, "unknown.test")).as("the first").isEqualTo("CN=app.test");
  }

  @Test
  void aServerThatIsKnownByItsPortAloneIsCalledWhateverWasDialled() throws Exception {
    may(true, outside("db.outside.test", 5432, app, ANY));
    for (String dialled : List.of("192.0.2.7", "2001:db8::7")) {
      InetSocketAddress address = new InetSocketAddress(dialled, 5432);
      assertThat(answers(address, "unknown.test")).isEqualTo("CN=app.test");
    }
    assertThatThrownBy(() -> answers(SOMEWHERE, "unknown.test")).isInstanceOf(IOException.class);
  }

  @Test
  void aNameGoesBeforeThePortAlone() throws Exception {
    may(
        true,
        outside("db.outside.test", 5432, app, ANY),
        outside("named.outside.test", 5432, other));
    InetSocketAddress address = new InetSocketAddress("192.0.2.7", 5432);
    assertThat(answers(address, "named.outside.test")).isEqualTo("CN=other.test");
    assertThat(answers(address, "unknown.test")).isEqualTo("CN=app.test");
  }

  private void may(boolean registryOnly, Destination... destinations) {
    mesh.client.apply(
        new NodeSnapshot(
            "client",
            List.of(Mesh.workloadPolicy(Mesh.CLIENT, MtlsMode.STRICT)),
            List.of(destinations),
            List.of(),
            registryOnly));
  }

  private Destination mesh(String host, int port) {
    return destination(
        host,
        port,
        new Endpoint("127.0.0.1", mesh.inbound.getPort(), true),
        Set.of(Mesh.SERVER_ID),
        List.of());
  }

  private static Destination outside(String host, int port, TlsEchoApp to) {
    return outside(host, port, to, List.of());
  }

  private static Destination outside(String host, int port, TlsEchoApp to, List<String> blocks) {
    Endpoint endpoint = new Endpoint("localhost", to.address().port(), false);
    return destination(host, port, endpoint, Set.of(), blocks);
  }

  private static Destination destination(
      String host, int port, Endpoint endpoint, Set<SpiffeId> identities, List<String> blocks) {
    return new Destination(
        "b/" + host,
        Set.of(host),
        port,
        Protocol.TCP,
        "outbound_." + port + "_._." + host,
        identities,
        List.of(endpoint),
        Balancing.DEFAULT,
        new VirtualAddresses(blocks, false, null));
  }

  private static InetSocketAddress at(TlsEchoApp to) {
    return new InetSocketAddress("127.0.0.1", to.address().port());
  }

  /** The subject of who answers a client that dialled {@code address} and asks for {@code name}. */
  private String answers(InetSocketAddress address, String name) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Mesh.Anyone()}, new SecureRandom());
    try (SSLSocket client =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(
                    mesh.dialled.socket(mesh.outboundCapture, address),
                    name,
                    address.getPort(),
                    true)) {
      client.setSoTimeout(10_000);
      client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
      assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
      return ((X509Certificate) client.getSession().getPeerCertificates()[0])
          .getSubjectX500Principal()
          .getName();
    }
  }
}
