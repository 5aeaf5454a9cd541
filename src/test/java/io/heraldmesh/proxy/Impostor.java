package io.heraldmesh.proxy;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TestCertificate;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.policy.AddressField;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Rule;
import io.heraldmesh.policy.Source;
import io.heraldmesh.policy.TextField;
import io.heraldmesh.policy.TextMatch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/**
 * Somebody who shows a certificate chain of choice to both ends of a mesh: as a caller to the
 * inbound listener, and as a called server to the outbound one. Only {@link #WANTED} is allowed by
 * the policy and expected behind the destination.
 */
final class Impostor implements AutoCloseable {
  static final SpiffeId WANTED = Mesh.CLIENT_ID;
  static final String REFUSED = "refused";

  /** The handshake was done, and policy knew the caller for somebody else. */
  static final String OTHER = "other";

  private final Mesh mesh;

  /**
   * @param bundle what both proxies trust
   */
  Impostor(TrustBundle bundle, InstantSource clock) throws Exception {
    mesh = new Mesh(Mesh.Options.DEFAULT.clock(clock));
    mesh.serverCredentials.set(mesh.authority.issue(Mesh.SERVER_ID), bundle.roots());
    mesh.clientCredentials.set(mesh.authority.issue(Mesh.CLIENT_ID), bundle.roots());
    mesh.policy(MtlsMode.STRICT, allow(WANTED));
    mesh.destination(Set.of(WANTED), true);
    Mesh.eventually(() -> mesh.client.inForce() && mesh.server.inForce());
  }

  /**
   * Calls the service behind the inbound listener.
   *
   * @param protocol {@code TLSv1.2} or {@code TLSv1.3}
   * @return the identity that the service was told, {@link #OTHER} or {@link #REFUSED}
   */
  String calls(ShownChain shown, String protocol) throws Exception {
    int before = mesh.app.seen().size();
    int connections = mesh.app.connections();
    String outcome = REFUSED;
    try (SSLSocket socket = (SSLSocket) context(shown).getSocketFactory().createSocket()) {
      socket.setEnabledProtocols(new String[] {protocol});
      socket.setSoTimeout(10_000);
      socket.connect(mesh.inbound);
      RawClient client = new RawClient(socket);
      int status = client.get("/ok", "server.b").status();
      outcome =
          switch (status) {
            case 200 -> identity(mesh.app.last());
            case 403 -> OTHER;
            default -> "status " + status;
          };
    } catch (IOException e) {
      // an alert, or closed
    }
    boolean reached = mesh.app.seen().size() != before || mesh.app.connections() != connections;
    boolean accepted = outcome.startsWith("spiffe:");
    return accepted || !reached ? outcome : outcome + ", yet the service was reached";
  }

  /** Is called through the outbound listener; answers as {@link #calls} does. */
  String isCalled(ShownChain shown, String protocol) throws Exception {
    AtomicInteger bytes = new AtomicInteger();
    try (SSLServerSocket server =
        (SSLServerSocket)
            context(shown)
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      server.setEnabledProtocols(new String[] {protocol});
      Thread.ofVirtual().start(() -> serve(server, bytes));
      Endpoint endpoint = new Endpoint("127.0.0.1", server.getLocalPort(), true);
      mesh.destinations(List.of(destination(endpoint)));
      int status;
      try (RawClient client = mesh.call()) {
        status = client.get("/ok", "server.b").status();
      }
      String outcome =
          switch (status) {
            case 200 -> WANTED.toString();
            case 503 -> REFUSED;
            default -> "status " + status;
          };
      boolean accepted = outcome.equals(WANTED.toString());
      return accepted == bytes.get() > 0 ? outcome : outcome + ", bytes seen: " + bytes;
    }
  }

  @Override
  public void close() throws Exception {
    mesh.close();
  }

  /**
   * The key of a PEM block, with the leaf's public half; a good key of another kind when the JDK
   * cannot use it, since a proxy has to refuse such a leaf before it comes to the proof.
   */
  static KeyPair keys(byte[] pkcs8, byte[] leaf) {
    for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
      try {
        PrivateKey key =
            KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        PublicKey shown =
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(leaf))
                .getPublicKey();
        if (shown.getAlgorithm().equals(key.getAlgorithm())) {
          return new KeyPair(shown, key);
        }
      } catch (GeneralSecurityException e) {
        // the next one
      }
    }
    return TestCertificate.ec("secp256r1");
  }

  /** As {@link #keys(byte[], byte[])}, of keys that are at hand. */
  static KeyPair usable(KeyPair keys) {
    boolean foreign = keys.getPrivate().getClass().getName().startsWith("org.bouncycastle.");
    return foreign ? TestCertificate.ec("secp256r1") : keys;
  }

  private static void serve(SSLServerSocket server, AtomicInteger bytes) {
    while (!server.isClosed()) {
      try (SSLSocket socket = (SSLSocket) server.accept()) {
        socket.setSoTimeout(10_000);
        int read = socket.getInputStream().read(new byte[4096]);
        bytes.addAndGet(Math.max(read, 0));
        if (read > 0) {
          socket
              .getOutputStream()
              .write(
                  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                      .getBytes(StandardCharsets.US_ASCII));
          socket.getInputStream().read();
        }
      } catch (IOException e) {
        // refused, or the end
      }
    }
  }

  private static SSLContext context(ShownChain shown) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {shown}, new TrustManager[] {new Mesh.Anyone()}, new SecureRandom());
    return context;
  }

  private static String identity(RecordingApp.Seen seen) {
    return ForwardedClientCert.parse(seen.values(ForwardedClientCert.HEADER).getFirst())
        .getLast()
        .value("URI")
        .orElse("nobody");
  }

  /** With a server name that the JDK takes; it refuses the underscores of Istio's. */
  private static Destination destination(Endpoint endpoint) {
    return new Destination(
        "b/server",
        Set.of("server.b"),
        80,
        Protocol.HTTP,
        "server.b",
        Set.of(WANTED),
        List.of(endpoint));
  }

  private static AuthorizationPolicy allow(SpiffeId id) {
    Source source =
        new Source(
            new TextField(List.of(TextMatch.of(id.principal())), List.of()),
            TextField.ANY,
            TextField.ANY,
            TextField.ANY,
            TextField.ANY,
            AddressField.ANY,
            AddressField.ANY);
    Rule rule = new Rule(List.of(source), List.of(), List.of());
    return new AuthorizationPolicy(
        "b", "only", AuthorizationPolicy.Action.ALLOW, false, List.of(rule), null);
  }
}
