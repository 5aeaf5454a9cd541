package io.heraldmesh.node;

import io.heraldmesh.proxy.capture.RunAs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether Herald runs as the user that {@code spec.capture} names. The calls of any other user are
 * captured, so that the proxy would call itself without end.
 */
final class OwnUser {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String UIDS = "Uid:";

  private OwnUser() {}

  /**
   * Looks at this process; there is nothing to say where no call of a workload is captured.
   *
   * @throws StartFailure when it is another user's; the message names both
   */
  static void check(NodeConfig config) {
    RunAs named = config.capture().user();
    boolean captures = config.workloads().stream().anyMatch(w -> w.capture() != null);
    if (named == null || !captures || !config.roles().contains(Role.PROXY)) {
      return;
    }
    String refusal = refusal(named, status());
    if (refusal != null) {
      throw StartFailure.cannotStart(refusal);
    }
  }

  /**
   * Why a process must not be the proxy; null: it may, or its user is not told.
   *
   * @param status as proc_pid_status(5) describes it
   */
  static @Nullable String refusal(RunAs named, String status) {
    return status
        .lines()
        .filter(line -> line.startsWith(UIDS))
        .map(OwnUser::effective)
        .filter(uid -> uid != named.uid())
        .map(
            uid ->
                "Herald runs as uid "
                    + uid
                    + ", but spec.capture.user is "
                    + named
                    + ": its own calls would be captured again, without end; start it as that user,"
                    + " or name the one that it runs as and install the capture anew")
        .findFirst()
        .orElse(null);
  }

  /** The second of real, effective, saved and that for files. */
  private static long effective(String line) {
    return Long.parseLong(line.substring(UIDS.length()).strip().split("\\s+", -1)[1]);
  }

  /** Empty where there is no Linux, which alone captures. */
  private static String status() {
    try {
      return Files.readString(STATUS);
    } catch (IOException e) {
      return "";
    }
  }
}
