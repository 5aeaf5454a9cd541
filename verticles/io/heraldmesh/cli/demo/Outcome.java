package io.heraldmesh.cli.demo;

/**
 * What came of a request: the answer as it was on the wire, and what the service's own record
 * shows.
 *
 * @param status HTTP status; 0: the connection was closed without an answer
 * @param said what tells refusals of one status apart: the body of a refusal, empty for a success
 * @param seen whom the service saw calling, or {@link #NOT_REACHED}
 */
record Outcome(int status, String said, String seen) {
  static final String NOT_REACHED = "not reached";

  static Outcome refused(int status, String body) {
    return new Outcome(status, body, NOT_REACHED);
  }

  static Outcome closed() {
    return new Outcome(0, "", NOT_REACHED);
  }

  static Outcome passed(String seen) {
    return new Outcome(200, "", seen);
  }

  @Override
  public String toString() {
    String answer = status == 0 ? "closed" : String.valueOf(status);
    String words = said.isEmpty() ? "" : " \"" + said + "\"";
    return answer + words + (seen.equals(NOT_REACHED) ? ", " + seen : ", service saw " + seen);
  }
}
