package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Located;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code herald.io PolicyTest}: what policies are expected to answer. Run by {@code herald test}; a
 * running node reads it and enforces nothing of it.
 *
 * @param cases at least one
 */
public record PolicyTest(Metadata metadata, List<Case> cases) implements Resource {

  public PolicyTest {
    cases = List.copyOf(cases);
  }

  /**
   * {@code cases[]}, with the defaults filled in.
   *
   * @param expected at least one
   */
  public record Case(Located<String> name, Call call, List<Expected> expected) {
    public Case {
      expected = List.copyOf(expected);
    }
  }

  /** The workload that is called. */
  public record Subject(
      String namespace, String name, String serviceAccount, Map<String, String> labels) {
    public Subject {
      labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }
  }

  /**
   * The call, as {@code herald explain} knows it.
   *
   * @param now null: the clock
   * @param principal given exactly when {@code tls} is MUTUAL
   * @param request null: a TCP connection
   */
  public record Call(
      Subject workload,
      @Nullable Instant now,
      int port,
      Tls tls,
      @Nullable String sni,
      @Nullable Located<String> principal,
      String ip,
      String remoteIp,
      String destinationIp,
      @Nullable Request request,
      @Nullable Token token) {}

  /** How the connection is protected. */
  public enum Tls {
    NONE,
    SIMPLE,
    MUTUAL
  }

  /**
   * {@code when.request}.
   *
   * @param path with the query
   * @param headers in order; a name may stand several times
   */
  public record Request(
      String method, String path, String host, List<Map.Entry<String, String>> headers) {
    public Request {
      headers = List.copyOf(headers);
    }
  }

  /** {@code when.token}. */
  public sealed interface Token {}

  /** A token as it is sent. */
  public record WrittenToken(String text) implements Token {}

  /** Claims of a token that stands for one its issuer signed. Values are those of JSON. */
  public record Claims(Map<String, @Nullable Object> claims) implements Token {
    public Claims {
      claims = Collections.unmodifiableMap(new LinkedHashMap<>(claims));
    }
  }

  /**
   * One expectation.
   *
   * @param what such as {@code status} or {@code upstreamHeaders.set[x-user]}
   * @param value as text; empty: expected not to be there
   */
  public record Expected(What what, String argument, Located<String> value) {}

  /** What an expectation is about. */
  public enum What {
    DECISION("decision"),
    STATUS("status"),
    BODY("body"),
    REASON("reason"),
    POLICY("policy"),
    RULE("rule"),
    FIELD("field"),
    PATH("path"),
    PRINCIPAL("principal"),
    REQUEST_PRINCIPAL("requestPrincipal"),
    NEAREST_POLICY("nearest.policy"),
    NEAREST_RULE("nearest.rule"),
    NEAREST_FIELD("nearest.field"),
    HEADER("headers"),
    UPSTREAM_SET("upstreamHeaders.set"),
    UPSTREAM_REMOVE("upstreamHeaders.remove");

    private final String key;

    What(String key) {
      this.key = key;
    }

    /** As it is written under {@code expect}. */
    public String key() {
      return key;
    }
  }
}
