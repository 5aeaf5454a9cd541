package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.Await;
import io.heraldmesh.bus.AdminCertificates.Registration;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.policy.Protocol;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code herald token create --address} against a control node that runs. */
@Timeout(180)
class AdvertisedNodeTest {
  @TempDir Path folder;
  private JoiningMesh mesh;
  private long sequence;

  @BeforeEach
  void aControlNode() throws IOException {
    mesh = JoiningMesh.byTokens(folder);
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  @Test
  void aNodeIsReachedAtTheAddressesOfItsTokenUntilItIsDeleted() {
    joined("n1", "--workload", "shop/web", "--address", "192.0.2.0/24,web.example", "2001:DB8::9");
    joined("n2", "--workload", "shop/web");
    assertThat(mesh.registrations())
        .extracting(Registration::node, Registration::addresses)
        .containsExactly(
            tuple("n1", List.of("192.0.2.0/24", "2001:db8::9", "web.example")),
            tuple("n2", List.of()));
    try (AttachedNode one = AttachedNode.attach(mesh.state("n1"), mesh.control());
        AttachedNode two = AttachedNode.attach(mesh.state("n2"), mesh.control())) {
      Await.result(announced(one, "192.0.2.9"));
      Await.result(announced(one, "web.example"));
      Await.result(announced(one, "2001:db8::9"));
      assertRefused(announced(two, "192.0.2.9"));
    }

    assertThat(mesh.admin("delete", "node", "n1").code()).isZero();
    assertThat(mesh.registrations()).extracting(Registration::node).containsExactly("n2");
  }

  @Test
  void aNodeThatIsThereAlreadyGetsAnAddressByAnotherToken() {
    joined("n1", "--workload", "shop/web");
    try (AttachedNode before = AttachedNode.attach(mesh.state("n1"), mesh.control())) {
      assertRefused(announced(before, "192.0.2.9"));
    }

    joined("n1", "--address", "192.0.2.9");
    try (AttachedNode again = AttachedNode.attach(mesh.state("n1"), mesh.control())) {
      Await.result(announced(again, "192.0.2.9"));
    }
    assertThat(mesh.audited()).anyMatch(row -> row.contains("tokens.create node n1 done"));
    assertThat(mesh.registrations()).extracting(Registration::workload).containsExactly("shop/web");
  }

  @Test
  void theListShowsWhatATokenGives() {
    CommandRun made = mesh.create("n1", "--address", "Web.Example", "-o", "json");
    assertThat(made.answers().getFirst().get("addresses").toString())
        .isEqualTo("[\"Web.Example\"]");
    JsonNode listed = mesh.admin("token", "list", "-o", "json").answers().getFirst();
    assertThat(listed.get("tokens").get(0).get("addresses").toString())
        .isEqualTo("[\"web.example\"]");
    assertThat(mesh.admin("token", "list").out()).contains("ADDRESSES").contains("web.example");
    assertThat(mesh.audited()).anyMatch(row -> row.contains(" at web.example"));
  }

  @Test
  void whatIsNoAddressIsToldAtOnce() {
    for (String wrong : List.of("10.0.0.300", "10.0.0.9:80", "a b", "*.example")) {
      CommandRun run = mesh.create("n1", "--address", wrong);
      assertThat(run.code()).as(wrong).isEqualTo(2);
      assertThat(run.err()).contains("is no IP address, CIDR block or DNS name");
    }
    CommandRun operator = mesh.create("ann", "--role", "operator", "--address", "10.0.0.9");
    assertThat(operator.code()).isEqualTo(2);
    assertThat(operator.err()).contains("only nodes");
  }

  private void joined(String node, String... more) {
    CommandRun joined = mesh.join(mesh.create(node, more), node);
    assertThat(joined.code()).as(joined.err()).isZero();
  }

  private Future<Void> announced(AttachedNode node, String host) {
    return node.distributor()
        .announce(
            new Announcement(
                ++sequence,
                List.of(
                    new AnnouncedWorkload(
                        "shop",
                        "web",
                        "web",
                        Map.of(),
                        List.of(new AnnouncedPort("http", 8080, Protocol.HTTP, host, 15106)),
                        true))));
  }

  private static void assertRefused(Future<Void> announced) {
    assertThat(Await.failure(announced))
        .isInstanceOfSatisfying(
            BusException.class,
            e -> {
              assertThat(e.failure()).isEqualTo(BusFailure.NOT_REGISTERED);
              assertThat(e.detail()).contains("announced 192.0.2.9");
            });
  }
}
