package io.heraldmesh.proxy.capture;

import io.heraldmesh.policy.Reason;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whether the process at the other end of a connection runs as a workload's user, without which it
 * must not speak as that workload. Thread-safe.
 */
@FunctionalInterface
public interface CallerCheck {
  /** Whoever reaches the listener is the workload. */
  CallerCheck ANYBODY = (client, dialled) -> null;

  /** The socket that it came from is not open, or is none of this machine's. */
  String UNKNOWN = "caller_unknown";

  /** It is another user's. */
  String NOT_RUN_AS = "caller_not_run_as";

  /**
   * Why a client must not speak as the workload; null: it may. Does not block.
   *
   * @param client the address that it comes from
   * @param dialled where it was going, as it sees it
   */
  @Nullable Reason refusal(InetSocketAddress client, InetSocketAddress dialled);

  /** Only processes of {@code expected}. */
  static CallerCheck of(SocketOwner owner, RunAs expected) {
    return (client, dialled) -> {
      long uid = owner.of(client, dialled);
      if (uid == expected.uid()) {
        return null;
      }
      return uid == SocketOwner.NOBODY
          ? new Reason(
              UNKNOWN,
              "no open socket of this machine is the caller's, so that it may be anybody; the"
                  + " workload runs as "
                  + expected)
          : new Reason(
              NOT_RUN_AS, "the caller runs as uid " + uid + ", the workload as " + expected);
    };
  }
}
