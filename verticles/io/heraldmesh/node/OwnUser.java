package io.heraldmesh.node;

import io.heraldmesh.proxy.capture.RunAs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether Herald runs as the user that {@code spec.capture} names. The calls of any other user are
 * captured, so that the proxy would call itself without end, and none of them reaches a service
 * from the proxy's address. In a user namespace the rules may mean another uid than this process
 * sees, so that nothing can be told there.
 */
final class OwnUser {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path UID_MAP = Path.of("/proc/self/uid_map");
  private static final String UIDS = "Uid:";

  /** Every uid is what it is to the kernel (user_namespaces(7)). */
  private static final Pattern IDENTITY = Pattern.compile("\\s*0\\s+0\\s+4294967295\\s*");

  private OwnUser() {}

  /**
   * Looks at this process; there is nothing to say where no call is captured.
   *
   * @throws StartFailure when it is another user's; the message names both
   */
  static void check(NodeConfig config) {
    RunAs named = config.capture().user();
    boolean captures =
        config.capture().inbound() != null
            || config.workloads().stream().anyMatch(w -> w.capture() != null);
    if (named == null || !captures || !config.roles().contains(Role.PROXY)) {
      return;
    }
    String refusal = refusal(named, read(STATUS), read(UID_MAP));
    if (refusal != null) {
      throw StartFailure.cannotStart(refusal);
    }
  }

  /**
   * Why a process must not be the proxy; null: it may, or its user is not told.
   *
   * @param status as proc_pid_status(5) describes it
   * @param uidMap as user_namespaces(7) describes it; blank where the kernel knows none
   */
  static @Nullable String refusal(RunAs named, String status, String uidMap) {
    if (!uidMap.isBlank() && !IDENTITY.matcher(uidMap).matches()) {
      return null;
    }
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
                    + ": its own calls would be captured again, without end, and those to its"
                    + " services refused; start it as that user,"
                    + " or name in spec.capture.user the one that it runs as, also where"
                    + " \"herald capture install\" was given --proxy-uid, and install anew")
        .findFirst()
        .orElse(null);
  }

  /** The second of real, effective, saved and that for files. */
  private static long effective(String line) {
    return Long.parseLong(line.substring(UIDS.length()).strip().split("\\s+", -1)[1]);
  }

  /** Empty where there is no such file: without Linux, which alone captures, or namespaces. */
  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
