package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.MemoryOnceOnly;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.AdminResources.Action;
import io.heraldmesh.bus.AdminResources.ApplyAnswer;
import io.heraldmesh.bus.AdminResources.ApplyRequest;
import io.heraldmesh.bus.AdminResources.Change;
import io.heraldmesh.bus.AdminResources.File;
import io.heraldmesh.bus.AdminResources.Key;
import io.heraldmesh.bus.AdminResources.Outcome;
import io.heraldmesh.bus.AdminResources.Problem;
import io.heraldmesh.bus.AdminResources.Problems;
import io.heraldmesh.identity.HeraldRole;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever changes something is told what was changed, however much it is. */
class AdminAnswersTest {
  /** What is applied at once at most, each with the longest names. */
  private static final ApplyAnswer ALL =
      new ApplyAnswer(
          new Outcome.Applied(
              "1.123456",
              false,
              IntStream.range(0, 20_000).mapToObj(AdminAnswersTest::change).toList(),
              new Problems(
                  Collections.nCopies(
                      500,
                      new Problem(
                          "f".repeat(200),
                          10_000,
                          10,
                          "warning",
                          "HLD0107",
                          "spec.field",
                          "m".repeat(500),
                          "h".repeat(200))),
                  0)));

  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final Vertx vertx = Vertx.vertx();
  private final AdminService.Server server =
      (AdminService.Server)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {AdminService.Server.class},
              (proxy, method, arguments) -> Future.succeededFuture(ALL));

  private static Change change(int number) {
    return new Change(
        new Key(
            "networking.istio.io/DestinationRule",
            "n".repeat(63),
            "n".repeat(248) + "%05d".formatted(number)),
        Action.UNCHANGED,
        "1.123456");
  }

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  @Test
  void ofEverythingThatIsAppliedAtOnce() {
    Await.result(
        AdminService.serve(mesh.bus(vertx, HeraldRole.ADMIN, "c1"), new MemoryOnceOnly(), server));
    AdminService operator = AdminService.over(mesh.bus(vertx, HeraldRole.OPERATOR, "ann"));

    ApplyRequest request =
        new ApplyRequest(List.of(new File("a.yaml", "kind: Nothing")), List.of(), false);
    assertThat(Await.result(operator.apply(request))).isEqualTo(ALL);
  }

  @Test
  void whateverIsAsked() {
    assertThat(AdminOperations.of(server))
        .extracting(route -> route.operation().mostAnswerBytes())
        .containsOnly(AdminService.MOST_ANSWER_BYTES);
  }
}
