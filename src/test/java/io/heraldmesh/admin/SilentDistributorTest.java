package io.heraldmesh.admin;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.vertx.core.Future;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who asks while no control node distributes is told that, and that it passes. */
class SilentDistributorTest {

  /** A mesh that nobody answers for. */
  private record Silent(Exception why) implements MeshView {
    @Override
    public Future<MeshStatus> status() {
      return Future.failedFuture(why);
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
    return new MeshAnswers(new Silent(why));
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
}
