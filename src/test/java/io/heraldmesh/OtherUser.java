package io.heraldmesh;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A second user of this machine, who has nothing to do with any workload. */
public final class OtherUser {
  /** Nobody, on every Linux. */
  public static final int UID = 65534;

  private OtherUser() {}

  /** Skips the test where no other user can be played: it takes root. */
  public static void assumeThere() throws IOException {
    assumeTrue(
        Files.exists(Path.of("/usr/bin/setpriv")) && myUid() == 0,
        "needs root and setpriv to play a second user");
  }

  /** The uid of this process. */
  public static int myUid() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  /** What the user gets who connects to {@code address} and sends {@code bytes}. */
  public static String sends(InetSocketAddress address, String bytes) throws Exception {
    return sends(UID, address, bytes);
  }

  /** The same of any other user. */
  public static String sends(long uid, InetSocketAddress address, String bytes) throws Exception {
    Process process =
        new ProcessBuilder(
                "/usr/bin/setpriv",
                "--reuid=" + uid,
                "--regid=" + uid,
                "--clear-groups",
                "bash",
                "-c",
                "exec 3<>/dev/tcp/"
                    + address.getAddress().getHostAddress()
                    + "/"
                    + address.getPort()
                    + " && cat >&3 && timeout 10 cat <&3")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var in = process.getOutputStream()) {
      in.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      // it was refused before it had said all
    }
    String got = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    process.waitFor(20, TimeUnit.SECONDS);
    return got;
  }
}
