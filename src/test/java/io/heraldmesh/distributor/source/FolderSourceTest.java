package io.heraldmesh.distributor.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.distributor.source.FolderState.Bad;
import io.heraldmesh.distributor.source.FolderState.Good;
import io.heraldmesh.distributor.source.FolderState.Lost;
import io.heraldmesh.distributor.source.FolderState.Reason;
import io.heraldmesh.resource.problem.ProblemCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder is taken whole or not at all, and what was good is never replaced by a failure. */
class FolderSourceTest {
  @TempDir Path temp;
  private Path folder;
  private final LinkedBlockingQueue<FolderState> told = new LinkedBlockingQueue<>();
  private @Nullable FolderSource source;

  @BeforeEach
  void aFolderWithOnePolicy() throws IOException {
    folder = Files.createDirectory(temp.resolve("resources"));
    Files.writeString(folder.resolve("a.yaml"), policy("a"));
  }

  @AfterEach
  void close() {
    FolderSource opened = source;
    if (opened != null) {
      opened.close();
    }
  }

  @Test
  void theFirstStateIsReturnedAndNotTold() throws Exception {
    assertThat(names(start())).containsExactly("a");
    assertThat(told).isEmpty();
  }

  @Test
  void anEditIsInForceWithinASecond() throws Exception {
    start();
    long before = System.nanoTime();
    Files.writeString(folder.resolve("a.yaml"), policy("b"));
    assertThat(names(next())).containsExactly("b");
    assertThat(since(before)).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void aFileWrittenInTwoPartsIsNeverTakenHalf() throws Exception {
    start();
    String whole = policy("b") + "---\n" + policy("c");
    try (OutputStream out = Files.newOutputStream(folder.resolve("a.yaml"))) {
      // The first half is a legal file of its own; only its being written gives it away.
      out.write(policy("b").getBytes(StandardCharsets.UTF_8));
      out.flush();
      LockSupport.parkNanos(Duration.ofMillis(120).toNanos());
      out.write(whole.substring(policy("b").length()).getBytes(StandardCharsets.UTF_8));
    }
    assertThat(names(next())).containsExactly("b", "c");
    assertThat(told).isEmpty();
  }

  @Test
  void aNewFileWrittenInTwoPartsIsNeverTakenHalf() throws Exception {
    start();
    for (int i = 0; i < 5; i++) {
      Path file = folder.resolve("n" + i + ".yaml");
      String first = policy("n" + i);
      try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
        out.write(first.getBytes(StandardCharsets.UTF_8));
        out.flush();
        LockSupport.parkNanos(Duration.ofMillis(90).toNanos());
        out.write(("---\n" + policy("m" + i)).getBytes(StandardCharsets.UTF_8));
      }
      assertThat(names(next())).contains("n" + i, "m" + i).hasSize(1 + 2 * (i + 1));
    }
  }

  @Test
  void aFileRenamedIntoPlaceIsTakenAtOnce() throws Exception {
    start();
    Path outside = temp.resolve("new.yaml");
    Duration fastest = Duration.ofDays(1);
    for (int i = 0; i < 5; i++) {
      Files.writeString(outside, policy("r" + i));
      long before = System.nanoTime();
      Files.move(outside, folder.resolve("a.yaml"), StandardCopyOption.ATOMIC_MOVE);
      assertThat(names(next())).containsExactly("r" + i);
      fastest = fastest.compareTo(since(before)) < 0 ? fastest : since(before);
    }
    assertThat(fastest).isLessThan(FolderSource.QUIET);
  }

  @Test
  void everySwapOfAMountedConfigMapIsWhole() throws Exception {
    Files.delete(folder.resolve("a.yaml"));
    swap(0);
    Files.createSymbolicLink(folder.resolve("one.yaml"), Path.of("..data/one.yaml"));
    Files.createSymbolicLink(folder.resolve("two.yaml"), Path.of("..data/two.yaml"));
    assertThat(names(start())).containsExactly("one-0", "two-0");
    for (int i = 1; i <= 200; i++) {
      swap(i);
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
    FolderState last = next();
    assertWhole(last);
    while (!names(last).contains("one-200")) {
      last = next();
      assertWhole(last);
    }
  }

  @Test
  void aLinkSwapIsTakenAtOnce() throws Exception {
    Files.delete(folder.resolve("a.yaml"));
    swap(0);
    Files.createSymbolicLink(folder.resolve("one.yaml"), Path.of("..data/one.yaml"));
    Files.createSymbolicLink(folder.resolve("two.yaml"), Path.of("..data/two.yaml"));
    start();
    Duration fastest = Duration.ofDays(1);
    for (int i = 1; i <= 5; i++) {
      long before = System.nanoTime();
      swap(i);
      assertThat(names(next())).containsExactly("one-" + i, "two-" + i);
      fastest = fastest.compareTo(since(before)) < 0 ? fastest : since(before);
    }
    assertThat(fastest).isLessThan(FolderSource.QUIET);
  }

  @Test
  void oneOfSeveralFilesCanBeDeleted() throws Exception {
    Files.writeString(folder.resolve("b.yaml"), policy("b"));
    assertThat(names(start())).containsExactly("a", "b");
    Files.delete(folder.resolve("a.yaml"));
    assertThat(names(next())).containsExactly("b");
  }

  @Test
  void aFolderThatVanishesIsLostAndComesBack() throws Exception {
    start();
    Files.move(folder, temp.resolve("away"));
    assertThat(next())
        .isInstanceOfSatisfying(
            Lost.class, lost -> assertThat(lost.reason()).isEqualTo(Reason.VANISHED));
    Files.move(temp.resolve("away"), folder);
    assertThat(names(next())).containsExactly("a");
  }

  @Test
  void losingTheLastPolicyIsLostAndNotNoPolicies() throws Exception {
    start();
    Files.delete(folder.resolve("a.yaml"));
    assertThat(next())
        .isInstanceOfSatisfying(
            Lost.class,
            lost -> {
              assertThat(lost.reason()).isEqualTo(Reason.EMPTIED);
              assertThat(lost.problems().errors().getFirst().code())
                  .isEqualTo(ProblemCode.NO_POLICY);
            });
  }

  @Test
  void aFolderThatMayBeEmptyCanLoseItsLastPolicy() throws Exception {
    start(true, told::add);
    Files.delete(folder.resolve("a.yaml"));
    assertThat(names(next())).isEmpty();
  }

  @Test
  void aFileCutToNothingDoesNotWithdrawItsPolicies() throws Exception {
    Files.writeString(folder.resolve("b.yaml"), policy("b"));
    start();
    Files.writeString(folder.resolve("b.yaml"), "");
    assertThat(next().problems().errors())
        .singleElement()
        .satisfies(p -> assertThat(p.code()).isEqualTo(ProblemCode.FILE_EMPTIED));
    Files.writeString(folder.resolve("b.yaml"), policy("c"));
    assertThat(names(next())).containsExactly("a", "c");
  }

  @Test
  void somethingUnreadableIsLostEvenForRoot() throws Exception {
    start();
    // Permissions do not stop root; a link that leads nowhere stops everyone.
    Files.createSymbolicLink(folder.resolve("b.yaml"), temp.resolve("nowhere"));
    assertThat(next())
        .isInstanceOfSatisfying(
            Lost.class, lost -> assertThat(lost.reason()).isEqualTo(Reason.UNREADABLE));
    Files.delete(folder.resolve("b.yaml"));
    assertThat(names(next())).containsExactly("a");
  }

  @Test
  void aBrokenFileChangesNothingUntilItIsCorrected() throws Exception {
    start();
    Files.writeString(folder.resolve("a.yaml"), policy("a").replace("ALLOW", "alow"));
    assertThat(next())
        .isInstanceOfSatisfying(
            Bad.class,
            bad ->
                assertThat(bad.problems().errors().getFirst().at().field())
                    .isEqualTo("spec.action"));
    Files.writeString(folder.resolve("a.yaml"), policy("a"));
    assertThat(names(next())).containsExactly("a");
  }

  @Test
  void aBurstOfChangesEndsInTheLastOne() throws Exception {
    start();
    for (int i = 0; i < 100; i++) {
      Files.writeString(folder.resolve("a.yaml"), policy("p" + i));
      LockSupport.parkNanos(Duration.ofMillis(3).toNanos());
    }
    FolderState last = next();
    while (!names(last).equals(List.of("p99"))) {
      last = next();
    }
    assertThat(told.poll(500, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void anEditWithoutChangeOfContentIsReadAgainAndStaysGood() throws Exception {
    start();
    Files.writeString(folder.resolve("a.yaml"), policy("a"));
    assertThat(names(next())).containsExactly("a");
  }

  @Test
  void aMissingFolderAtStartIsNotNoPolicies() throws Exception {
    folder = temp.resolve("missing");
    assertThat(start())
        .isInstanceOfSatisfying(
            Lost.class, lost -> assertThat(lost.reason()).isEqualTo(Reason.VANISHED));
  }

  @Test
  void anEmptyFolderAtStartIsNotNoPolicies() throws Exception {
    Files.delete(folder.resolve("a.yaml"));
    assertThat(start())
        .isInstanceOfSatisfying(
            Lost.class, lost -> assertThat(lost.reason()).isEqualTo(Reason.EMPTIED));
  }

  @Test
  void problemsAtStartAreListed() throws Exception {
    Files.writeString(folder.resolve("a.yaml"), "spec\n");
    FolderState first = start();
    assertThat(first).isInstanceOf(Bad.class);
    assertThat(first.problems().hasErrors()).isTrue();
  }

  @Test
  void aListenerThatFailsIsToldTheNextStateAllTheSame() throws Exception {
    start(
        false,
        state -> {
          told.add(state);
          throw new IllegalStateException("a listener that fails");
        });
    Files.writeString(folder.resolve("a.yaml"), policy("b"));
    assertThat(names(next())).containsExactly("b");
    Files.writeString(folder.resolve("a.yaml"), policy("c"));
    assertThat(names(next())).containsExactly("c");
  }

  private FolderState start() throws InterruptedException {
    return start(false, told::add);
  }

  private FolderState start(boolean mayBeEmpty, Consumer<FolderState> listener)
      throws InterruptedException {
    FolderSource opened = new FolderSource(folder, mayBeEmpty, listener);
    source = opened;
    FolderState first = opened.start();
    assertThat(opened.state()).isSameAs(first);
    return first;
  }

  private FolderState next() throws InterruptedException {
    FolderState state = told.poll(10, TimeUnit.SECONDS);
    return Objects.requireNonNull(state, "no state was told within 10 s");
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private static List<String> names(FolderState state) {
    return switch (state) {
      case Good good -> good.resources().all().stream().map(r -> r.metadata().name()).toList();
      case Bad bad -> List.of(bad.problems().text());
      case Lost lost -> List.of(lost.reason() + ": " + lost.problems().text());
    };
  }

  private static void assertWhole(FolderState state) {
    List<String> names = names(state);
    assertThat(names).hasSize(2);
    assertThat(names.get(1)).isEqualTo(names.get(0).replace("one", "two"));
  }

  /** As the kubelet does: a new folder, filled, and then one rename of a link. */
  private void swap(int version) throws IOException {
    Path data = Files.createDirectory(folder.resolve("..v" + version));
    Files.writeString(data.resolve("one.yaml"), policy("one-" + version));
    Files.writeString(data.resolve("two.yaml"), policy("two-" + version));
    Path link = folder.resolve("..data_tmp");
    Files.createSymbolicLink(link, data.getFileName());
    Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String policy(String name) {
    return """
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: %s, namespace: shop}
    spec:
      action: ALLOW
      rules: [{}]
    """
        .formatted(name);
  }
}
