package io.heraldmesh.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What every part of a node says of itself, gathered. Parts register a check under a name; a check
 * is asked at every look and must be quick. Thread-safe.
 */
public final class Health {
  private final Map<String, Supplier<Condition>> checks = new ConcurrentHashMap<>();

  /**
   * How a part fares. {@code DEGRADED} still serves, on its last good state; {@code NOT_READY} does
   * not serve yet.
   */
  public enum State {
    READY,
    DEGRADED,
    NOT_READY
  }

  /**
   * @param detail for operators: what is wrong and what to do; mostly empty when ready; holds no
   *     secret
   */
  public record Condition(State state, String detail) {
    public static final Condition OK = new Condition(State.READY, "");

    /** Ready, with something that operators should know; as {@link #OK} when that is empty. */
    public static Condition noted(String detail) {
      return new Condition(State.READY, detail);
    }

    public static Condition degraded(String detail) {
      return new Condition(State.DEGRADED, detail);
    }

    public static Condition notReady(String detail) {
      return new Condition(State.NOT_READY, detail);
    }
  }

  /** Everything at one moment: the worst state and each part's condition, by name. */
  public record Report(State state, Map<String, Condition> parts) {

    /** The worst state, then one line for each part that has something to say. */
    public String text() {
      List<String> lines = new ArrayList<>();
      lines.add(state.name().toLowerCase(Locale.ROOT).replace('_', ' '));
      parts.forEach(
          (name, condition) -> {
            if (condition.state() != State.READY || !condition.detail().isEmpty()) {
              lines.add(name + ": " + condition.detail());
            }
          });
      return String.join("\n", lines) + "\n";
    }
  }

  /** Adds or replaces the check of one part. */
  public void register(String part, Supplier<Condition> check) {
    checks.put(part, check);
  }

  /** Asks every part. A check that throws counts as not ready. */
  public Report report() {
    Map<String, Condition> parts = new TreeMap<>();
    State worst = State.READY;
    for (Map.Entry<String, Supplier<Condition>> check : checks.entrySet()) {
      Condition condition = ask(check.getValue());
      parts.put(check.getKey(), condition);
      if (condition.state().compareTo(worst) > 0) {
        worst = condition.state();
      }
    }
    return new Report(worst, parts);
  }

  private static Condition ask(Supplier<Condition> check) {
    try {
      return check.get();
    } catch (RuntimeException e) {
      return Condition.notReady("check failed: " + e.getClass().getSimpleName());
    }
  }
}
