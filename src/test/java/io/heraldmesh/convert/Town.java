package io.heraldmesh.convert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.RequestHead;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides requests under resources, before and after they were converted. */
final class Town {
  static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("10.1.1.2");
  private static final ECKey KEY = key();
  private static final ECKey STRANGER = key();

  private static final KeySet KEYS = keys();

  private final Resources resources;
  private final Map<List<Object>, Enforcement> compiled = new HashMap<>();

  Town(Resources resources) {
    this.resources = resources;
  }

  /**
   * A request to a workload.
   *
   * @param labels of the workload; {@code app} is its name
   * @param token null: none
   */
  record Call(
      String namespace,
      Map<String, String> labels,
      int port,
      boolean mutual,
      String method,
      String path,
      @Nullable String token,
      boolean tcp) {}

  static Resources read(String yaml) {
    Resources resources = ResourceReader.read("old.yaml", yaml);
    assertThat(resources.problems().errors()).isEmpty();
    return resources;
  }

  /** The converted resources as they would be read again; with the input's services. */
  static Resources converted(Conversion conversion) {
    String yaml =
        conversion.resources().stream().map(Town::json).collect(Collectors.joining("\n---\n"));
    Resources resources = ResourceReader.read("new.yaml", yaml.isEmpty() ? "# none" : yaml);
    assertThat(resources.problems().errors()).as(yaml).isEmpty();
    return resources;
  }

  private static String json(Object document) {
    try {
      return new ObjectMapper().writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private Enforcement compile(Call call) {
    Workload workload =
        new Workload(call.namespace(), call.labels().getOrDefault("app", "nameless"));
    return new Enforcement(
        new MeshCompiler(new TrustDomain("cluster.local"))
            .workload(resources, workload, "w", call.labels()),
        Crypto.jdk());
  }

  int status(Call call) {
    Enforcement enforcement =
        compiled.computeIfAbsent(List.of(call.namespace(), call.labels()), k -> compile(call));
    Connection connection =
        new Connection(
            call.mutual() ? Connection.Tls.MUTUAL : Connection.Tls.NONE,
            call.mutual() ? SpiffeId.parse("spiffe://cluster.local/ns/x/sa/y") : null,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            call.port(),
            null);
    return switch (enforcement.decide(
        connection, call.tcp() ? null : new Head(call), source -> KEYS, NOW)) {
      case Decision.Allowed allowed -> 200;
      case Decision.Denied denied -> denied.status();
    };
  }

  /** A token of an issuer; {@code bad} by a key that nobody publishes. */
  static String token(String issuer, boolean bad) {
    try {
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build(),
              new JWTClaimsSet.Builder()
                  .issuer(issuer)
                  .subject("alice")
                  .expirationTime(Date.from(NOW.plusSeconds(600)))
                  .build());
      token.sign(new ECDSASigner(bad ? STRANGER : KEY));
      return token.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private static KeySet keys() {
    try {
      return KeySet.parse(new JWKSet(KEY.toPublicJWK()).toString());
    } catch (InvalidKeySet e) {
      throw new AssertionError(e);
    }
  }

  private static ECKey key() {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID("k").generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private record Head(Call call) implements RequestHead {
    @Override
    public String method() {
      return call.method().equals("PREFLIGHT") ? "OPTIONS" : call.method();
    }

    @Override
    public String target() {
      return call.path();
    }

    @Override
    public String authority() {
      return "w";
    }

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public List<String> values(String name) {
      boolean preflight = call.method().equals("PREFLIGHT");
      return switch (name) {
        case "authorization" ->
            call.token() == null ? List.of() : List.of("Bearer " + call.token());
        case "origin" -> preflight ? List.of("https://w.example") : List.of();
        case "access-control-request-method" -> preflight ? List.of("PUT") : List.of();
        default -> List.of();
      };
    }

    @Override
    public Iterable<Map.Entry<String, String>> fields() {
      return List.of();
    }
  }
}
