package io.heraldmesh.jwks;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A real https server on 127.0.0.1 under a certificate of its own root; what it says can change.
 */
public final class KeyServer implements AutoCloseable {
  public final String root;
  public final AtomicInteger requests = new AtomicInteger();
  private final HttpServer server;
  private volatile Handler<HttpServerRequest> behaviour = request -> request.response().end("{}");

  private KeyServer(HttpServer server, String root) {
    this.server = server;
    this.root = root;
  }

  /**
   * @param name the one DNS name in its certificate
   */
  public static KeyServer start(Vertx vertx, String name) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    KeyPair pair = generator.generateKeyPair();
    String pem = pem(certificate(pair, name));
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost("127.0.0.1")
            .setPort(0)
            .setSsl(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .setCertValue(Buffer.buffer(pem))
                    .setKeyValue(Buffer.buffer(pem(pair.getPrivate()))));
    HttpServer http = vertx.createHttpServer(options);
    KeyServer server = new KeyServer(http, pem);
    http.requestHandler(
        request -> {
          server.requests.incrementAndGet();
          server.behaviour.handle(request);
        });
    await(http.listen());
    return server;
  }

  public void behave(Handler<HttpServerRequest> next) {
    behaviour = next;
  }

  public void serve(String body) {
    behave(request -> request.response().end(body));
  }

  public int port() {
    return server.actualPort();
  }

  public String uri(String path) {
    return "https://localhost:" + port() + path;
  }

  @Override
  public void close() {
    await(server.close());
  }

  static <T> T await(io.vertx.core.Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static X509Certificate certificate(KeyPair pair, String name)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    X500Name subject = new X500Name("CN=" + name);
    Instant now = Instant.now();
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
                subject,
                BigInteger.valueOf(now.toEpochMilli()),
                Date.from(now.minusSeconds(3600)),
                Date.from(now.plusSeconds(3600)),
                subject,
                pair.getPublic())
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
            .addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }

  private static String pem(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          object instanceof java.security.PrivateKey key
              ? new org.bouncycastle.openssl.jcajce.JcaPKCS8Generator(key, null)
              : object);
    }
    return text.toString();
  }
}
