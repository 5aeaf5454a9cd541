package io.heraldmesh;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.heraldmesh.cli.demo.LoopbackCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/** An https server with a root of its own that publishes a key set. */
public final class TestIssuer implements AutoCloseable {
  private final HttpsServer server;
  private final LoopbackCertificate https;

  private TestIssuer(HttpsServer server, LoopbackCertificate https) {
    this.server = server;
    this.https = https;
  }

  /** Serves {@code jwks} at {@link #jwksUri()}. */
  public static TestIssuer serving(String jwks) throws IOException, GeneralSecurityException {
    LoopbackCertificate https = LoopbackCertificate.make();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "issuer", https.key(), new char[0], new X509Certificate[] {https.certificate()});
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    byte[] body = jwks.getBytes(StandardCharsets.UTF_8);
    server.createContext(
        "/jwks.json",
        exchange -> {
          exchange.getResponseHeaders().add("content-type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return new TestIssuer(server, https);
  }

  public String jwksUri() {
    return "https://127.0.0.1:" + server.getAddress().getPort() + "/jwks.json";
  }

  /** A PEM file with the server's root. */
  public Path root(Path folder) throws IOException {
    Files.createDirectories(folder);
    return Files.writeString(folder.resolve("issuer-root.pem"), https.certificatePem());
  }

  /** An RS256 token signed by the PKCS#8 PEM key. */
  public static String sign(String pem, String issuer, String subject, int lifetimeSeconds)
      throws IOException {
    try {
      String body = pem.replaceAll("-----[^-]+-----", "").replaceAll("\\s", "");
      PrivateKey key =
          KeyFactory.getInstance("RSA")
              .generatePrivate(
                  new PKCS8EncodedKeySpec(pkcs8(pem, Base64.getDecoder().decode(body))));
      String signed =
          base64("{\"alg\":\"RS256\",\"kid\":\"DHFbpoIUqrY8t2zpA2qXfCmr5VO5ZEr4RzHU_-envvQ\"}")
              + "."
              + base64(
                  "{\"iss\":\"%s\",\"sub\":\"%s\",\"exp\":%d}"
                      .formatted(
                          issuer, subject, Instant.now().getEpochSecond() + lifetimeSeconds));
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed
          + "."
          + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  /** Wraps PKCS#1 bytes as PKCS#8 when the PEM says RSA PRIVATE KEY. */
  private static byte[] pkcs8(String pem, byte[] der) throws IOException {
    if (!pem.contains("BEGIN RSA PRIVATE KEY")) {
      return der;
    }
    return new PrivateKeyInfo(
            new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
            RSAPrivateKey.getInstance(der))
        .getEncoded();
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
