package io.heraldmesh.conformance.attacks;

import io.heraldmesh.conformance.Outcome;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Files that are too large or too strange to stand in the data. */
final class GeneratedYaml {
  private static final String POLICY =
      """
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata: {name: p%d, namespace: a}
      spec: {}
      """;

  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "file deleted while running",
          "needs a running node; FolderSourceTest drives it",
          "file truncated in the middle of a write, whole 1 s later",
          "needs a running node; FolderSourceTest drives it",
          "directory symlink swapped (k8s style) 1000 times",
          "needs a running node; FolderSourceTest drives it",
          "CA key file mode 0644",
          "about a key file, not YAML; AuthorityStoreTest drives it");

  private GeneratedYaml() {}

  /** Makes {@code file} as {@code words} say, or gives the outcome at once. */
  static @Nullable Outcome write(String words, Path file) throws IOException {
    switch (words) {
      case "valid policy + 64 MiB of comments" -> comments(file);
      case "10 000 policies in one file" -> policies(file, 10_000);
      case "the config file is /dev/zero" -> {
        Path zero = Path.of("/dev/zero");
        if (!Files.exists(zero)) {
          return Outcome.skipped("there is no /dev/zero here");
        }
        Files.createSymbolicLink(file, zero);
      }
      case "mode 000" -> {
        Files.writeString(file, POLICY.formatted(0));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        if (Files.isReadable(file)) {
          return Outcome.skipped("this user may read every file (root)");
        }
      }
      default -> {
        String elsewhere = ELSEWHERE.get(words);
        return elsewhere == null
            ? Outcome.notUnderstood("gen " + words)
            : Outcome.skipped(elsewhere);
      }
    }
    return null;
  }

  private static void comments(Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write(POLICY.formatted(0));
      String line = "#" + "x".repeat(1022) + "\n";
      for (int i = 0; i < 64 * 1024; i++) {
        out.write(line);
      }
    }
  }

  private static void policies(Path file, int count) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < count; i++) {
        out.write("---\n" + POLICY.formatted(i));
      }
    }
  }
}
