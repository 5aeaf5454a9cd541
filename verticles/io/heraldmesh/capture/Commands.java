package io.heraldmesh.capture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the system's own tools. Blocks; not for event loops. */
final class Commands {
  private static final long SECONDS = 20;
  private static final int CAP_NET_ADMIN = 12;

  private Commands() {}

  /**
   * What a command said.
   *
   * @param code its exit code; -1: there is no such command
   * @param text standard output and standard error
   */
  record Said(int code, String text) {
    boolean well() {
      return code == 0;
    }
  }

  static Said run(List<String> command) {
    return run(command, "");
  }

  /**
   * @param input for its standard input
   * @throws CaptureFailure when it does not end in 20 s
   */
  static Said run(List<String> command, String input) {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return new Said(-1, command.getFirst() + " is not there");
    }
    // Read beside the writing: neither side waits for the other's full pipe.
    CompletableFuture<String> said = CompletableFuture.supplyAsync(() -> read(process));
    try {
      try (var in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // It ended without reading; what it said tells why.
      }
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw new CaptureFailure(
            "\"" + String.join(" ", command) + "\" did not end in " + SECONDS + " s");
      }
      return new Said(process.exitValue(), said.join().strip());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CaptureFailure("interrupted while \"" + String.join(" ", command) + "\" ran");
    } finally {
      process.destroyForcibly();
    }
  }

  /** Whether this process has CAP_NET_ADMIN, as capabilities(7) numbers it. */
  static boolean mayChangeTheNetwork() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("CapEff:"))
          .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
          .anyMatch(capabilities -> (capabilities >> CAP_NET_ADMIN & 1) == 1);
    } catch (IOException | UncheckedIOException e) {
      throw new CaptureFailure("capture needs Linux, with /proc: " + e.getMessage());
    }
  }

  private static String read(Process process) {
    try (var out = process.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
