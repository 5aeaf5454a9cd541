package io.heraldmesh.resource.problem;

/**
 * One thing that is wrong.
 *
 * @param at where
 * @param message what is wrong, without a full stop; what it quotes of the user's text can neither
 *     end the line nor turn its direction
 * @param hint what to do about it
 */
public record Problem(Position at, ProblemCode code, String message, String hint) {

  public Problem {
    message = Shown.harmless(message);
  }

  /** A problem whose hint is the general remedy of its code. */
  public Problem(Position at, ProblemCode code, String message) {
    this(at, code, message, code.remedy());
  }

  public Level level() {
    return code.level();
  }

  /** {@code file:line:column: error HLD0107 field.path: what is wrong; what to do}. */
  public String text() {
    return Shown.harmless(at.file())
        + ":"
        + at.line()
        + ":"
        + at.column()
        + ": "
        + level().word()
        + " "
        + code.id()
        + (at.field().isEmpty() ? "" : " " + at.field())
        + ": "
        + message
        + "; "
        + hint;
  }

  @Override
  public String toString() {
    return text();
  }
}
