package io.heraldmesh.cli;

import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.RequestHead;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.resource.PolicyTest;
import io.heraldmesh.resource.PolicyTest.Call;
import io.heraldmesh.resource.PolicyTest.Case;
import io.heraldmesh.resource.PolicyTest.Subject;
import io.heraldmesh.resource.PolicyTest.Tls;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Located;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs the PolicyTests of a set of resources against the policies of the same set. */
final class PolicyTestRun {
  private final MeshCompiler compiler;
  private final Resources resources;
  private final Resources signed;
  private final StandInIssuer issuer = new StandInIssuer();
  private final KeySets keys;
  private final Crypto crypto;
  private final InstantSource clock;
  private final Map<Key, Enforcement> known = new HashMap<>();

  PolicyTestRun(
      MeshCompiler compiler,
      Resources resources,
      KeySets keys,
      Crypto crypto,
      InstantSource clock) {
    this.compiler = compiler;
    this.resources = resources;
    this.signed = issuer.trusted(resources);
    this.keys = keys;
    this.crypto = crypto;
    this.clock = clock;
  }

  private record Key(Subject subject, boolean signed) {}

  /** All cases, in the order they stand. */
  List<PolicyTestResult> all() {
    List<PolicyTestResult> results = new ArrayList<>();
    for (PolicyTest test : resources.of(PolicyTest.class)) {
      String name = test.metadata().namespace() + "/" + test.metadata().name();
      test.cases().forEach(one -> results.add(run(name, one)));
    }
    return results;
  }

  private PolicyTestResult run(String test, Case one) {
    long since = System.nanoTime();
    try {
      Decision decision = decide(one.call());
      return new PolicyTestResult(
          test,
          one,
          Expectations.differences(one.expected(), decision),
          decision,
          null,
          took(since));
    } catch (InvalidIdentity e) {
      String error = "when.source.principal is not <trust domain>/…: " + e.getMessage();
      return new PolicyTestResult(test, one, List.of(), null, error, took(since));
    }
  }

  private static Duration took(long since) {
    return Duration.ofNanos(System.nanoTime() - since);
  }

  private Decision decide(Call call) throws InvalidIdentity {
    Instant given = call.now();
    Instant now = given == null ? clock.instant() : given;
    boolean claims = call.token() instanceof PolicyTest.Claims;
    return known
        .computeIfAbsent(new Key(call.workload(), claims), this::compile)
        .decide(connection(call), head(call, now), keys, now);
  }

  private Enforcement compile(Key key) {
    Subject subject = key.subject();
    return new Enforcement(
        compiler.workload(
            key.signed() ? signed : resources,
            new Workload(subject.namespace(), subject.name()),
            subject.serviceAccount(),
            subject.labels()),
        crypto);
  }

  private static Connection connection(Call call) throws InvalidIdentity {
    Located<String> principal = call.principal();
    return new Connection(
        switch (call.tls()) {
          case NONE -> Connection.Tls.NONE;
          case SIMPLE -> Connection.Tls.SIMPLE;
          case MUTUAL -> Connection.Tls.MUTUAL;
        },
        principal == null ? null : SpiffeId.parse("spiffe://" + principal.value()),
        InetAddress.ofLiteral(call.ip()),
        InetAddress.ofLiteral(call.remoteIp()),
        InetAddress.ofLiteral(call.destinationIp()),
        call.port(),
        call.sni());
  }

  private @Nullable RequestHead head(Call call, Instant now) {
    PolicyTest.Request request = call.request();
    if (request == null) {
      return null;
    }
    List<Map.Entry<String, String>> headers = new ArrayList<>(request.headers());
    PolicyTest.Token token = call.token();
    if (token != null) {
      String text =
          switch (token) {
            case PolicyTest.WrittenToken written -> written.text();
            case PolicyTest.Claims claims -> issuer.token(claims.claims(), now);
          };
      headers.add(Map.entry("authorization", "Bearer " + text));
    }
    return new ExplainedHead(
        request.method(),
        request.path(),
        request.host(),
        call.tls() == Tls.SIMPLE ? "https" : "http",
        headers);
  }
}
