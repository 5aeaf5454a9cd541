package io.heraldmesh.cli.demo;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;

/**
 * The demo's sign-in service: makes a key at start, signs tokens with it and publishes the public
 * half as a key set. The key never leaves this object.
 */
final class TokenIssuer {
  static final String ISSUER = "https://login.shop.example";
  static final String AUDIENCE = "orders";

  private final HttpServer server;
  private final String rootPem;
  private final JWTAuth signer;
  private final JWTAuth stranger;

  private TokenIssuer(HttpServer server, String rootPem, JWTAuth signer, JWTAuth stranger) {
    this.server = server;
    this.rootPem = rootPem;
    this.signer = signer;
    this.stranger = stranger;
  }

  static Future<TokenIssuer> start(Vertx vertx, int port) {
    KeyPair keys = rsa();
    String kid = UUID.randomUUID().toString();
    JWTAuth signer = signer(vertx, keys, kid);
    // Another key under the same name: what a forger would use.
    JWTAuth stranger = signer(vertx, rsa(), kid);
    String jwks = jwks((RSAPublicKey) keys.getPublic(), kid);
    LoopbackCertificate https = LoopbackCertificate.make();
    HttpServerOptions options =
        new HttpServerOptions()
            .setSsl(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(https.certificatePem()))
                    .addKeyValue(Buffer.buffer(https.keyPem())));
    return vertx
        .createHttpServer(options)
        .requestHandler(
            request -> {
              if ("/jwks.json".equals(request.path())) {
                request.response().putHeader("content-type", "application/json").end(jwks);
              } else {
                request.response().setStatusCode(404).end();
              }
            })
        .listen(port, "127.0.0.1")
        .map(server -> new TokenIssuer(server, https.certificatePem(), signer, stranger));
  }

  int port() {
    return server.actualPort();
  }

  /** What must be trusted to fetch the key set. */
  String rootPem() {
    return rootPem;
  }

  /** A token for the orders service. {@code lifetimeSeconds} may be negative: expired already. */
  String token(String user, String role, String audience, int lifetimeSeconds) {
    return signer.generateToken(claims(user, role, lifetimeSeconds), options(audience));
  }

  /** A token with the issuer's name and key id, signed by another key. */
  String forged(String user, String role) {
    return stranger.generateToken(claims(user, role, 3600), options(AUDIENCE));
  }

  /** The library only sets an expiry that lies ahead, so it is set here. */
  private static JsonObject claims(String user, String role, int lifetimeSeconds) {
    return new JsonObject()
        .put("sub", user)
        .put("role", role)
        .put("exp", Instant.now().getEpochSecond() + lifetimeSeconds);
  }

  private static JWTOptions options(String audience) {
    return new JWTOptions().setAlgorithm("RS256").setIssuer(ISSUER).addAudience(audience);
  }

  private static JWTAuth signer(Vertx vertx, KeyPair keys, String kid) {
    String pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    return JWTAuth.create(
        vertx,
        new JWTAuthOptions()
            .addPubSecKey(new PubSecKeyOptions().setAlgorithm("RS256").setId(kid).setBuffer(pem)));
  }

  private static KeyPair rsa() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no RSA", e);
    }
  }

  private static String jwks(RSAPublicKey key, String kid) {
    JsonObject jwk =
        new JsonObject()
            .put("kty", "RSA")
            .put("use", "sig")
            .put("alg", "RS256")
            .put("kid", kid)
            .put("n", unsigned(key.getModulus()))
            .put("e", unsigned(key.getPublicExponent()));
    return new JsonObject().put("keys", new JsonArray().add(jwk)).encode();
  }

  private static String unsigned(BigInteger value) {
    byte[] bytes = value.toByteArray();
    int from = bytes[0] == 0 ? 1 : 0;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Arrays.copyOfRange(bytes, from, bytes.length));
  }
}
