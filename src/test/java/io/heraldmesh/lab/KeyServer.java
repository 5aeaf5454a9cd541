package io.heraldmesh.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** An issuer of tokens in a host of the lab: an https server with its key set, which can go bad. */
final class KeyServer implements AutoCloseable {
  static final int PORT = 8443;

  private static final char[] PASSWORD = "lab".toCharArray();
  static final String ISSUER = "https://issuer.lab.test";

  /** What a fetch gets. */
  enum Mood {
    WELL,
    /** Closed before an answer. */
    DOWN,
    /** One byte every second. */
    SLOW,
    /** 64 MiB. */
    HUGE,
    /** A set without a key. */
    EMPTY
  }

  private final KeyPair keys;
  private final Map<String, AtomicInteger> fetches = new ConcurrentHashMap<>();
  private volatile Mood mood = Mood.WELL;
  private volatile boolean closed;
  private volatile SSLServerSocket server;

  /**
   * @param network of the host
   * @param store PKCS#12, password {@code lab}: key and certificate of the server
   */
  KeyServer(Path network, InetAddress address, Path store)
      throws GeneralSecurityException, IOException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    keys = generator.generateKeyPair();
    KeyStore loaded = KeyStore.getInstance(store.toFile(), PASSWORD);
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(loaded, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    InHost.start(
        network,
        "issuer",
        () -> {
          try (SSLServerSocket listening =
              (SSLServerSocket)
                  context.getServerSocketFactory().createServerSocket(PORT, 50, address)) {
            server = listening;
            while (!closed) {
              Socket socket = listening.accept();
              Thread.ofVirtual().start(() -> answer(socket));
            }
          } catch (IOException e) {
            if (!closed) {
              throw e;
            }
          }
        });
  }

  void becomes(Mood next) {
    fetches.clear();
    mood = next;
  }

  /** The most that any one node asked since {@link #becomes}. */
  int mostFetches() {
    return fetches.values().stream().mapToInt(AtomicInteger::get).max().orElse(0);
  }

  private void answer(Socket socket) {
    try (socket) {
      socket.setSoTimeout(10_000);
      fetches
          .computeIfAbsent(socket.getInetAddress().getHostAddress(), a -> new AtomicInteger())
          .incrementAndGet();
      Mood now = mood;
      if (now == Mood.DOWN) {
        return;
      }
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        // its request says nothing that matters here
      }
      OutputStream out = socket.getOutputStream();
      byte[] body = body(now);
      out.write(
          ("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: "
                  + body.length
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      if (now == Mood.SLOW) {
        for (byte one : body) {
          out.write(one);
          out.flush();
          LabRun.pass(1);
        }
      } else {
        out.write(body);
      }
    } catch (IOException e) {
      // whoever asked has had enough
    }
  }

  private byte[] body(Mood now) {
    return switch (now) {
      case HUGE -> new byte[64 << 20];
      case EMPTY -> "{\"keys\":[]}".getBytes(StandardCharsets.US_ASCII);
      case WELL, SLOW, DOWN -> set();
    };
  }

  private byte[] set() {
    RSAPublicKey key = (RSAPublicKey) keys.getPublic();
    return "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"one\",\"n\":\"%s\",\"e\":\"AQAB\"}]}"
        .formatted(base64(unsigned(key.getModulus().toByteArray())))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] unsigned(byte[] number) {
    return number[0] == 0 ? java.util.Arrays.copyOfRange(number, 1, number.length) : number;
  }

  /** A token of five minutes; {@code kid} other than "one" names a key that is not there. */
  String token(String kid) throws GeneralSecurityException {
    String signed =
        base64(
                "{\"alg\":\"RS256\",\"kid\":\"%s\"}"
                    .formatted(kid)
                    .getBytes(StandardCharsets.US_ASCII))
            + "."
            + base64(
                "{\"iss\":\"%s\",\"sub\":\"ann\",\"exp\":%d}"
                    .formatted(ISSUER, Instant.now().getEpochSecond() + 300)
                    .getBytes(StandardCharsets.US_ASCII));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(keys.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + base64(signature.sign());
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public void close() throws IOException {
    closed = true;
    if (server != null) {
      server.close();
    }
  }
}
