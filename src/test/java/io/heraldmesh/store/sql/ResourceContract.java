package io.heraldmesh.store.sql;

import static io.heraldmesh.store.sql.TestRows.ANN;
import static io.heraldmesh.store.sql.TestRows.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.heraldmesh.store.ApplyResult;
import io.heraldmesh.store.ApplyResult.Applied;
import io.heraldmesh.store.ApplyResult.Conflict;
import io.heraldmesh.store.ApplyResult.Conflicted;
import io.heraldmesh.store.ResourceChange;
import io.heraldmesh.store.ResourceChange.Expected;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoredResource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Resources, their versions and their history, whatever database is under them. */
abstract class ResourceContract extends StoreFixture {
  private static final ResourceKey A = new ResourceKey("v/Kind", "ns", "a");
  private static final ResourceKey B = new ResourceKey("v/Kind", "ns", "b");

  @Test
  void aResourceIsWrittenReadAndDeleted() {
    assertThat(apply(write(A, "1", new Expected.Absent()))).isEqualTo(applied(1, A));
    assertThat(store.resources().get(A))
        .contains(new StoredResource(A, new Revision(1, 1), "1", ANN, NOW));
    assertThat(apply(write(A, "2", new Expected.At(new Revision(1, 1))))).isEqualTo(applied(2, A));
    assertThat(apply(delete(A, new Expected.At(new Revision(1, 2))))).isEqualTo(applied(3, A));
    assertThat(store.resources().get(A)).isEmpty();
    assertThat(store.resources().all().resources()).isEmpty();
    assertThat(store.resources().all().revision()).isEqualTo(new Revision(1, 3));
    reopen();
    assertThat(store.resources().history(A, 10))
        .extracting(StoredResource::content)
        .containsExactly(null, "2", "1");
    assertThat(store.resources().history(A, 1)).hasSize(1);
    assertThat(store.resources().history(B, 10)).isEmpty();
  }

  @Test
  void whoeverExpectsSomethingElseIsToldWhatIsThere() {
    apply(write(A, "1", new Expected.Absent()));
    Revision one = new Revision(1, 1);
    assertThat(apply(write(A, "2", new Expected.Absent()))).isEqualTo(conflict(A, one));
    assertThat(apply(write(A, "2", new Expected.At(new Revision(1, 0)))))
        .isEqualTo(conflict(A, one));
    assertThat(apply(delete(A, new Expected.At(new Revision(2, 1))))).isEqualTo(conflict(A, one));
    assertThat(apply(write(B, "2", new Expected.At(one)))).isEqualTo(conflict(B, null));
    assertThat(store.revisions().current()).isEqualTo(one);
  }

  @Test
  void changesAreMadeTogetherOrNotAtAll() {
    apply(write(A, "1", new Expected.Absent()));
    assertThat(apply(write(B, "1", new Expected.Absent()), write(A, "2", new Expected.Absent())))
        .isEqualTo(conflict(A, new Revision(1, 1)));
    assertThat(store.resources().get(B)).isEmpty();
    assertThat(apply(write(B, "1", new Expected.Absent()), write(A, "2", new Expected.Any())))
        .isEqualTo(new Applied(new Revision(1, 2), List.of(B, A)));
    assertThat(store.resources().all().resources())
        .extracting(StoredResource::key)
        .containsExactly(A, B);
  }

  @Test
  void whatIsThereAlreadyIsNoChange() {
    apply(write(A, "1", new Expected.Any()));
    assertThat(apply(write(A, "1", new Expected.Any()), delete(B, new Expected.Any())))
        .isEqualTo(new Applied(new Revision(1, 1), List.of()));
    assertThat(store.resources().history(A, 10)).hasSize(1);
    assertThat(apply()).isEqualTo(new Applied(new Revision(1, 1), List.of()));
  }

  @Test
  void theNewestChangeIsKnownAlsoOfWhatIsGone() {
    assertNewest(new Revision(0, 0));
    apply(write(A, "1", absent()));
    assertNewest(new Revision(1, 1));
    store.revisions().next();
    assertNewest(new Revision(1, 1));
    apply(write(B, "1", absent()));
    apply(delete(B, new Expected.Any()));
    assertNewest(new Revision(1, 4));
    reopen();
    assertNewest(new Revision(1, 4));
    store.revisions().newEpoch();
    apply(delete(A, new Expected.Any()));
    assertNewest(new Revision(2, 1));
  }

  private void assertNewest(Revision revision) {
    assertThat(store.resources().newest()).isEqualTo(revision);
    assertThat(store.resources().all().newest()).isEqualTo(revision);
  }

  @Test
  void aDryRunSaysWhatWouldBeAndChangesNothing() {
    apply(write(A, "1", new Expected.Any()));
    Revision one = new Revision(1, 1);
    assertThat(
            store
                .resources()
                .dryRun(List.of(write(A, "2", new Expected.At(one)), write(B, "1", absent()))))
        .isEqualTo(new Applied(one, List.of(A, B)));
    assertThat(store.resources().dryRun(List.of(write(A, "2", absent()))))
        .isEqualTo(conflict(A, one));
    assertThat(store.resources().get(A).orElseThrow().content()).isEqualTo("1");
    assertThat(store.resources().get(B)).isEmpty();
    assertThat(store.revisions().current()).isEqualTo(one);
  }

  @Test
  void oneResourceIsNotNamedTwice() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> apply(write(A, "1", absent()), delete(A, absent())))
        .withMessageContaining("named twice");
  }

  @Test
  void everyTextComesBackAsItWasGiven() {
    String text = "'\"\\ %_\r\n\t é 漢字 \uD83D\uDE00 \u202E ; DROP TABLE resource; --";
    ResourceKey odd = new ResourceKey("k'", "n\"s", "é 漢");
    apply(write(odd, text, absent()));
    reopen();
    assertThat(store.resources().get(odd).orElseThrow().content()).isEqualTo(text);
    assertThatIllegalArgumentException().isThrownBy(() -> write(A, "a\0b", absent()));
    assertThatIllegalArgumentException().isThrownBy(() -> write(A, "\uD83D", absent()));
    assertThatIllegalArgumentException().isThrownBy(() -> new ResourceKey("k", "n", ""));
  }

  @Test
  void ofManyWhoComparedAndSetAtOnceOneWinsEachTime() throws Exception {
    apply(write(A, "0", absent()));
    List<Store> stores = several(2);
    List<Callable<Integer>> work = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      Store mine = stores.get(t % stores.size());
      work.add(
          () -> {
            int won = 0;
            while (won < 10) {
              StoredResource there = mine.resources().get(A).orElseThrow();
              String next = Integer.toString(Integer.parseInt(there.content()) + 1);
              ApplyResult result =
                  mine.resources()
                      .apply(List.of(write(A, next, new Expected.At(there.revision()))), ANN, NOW);
              won += result instanceof Applied ? 1 : 0;
            }
            return won;
          });
    }
    inParallel(work);
    assertThat(store.resources().get(A).orElseThrow().content()).isEqualTo("80");
    assertThat(store.resources().history(A, 1000))
        .extracting(r -> r.revision().number())
        .hasSize(81)
        .doesNotHaveDuplicates();
    closeOthers(stores);
  }

  private ApplyResult apply(ResourceChange... changes) {
    return store.resources().apply(List.of(changes), ANN, NOW);
  }

  private static Expected absent() {
    return new Expected.Absent();
  }

  private static ResourceChange write(ResourceKey key, String content, Expected expected) {
    return new ResourceChange(key, content, expected);
  }

  private static ResourceChange delete(ResourceKey key, Expected expected) {
    return new ResourceChange(key, null, expected);
  }

  private static Applied applied(long revision, ResourceKey key) {
    return new Applied(new Revision(1, revision), List.of(key));
  }

  private static Conflicted conflict(ResourceKey key, @Nullable Revision found) {
    return new Conflicted(List.of(new Conflict(key, found)));
  }
}
