package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.END_HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One port, every protocol: what a client speaks, in which TLS, against the mode and what was said
 * of the port; and what then reaches the service.
 *
 * <p>Source: Istio, PeerAuthentication modes, and "Protocol selection".
 */
@Timeout(120)
class ProtocolMatrixTest {
  private static final String NOTHING = "nothing";
  private static final Map<Spoken, String> AS_BYTES =
      Map.of(Spoken.HTTP1, "http/1.1", Spoken.HTTP2, "h2", Spoken.BYTES, "bytes");

  /** What the client does first. */
  enum Secured {
    MESH,
    /** TLS that is the service's own business, as browsers and databases speak it. */
    OTHER_TLS,
    PLAIN
  }

  /** What it says then. */
  enum Spoken {
    HTTP1,
    HTTP2,
    BYTES
  }

  @ParameterizedTest
  @EnumSource(
      value = Protocol.class,
      names = {"HTTP", "HTTP2", "TCP", "AUTO"})
  void whatReachesTheServiceIsSaidByModeTlsAndPort(Protocol port) throws Exception {
    try (Anything service = new Anything();
        Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(port).service(service.address()))) {
      for (MtlsMode mode : List.of(MtlsMode.STRICT, MtlsMode.PERMISSIVE, MtlsMode.DISABLE)) {
        mesh.policy(mode);
        for (Secured secured : Secured.values()) {
          for (Spoken spoken : Spoken.values()) {
            assertThat(seen(mesh, service, secured, spoken))
                .as("%s of %s in %s mode on a port of %s", spoken, secured, mode, port)
                .isEqualTo(expected(mode, secured, spoken, port));
          }
        }
      }
    }
  }

  private static String expected(MtlsMode mode, Secured secured, Spoken spoken, Protocol port) {
    return switch (mode) {
      case STRICT -> secured == Secured.MESH ? inside(port, spoken) : NOTHING;
      case PERMISSIVE -> secured == Secured.OTHER_TLS ? "tls" : inside(port, spoken);
      // TLS is not looked for: a hello is no request
      case DISABLE ->
          secured == Secured.PLAIN
              ? inside(port, spoken)
              : port == Protocol.TCP || port == Protocol.AUTO ? "tls" : NOTHING;
      default -> throw new IllegalArgumentException(mode.name());
    };
  }

  /** In the clear, or inside mesh TLS. */
  private static String inside(Protocol port, Spoken spoken) {
    return switch (port) {
      case HTTP -> spoken == Spoken.BYTES ? NOTHING : "http/1.1 request";
      case HTTP2 -> spoken == Spoken.BYTES ? NOTHING : "h2 request";
      case TCP -> AS_BYTES.getOrDefault(spoken, "");
      case AUTO -> spoken == Spoken.BYTES ? "bytes" : AS_BYTES.get(spoken) + " request";
    };
  }

  /** What reached the service; a request is what the log has as one. */
  private static String seen(Mesh mesh, Anything service, Secured secured, Spoken spoken)
      throws Exception {
    service.seen.clear();
    mesh.log.clear();
    String arrived;
    try (Socket socket = connect(mesh, secured, spoken)) {
      // a handshake may never end
      Thread.startVirtualThread(() -> speak(socket, spoken));
      arrived = firstOf(service, socket);
    } catch (IOException refused) {
      arrived = null;
    }
    if (arrived == null) {
      return NOTHING;
    }
    String protocol = mesh.logged("destination").protocol();
    return protocol.equals("tcp") ? arrived : arrived + " request";
  }

  /** Null when the connection ends, or is answered, before anything arrives. */
  private static @Nullable String firstOf(Anything service, Socket socket) throws Exception {
    Thread end =
        Thread.startVirtualThread(
            () -> {
              try {
                InputStream in = socket.getInputStream();
                while (in.read() >= 0) {
                  // whatever the answer is
                }
              } catch (IOException e) {
                // the same
              }
            });
    while (true) {
      String first = service.seen.poll(20, TimeUnit.MILLISECONDS);
      if (first != null) {
        return first;
      }
      if (!end.isAlive()) {
        return service.seen.poll();
      }
    }
  }

  private static Socket connect(Mesh mesh, Secured secured, Spoken spoken) throws Exception {
    return switch (secured) {
      case PLAIN -> new Socket(mesh.inbound.getAddress(), mesh.inbound.getPort());
      case OTHER_TLS -> mesh.tlsSocket(null, "h2", "http/1.1");
      case MESH ->
          mesh.tlsSocket(
              mesh.authority.issue(Mesh.CLIENT_ID),
              switch (spoken) {
                case HTTP1 -> new String[] {"istio", "istio-http/1.1", "http/1.1"};
                case HTTP2 -> new String[] {"istio", "istio-h2", "h2"};
                case BYTES -> new String[] {"istio"};
              });
    };
  }

  private static void speak(Socket socket, Spoken spoken) {
    try {
      switch (spoken) {
        case HTTP1 ->
            new RawClient(socket).head("GET /ok HTTP/1.1", "Host: server.b", "Connection: close");
        case HTTP2 -> new RawHttp2Client(socket).call(true, "GET", "/ok");
        case BYTES -> new RawClient(socket).send("\u0001hello");
      }
    } catch (IOException e) {
      // nobody answers in TLS here, or the proxy has refused
    }
  }

  /** Takes whatever comes, says what it looks like, answers requests and ends. */
  private static final class Anything implements AutoCloseable {
    final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final ServerSocket server;

    Anything() throws IOException {
      server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
      Thread.startVirtualThread(this::accept);
    }

    HostPort address() {
      return new HostPort("127.0.0.1", server.getLocalPort());
    }

    @Override
    public void close() throws IOException {
      server.close();
    }

    private void accept() {
      try {
        while (true) {
          Socket socket = server.accept();
          Thread.startVirtualThread(() -> serve(socket));
        }
      } catch (IOException e) {
        // closed
      }
    }

    private void serve(Socket socket) {
      try (socket) {
        byte[] first = new byte[16 * 1024];
        if (socket.getInputStream().read(first) <= 0) {
          return;
        }
        byte[] answer =
            switch (first[0]) {
              case 'G' ->
                  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                      .getBytes(StandardCharsets.US_ASCII);
              case 'P' -> http2Answer();
              default -> new byte[] {1};
            };
        socket.getOutputStream().write(answer);
        seen.add(
            first[0] == 'G'
                ? "http/1.1"
                : first[0] == 'P' ? "h2" : first[0] == 22 ? "tls" : "bytes");
        // until the proxy has what it needs and goes
        socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
      } catch (IOException e) {
        // the proxy went away
      }
    }

    private static byte[] http2Answer() {
      java.io.ByteArrayOutputStream frames = new java.io.ByteArrayOutputStream();
      frames.writeBytes(RawHttp2Client.frameBytes(RawHttp2Client.SETTINGS, 0, 0, new byte[0]));
      frames.writeBytes(
          RawHttp2Client.frameBytes(
              HEADERS, END_HEADERS | END_STREAM, 3, RawHttp2Client.block(":status", "200")));
      frames.writeBytes(
          RawHttp2Client.frameBytes(
              RawHttp2Client.GOAWAY, 0, 0, new byte[] {0, 0, 0, 3, 0, 0, 0, 0}));
      return frames.toByteArray();
    }
  }
}
