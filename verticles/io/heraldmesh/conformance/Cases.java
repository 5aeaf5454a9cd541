package io.heraldmesh.conformance;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/** Collects what a corpus says of its cases. Used by one thread. */
public final class Cases {
  private final String file;
  private final Exceptions exceptions;
  private final List<CaseResult> results = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();

  Cases(String file, Exceptions exceptions) {
    this.file = file;
    this.exceptions = exceptions;
  }

  /**
   * Judges one case; whatever {@code judge} throws is a failure of this case alone.
   *
   * @param control it must be accepted for the run to mean anything
   */
  public void judge(String id, String kind, boolean control, Callable<Outcome> judge) {
    Outcome outcome;
    try {
      outcome = judge.call();
    } catch (Exception | StackOverflowError e) {
      outcome = Outcome.wrong("threw " + e);
    }
    String unique = id;
    for (int i = 2; !ids.add(unique); i++) {
      unique = id + " #" + i;
    }
    results.add(result(unique, kind, control, outcome));
  }

  private CaseResult result(String id, String kind, boolean control, Outcome outcome) {
    boolean listed = exceptions.reason(file, id, kind) != null;
    return switch (outcome) {
      case Outcome.AsExpected() -> {
        if (listed) {
          exceptions.sawPass(file, id, kind);
        }
        yield new CaseResult(id, kind, control, Verdict.PASSED, "");
      }
      case Outcome.Differs(String detail, boolean stricter) -> {
        String reason = exceptions.reason(file, id, kind);
        if (reason != null && stricter && !kind.equals("control")) {
          exceptions.sawDifference(file, id, kind);
          yield new CaseResult(
              id, kind, control, Verdict.STRICTER, reason + " [" + detail.strip() + "]");
        }
        yield new CaseResult(id, kind, control, Verdict.FAILED, detail);
      }
      case Outcome.Skipped(String reason) ->
          new CaseResult(id, kind, control, Verdict.SKIPPED, reason);
      case Outcome.NotUnderstood(String what) ->
          new CaseResult(id, kind, control, Verdict.FAILED, "not understood: " + what);
    };
  }

  List<CaseResult> results() {
    return results;
  }
}
