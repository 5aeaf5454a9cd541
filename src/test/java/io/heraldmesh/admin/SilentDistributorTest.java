package io.heraldmesh.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Iterator;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who asks while no control node distributes is told that, and that it passes. */
class SilentDistributorTest {

  /** A mesh that nobody answers for, but, when it is asked again, of its status. */
  private record Silent(Exception why, Iterator<Future<MeshStatus>> answers) implements MeshView {
    @Override
    public Future<MeshStatus> status() {
      return answers.hasNext() ? answers.next() : Future.failedFuture(why);
    }

    @Override
    public Future<ReportsPage> reports(@Nullable String after) {
      return Future.failedFuture(why);
    }

    @Override
    public Future<SharedKeySets> keySets() {
      return Future.failedFuture(why);
    }

    @Override
    public String problem() {
      return "";
    }

    @Override
    public Future<Void> registrationTaken(String node) {
      return Future.failedFuture(why);
    }
  }

  private static MeshAnswers silent(Exception why) {
    return silent(why, List.of());
  }

  private static MeshAnswers silent(Exception why, List<Future<MeshStatus>> answers) {
    return new MeshAnswers(new Silent(why, answers.iterator()));
  }

  @Test
  void thatNobodyDistributesIsSaidAndMayPass() {
    MeshAnswers mesh = silent(new BusException(BusFailure.UNREACHABLE, "no handlers"));

    assertThatThrownBy(mesh::status)
        .isInstanceOf(BusException.class)
        .hasMessageContaining("another takes over within seconds")
        .hasMessageContaining("no handlers")
        .asInstanceOf(InstanceOfAssertFactories.type(BusException.class))
        .returns(BusFailure.UNREACHABLE, BusException::failure);
    assertThatThrownBy(mesh::reports).hasMessageContaining("another takes over");
    assertThatThrownBy(mesh::keySets).hasMessageContaining("another takes over");
  }

  @Test
  void anAnswerThatWillNotGetBetterIsAFaultOfOurs() {
    assertThatThrownBy(() -> silent(new BusException(BusFailure.FORBIDDEN, "no")).status())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> silent(new IllegalArgumentException("odd")).status())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whoeverHangsIsNotWaitedForWhereAnotherOneLeadsByNow() throws Exception {
    MeshStatus now = new MeshStatus(null, null, List.of(), List.of(), List.of());
    Future<MeshStatus> hangs = Promise.<MeshStatus>promise().future();
    MeshAnswers mesh =
        silent(new Exception("asked too often"), List.of(hangs, Future.succeededFuture(now)));

    assertThat(mesh.status()).isSameAs(now);
  }

  @Test
  void aLateAnswerIsBetterThanALaterFailure() throws Exception {
    MeshStatus now = new MeshStatus(null, null, List.of(), List.of(), List.of());
    Promise<MeshStatus> late = Promise.promise();
    Promise<MeshStatus> asked = Promise.promise();
    MeshAnswers mesh =
        silent(new Exception("asked too often"), List.of(late.future(), asked.future()));
    Thread answering =
        Thread.ofVirtual()
            .start(
                () -> {
                  asked.fail(new BusException(BusFailure.UNREACHABLE, "no handlers"));
                  late.complete(now);
                });

    assertThat(mesh.status()).isSameAs(now);
    answering.join();
  }
}
