package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code security.istio.io AuthorizationPolicy}.
 *
 * @param action ALLOW when not written
 * @param provider {@code provider.name}; not null exactly when the action is CUSTOM
 * @param dryRun annotation {@code istio.io/dry-run: "true"}
 * @param rules empty: the policy never matches, so ALLOW denies everything
 */
public record AuthorizationPolicy(
    Metadata metadata,
    Selector selector,
    List<TargetRef> targetRefs,
    Located<Action> action,
    @Nullable Located<String> provider,
    boolean dryRun,
    List<Rule> rules)
    implements Resource {

  public AuthorizationPolicy {
    targetRefs = List.copyOf(targetRefs);
    rules = List.copyOf(rules);
  }

  /** {@code spec.action}. */
  public enum Action {
    ALLOW,
    DENY,
    AUDIT,
    CUSTOM
  }

  /**
   * {@code rules[]}: one of {@code from}, one of {@code to} and all of {@code when} must match; an
   * empty list always does.
   */
  public record Rule(Position at, List<Source> from, List<Operation> to, List<Condition> when) {
    public Rule {
      from = List.copyOf(from);
      to = List.copyOf(to);
      when = List.copyOf(when);
    }
  }

  /** {@code from[].source}: all of the written fields must match. */
  public record Source(
      Position at,
      Values principals,
      Values requestPrincipals,
      Values namespaces,
      Values serviceAccounts,
      Values trustDomains,
      Values ipBlocks,
      Values remoteIpBlocks) {}

  /** {@code to[].operation}: all of the written fields must match. */
  public record Operation(Position at, Values hosts, Values ports, Values methods, Values paths) {}

  /**
   * {@code when[]}.
   *
   * @param key as written
   * @param arguments the texts in brackets behind the attribute: a header name, the path of a claim
   */
  public record Condition(
      Position at,
      Located<String> key,
      Attribute attribute,
      List<String> arguments,
      Values values) {
    public Condition {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * A field and its {@code not…} twin. Both written: both must hold.
   *
   * @param in one of them must match; empty: not asked
   * @param notIn none of them may match; empty: not asked
   */
  public record Values(List<Located<String>> in, List<Located<String>> notIn) {
    public static final Values NONE = new Values(List.of(), List.of());

    public Values {
      in = List.copyOf(in);
      notIn = List.copyOf(notIn);
    }

    public boolean isEmpty() {
      return in.isEmpty() && notIn.isEmpty();
    }
  }
}
