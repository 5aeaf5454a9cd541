package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.cli.demo.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that attach to a control plane elsewhere, and what they do without it. */
@Timeout(300)
class AttachedNodesTest {
  @TempDir Path folder;
  private AttachedMesh mesh;

  @BeforeEach
  void make() throws IOException {
    mesh = new AttachedMesh(folder);
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void servicesTalkWhenTheControlPlaneIsGoneAndAlsoAfterARestartWithoutIt()
      throws IOException, InterruptedException {
    HeraldProcess control = mesh.control().awaitReady();
    HeraldProcess web = mesh.web().awaitReady();
    HeraldProcess caller = mesh.caller().awaitReady();
    AttachedMesh.until(caller, "/one", 200);
    assertThat(AttachedMesh.status(caller, "/two")).isEqualTo(403);

    control.close();
    Await.until("the loss is noticed", () -> web.said().contains("link lost"));
    assertThat(AttachedMesh.status(caller, "/one")).isEqualTo(200);
    assertThat(AttachedMesh.status(caller, "/two")).isEqualTo(403);

    web.term();
    assertThat(web.exitCode()).isZero();
    HeraldProcess again = mesh.web().awaitReady();
    AttachedMesh.until(caller, "/one", 200);
    assertThat(AttachedMesh.status(caller, "/two")).isEqualTo(403);
    Await.until("told", () -> again.said().contains("snapshot kept from before is in force"));
    caller.close();
    HeraldProcess callerAgain = mesh.caller().awaitReady();
    AttachedMesh.until(callerAgain, "/one", 200);

    mesh.access("/two");
    mesh.control().awaitReady();
    AttachedMesh.until(callerAgain, "/two", 200);
    assertThat(AttachedMesh.status(callerAgain, "/one")).isEqualTo(403);
  }

  @Test
  void aNodeWithoutStateWaitsForItsControlPlaneClosedAndNotReady()
      throws IOException, InterruptedException {
    HeraldProcess web = mesh.web();
    web.port("inbound:a/web:8080");
    Await.until("it tried", () -> web.said().contains("link not made"));
    assertThat(web.lines()).doesNotContain("ready");

    mesh.control();

    Await.until(
        Duration.ofSeconds(60), "ready once it is there", () -> web.lines().contains("ready"));
  }

  @Test
  void aChangeThatCannotBeWrittenIsToldAndARestartAloneDoesNotBringTheOneBeforeBack()
      throws IOException, InterruptedException {
    HeraldProcess control = mesh.control().awaitReady();
    HeraldProcess web = mesh.web().awaitReady();
    HeraldProcess caller = mesh.caller().awaitReady();
    AttachedMesh.until(caller, "/one", 200);
    Path sealed = folder.resolve("n1/sealed");
    Await.until("kept", () -> Files.exists(sealed.resolve("snapshot")));
    Files.createDirectories(sealed.resolve("snapshot.new/full"));

    mesh.access("/two");
    AttachedMesh.until(caller, "/two", 200);
    Await.until("told", () -> AttachedMesh.health(web).contains("snapshot: the policy in force"));
    assertThat(AttachedMesh.health(web)).startsWith("degraded");

    control.close();
    web.term();
    assertThat(web.exitCode()).isZero();
    HeraldProcess again = mesh.web();
    Await.until("it tried", () -> again.said().contains("link not made"));
    assertThat(again.lines()).doesNotContain("ready");
  }

  @Test
  void anIdentityThatCannotBeWrittenIsToldAndWrittenOnceItCan() throws IOException {
    mesh.join("n1", Duration.ofHours(1)); // renewed at the start: its file says 24 h
    Path folderOfNode = folder.resolve("n1/node");
    Path obstacle = Files.createDirectories(folderOfNode.resolve("..data.link/full"));
    String first = Files.readString(folderOfNode.resolve("cert-chain.pem"));
    mesh.control().awaitReady();
    HeraldProcess web = mesh.web().awaitReady();

    Await.until(
        "told", () -> AttachedMesh.health(web).contains("link: the newest identity of this node"));
    assertThat(AttachedMesh.health(web)).startsWith("degraded");
    assertThat(folderOfNode.resolve("cert-chain.pem")).hasContent(first);

    Files.delete(obstacle);
    Await.until(
        Duration.ofSeconds(60),
        "written",
        () -> !AttachedMesh.health(web).contains("the newest identity"));
    assertThat(Files.readString(folderOfNode.resolve("cert-chain.pem"))).isNotEqualTo(first);
  }

  @Test
  void stateOfAnotherNodeOrChangedStateIsNotUsed() throws IOException, InterruptedException {
    HeraldProcess control = mesh.control().awaitReady();
    HeraldProcess web = mesh.web().awaitReady();
    Path sealed = folder.resolve("n1/sealed/snapshot");
    Await.until("kept", () -> Files.exists(sealed));
    web.term();
    web.exitCode();
    control.close();
    byte[] bytes = Files.readAllBytes(sealed);
    bytes[bytes.length - 1] ^= 1;
    Files.write(sealed, bytes);

    HeraldProcess again = mesh.web();
    Await.until("told", () -> again.said().contains("state not used"));
    Await.until("it tried", () -> again.said().contains("link not made"));
    assertThat(again.lines()).doesNotContain("ready");
  }

  @Test
  void aNodeThatAdvertisesTheAddressOfAnotherMachineServesOnAndSaysThatItIsRefused()
      throws IOException, InterruptedException {
    HeraldProcess control = mesh.control("  admin: {listen: \"127.0.0.1:0\"}\n").awaitReady();
    HeraldProcess web = mesh.web().awaitReady();
    Await.until("kept", () -> Files.exists(folder.resolve("n1/sealed/snapshot")));
    web.term();
    web.exitCode();

    HeraldProcess again = mesh.web(", advertise: \"192.0.2.9:15106\"").awaitReady();
    String refused = "announced 192.0.2.9, but is attached from 127.0.0.1";
    Await.until("told", () -> again.said().contains("announcement refused: NOT_REGISTERED"));
    assertThat(again.said()).contains(refused);
    Await.until("told there too", () -> control.said().contains(refused));
    assertThat(
            WireClient.once(again.port("health"), "GET", "x", "/healthz/ready", List.of()).body())
        .startsWith("degraded")
        .contains("announcement: refused, the last good policy stays", refused);
  }

  @Test
  void aNodeThatNeverJoinedSaysSo() throws IOException, InterruptedException {
    Files.delete(folder.resolve("n1/node/cert-chain.pem"));
    HeraldProcess web = mesh.web();

    assertThat(web.exitCode()).isEqualTo(3);
    assertThat(web.errors()).contains("herald join");
  }
}
