package io.heraldmesh.distributor.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.distributor.Distribution;
import io.heraldmesh.distributor.source.AcceptedResources.Accepted;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.vertx.core.Future;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A change is checked whether or not somebody distributes just now. */
class WholeCheckTest {
  private static final Problems WARNING =
      new Problems(
          List.of(
              new Problem(
                  Position.startOf("other.yaml"), ProblemCode.NO_KEYS, "there are no keys")));

  private final Store store = SqliteStore.inMemory();
  private final ChangeSet nothing =
      new ChangeSet(List.of(), List.of(), Problems.NONE, Set.of("policy.yaml"));

  @AfterEach
  void close() {
    store.close();
  }

  /** What the check is told of the mesh. */
  private record Told(Future<MeshStatus> status, Problems found) implements Distribution {
    @Override
    public Future<Revision> apply(Resources resources, @Nullable String stored) {
      return Future.failedFuture("is only checked");
    }

    @Override
    public Future<Problems> check(Resources resources) {
      return Future.succeededFuture(found);
    }

    @Override
    public Future<Void> reject(String problem) {
      return Future.failedFuture("is only checked");
    }
  }

  private Problems check(Future<MeshStatus> status) {
    return check(status, WARNING);
  }

  private Problems check(Future<MeshStatus> status, Problems found) {
    return new WholeCheck(
            () -> Resources.NONE,
            new Told(status, found),
            new TrustDomain("mesh.test"),
            store.audit())
        .of(Accepted.NONE, nothing);
  }

  @Test
  void withSomebodyWhoDistributes() {
    assertThat(
            check(Future.succeededFuture(new MeshStatus(null, null, List.of(), List.of())))
                .hasErrors())
        .isFalse();
  }

  @Test
  void whileOneControlNodeTakesOverFromAnother() {
    assertThat(
            check(Future.failedFuture(new BusException(BusFailure.UNREACHABLE, "nobody")))
                .hasErrors())
        .isFalse();
  }

  @Test
  void butNotWhereTheAnswerWillNotChange() {
    assertThat(
            check(Future.failedFuture(new BusException(BusFailure.FORBIDDEN, "not you")))
                .hasErrors())
        .isTrue();
  }

  /** To find nothing is all that a flood of good changes costs. */
  @Test
  void nobodyIsAskedWhereTheCompilerFindsNothing() {
    assertThat(
            check(Future.failedFuture(new BusException(BusFailure.FORBIDDEN, "x")), Problems.NONE)
                .hasErrors())
        .isFalse();
  }
}
