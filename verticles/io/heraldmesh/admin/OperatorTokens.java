package io.heraldmesh.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;

/**
 * Signs and checks the tokens with which an operator enters the admin pages. The key is made at
 * start and lives in this object only: a restart ends every token.
 */
public final class OperatorTokens {
  private static final String ISSUER = "herald-admin";
  private static final String ALGORITHM = "ES256";

  private final JWTAuth auth;

  private OperatorTokens(JWTAuth auth) {
    this.auth = auth;
  }

  /**
   * Makes a key and checks that what it signed is accepted and that an unsigned token is not: the
   * library takes unsigned tokens when it holds no usable key. Fails otherwise.
   */
  public static Future<OperatorTokens> create(Vertx vertx) {
    KeyPair keys = p256();
    JWTAuth auth =
        JWTAuth.create(
            vertx,
            new JWTAuthOptions()
                .addPubSecKey(key("PUBLIC KEY", keys.getPublic().getEncoded()))
                .addPubSecKey(key("PRIVATE KEY", keys.getPrivate().getEncoded()))
                .setJWTOptions(new JWTOptions().setIssuer(ISSUER)));
    OperatorTokens tokens = new OperatorTokens(auth);
    String unsigned =
        base64("{\"alg\":\"none\"}") + "." + base64("{\"iss\":\"" + ISSUER + "\"}") + ".";
    return tokens
        .check(tokens.issue("self-test", Duration.ofMinutes(1)))
        .compose(
            subject ->
                tokens
                    .check(unsigned)
                    .transform(
                        unsignedCheck ->
                            unsignedCheck.succeeded()
                                ? Future.failedFuture("operator tokens fail their self-test")
                                : Future.succeededFuture(tokens)));
  }

  /** A token for {@code operator}, valid for {@code lifetime}. */
  public String issue(String operator, Duration lifetime) {
    return auth.generateToken(
        new JsonObject().put("sub", operator),
        new JWTOptions()
            .setAlgorithm(ALGORITHM)
            .setIssuer(ISSUER)
            .setExpiresInSeconds((int) lifetime.toSeconds()));
  }

  /** The operator's name; fails for anything that {@link #issue} did not make or that expired. */
  public Future<String> check(String token) {
    return auth.authenticate(new TokenCredentials(token))
        .compose(
            user ->
                user.subject() == null || !user.containsKey("exp")
                    ? Future.failedFuture(new RefusedToken())
                    : Future.succeededFuture(user.subject()))
        .recover(failure -> Future.failedFuture(new RefusedToken()));
  }

  private static PubSecKeyOptions key(String kind, byte[] der) {
    String body = Base64.getMimeEncoder().encodeToString(der);
    return new PubSecKeyOptions()
        .setAlgorithm(ALGORITHM)
        .setBuffer("-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static KeyPair p256() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no P-256", e);
    }
  }

  /** Said of any token that is not good, without saying why. */
  static final class RefusedToken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedToken() {
      super("operator token refused", null, false, false);
    }
  }
}
