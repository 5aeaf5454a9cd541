package io.heraldmesh.policy;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One decision on a request by the number of rules and by what they name, and how long it takes to
 * compile so many.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class AuthorizationBenchmark {
  /** As many rules as a resource may have. */
  private static final int RULES_OF_A_POLICY = 512;

  @Param({"10", "100", "1000", "10000"})
  public int rules;

  @Param({"host", "path", "principal", "mixed"})
  public String by;

  private final Connection caller =
      Policies.connection("mesh.test/ns/a/sa/caller", "10.1.2.3", "203.0.113.7", null);
  private final Requests request =
      Requests.get("/shop/cart/items/7?sort=price").host("svc.shop.test:8080");
  private WorkloadPolicy matchingPolicy;
  private Enforcement allowed;
  private Enforcement denied;
  private Enforcement unmatchedAllow;
  private Enforcement unmatchedDeny;
  private CompiledRule[] inOrder;
  private Peer peer;
  private Target target;

  @Setup
  public void compile() {
    matchingPolicy = workload(Action.ALLOW, true);
    allowed = enforcement(matchingPolicy);
    denied = enforcement(workload(Action.DENY, true));
    unmatchedAllow = enforcement(workload(Action.ALLOW, false));
    unmatchedDeny = enforcement(workload(Action.DENY, false));
    inOrder =
        matchingPolicy.authorization().stream()
            .flatMap(
                policy ->
                    IntStream.range(0, policy.rules().size())
                        .mapToObj(i -> new CompiledRule(policy, i)))
            .toArray(CompiledRule[]::new);
    SpiffeId id = Objects.requireNonNull(caller.peer());
    peer = Peer.of(id, id.workload().orElseThrow());
    target = Objects.requireNonNull(Target.of(request.target(), PathNormalization.BASE));
  }

  /** The last ALLOW rule matches. */
  @Benchmark
  public Decision allowed() {
    return Policies.decide(allowed, caller, request);
  }

  /** The last DENY rule matches. */
  @Benchmark
  public Decision denied() {
    return Policies.decide(denied, caller, request);
  }

  /** No ALLOW rule matches: denied, with the nearest rule. */
  @Benchmark
  public Decision deniedAsNoneMatched() {
    return Policies.decide(unmatchedAllow, caller, request);
  }

  /** No DENY rule matches: allowed. */
  @Benchmark
  public Decision allowedAsNoneMatched() {
    return Policies.decide(unmatchedDeny, caller, request);
  }

  /** The last ALLOW rule matches, and every rule before it is tried: what the index saves. */
  @Benchmark
  public Reason allowedWithoutIndex() {
    Facts facts = Facts.ofRequest(caller, peer, request, target, TokenChanges.NONE);
    for (CompiledRule rule : inOrder) {
      Reason reason = rule.match(facts);
      if (reason != null) {
        return reason;
      }
    }
    throw new IllegalStateException("the last one matches");
  }

  /** From plain data to what decides. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public Enforcement compiled() {
    return enforcement(matchingPolicy);
  }

  private static Enforcement enforcement(WorkloadPolicy policy) {
    return new Enforcement(policy, io.heraldmesh.crypto.Crypto.jdk());
  }

  private WorkloadPolicy workload(Action action, boolean matching) {
    List<AuthorizationPolicy> policies = new ArrayList<>();
    for (int start = 0; start < rules; start += RULES_OF_A_POLICY) {
      List<Rule> part = new ArrayList<>();
      for (int i = start; i < Math.min(rules, start + RULES_OF_A_POLICY); i++) {
        part.add(rule(i, matching && i == rules - 1));
      }
      policies.add(Policies.policy(action, "p" + start, part.toArray(Rule[]::new)));
    }
    return Policies.workload(MtlsMode.PERMISSIVE, policies.toArray(AuthorizationPolicy[]::new));
  }

  private Rule rule(int i, boolean matching) {
    return switch (by) {
      case "host" -> host(i, matching);
      case "path" -> path(i, matching);
      case "principal" -> principal(i, matching);
      default ->
          switch (i % 3) {
            case 0 -> host(i, matching);
            case 1 -> path(i, matching);
            default -> principal(i, matching);
          };
    };
  }

  private static Rule host(int i, boolean matching) {
    String name = matching ? "svc.shop.test" : "svc" + i + ".shop.test";
    return Policies.rule(Policies.hosts(Policies.anyOf(name)));
  }

  private static Rule path(int i, boolean matching) {
    String prefix = matching ? "/shop/cart/*" : "/shop/cart" + i + "/*";
    return Policies.rule(Policies.paths(Policies.anyOf(prefix)));
  }

  /** With a method, as rules that name callers mostly have. */
  private static Rule principal(int i, boolean matching) {
    String account = "mesh.test/ns/a/sa/caller" + (matching ? "" : i);
    return new Rule(
        List.of(Policies.principals(Policies.anyOf(account))),
        List.of(Policies.methods(Policies.anyOf("GET", "HEAD"))),
        List.of());
  }
}
