package io.heraldmesh.lab;

import io.heraldmesh.Await;
import io.heraldmesh.RunFolder;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.ca.CaRefusals;
import io.heraldmesh.ca.CertificateIssuer;
import io.heraldmesh.ca.IssuanceLimit;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * From a request to a certificate that is in the log on disk, without the bus around it: how many a
 * second, and a second of processor time.
 *
 * <p>Arguments: file of the table, number of certificates of each round.
 */
final class IssuanceRun {
  private static final int ROUNDS = 5;
  private static final int AT_ONCE = 128;
  private static final SpiffeId NODE = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, "n1");

  private final Vertx vertx = Vertx.vertx();
  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final List<CaService.IssueRequest> requests = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  private IssuanceRun(int count) {
    for (int i = 0; i < count; i++) {
      requests.add(
          new CaService.IssueRequest(
              ByteString.of(Csr.create(TestAuthority.keys(), mesh.crypto())),
              new CaService.Subject.Workload("shop", "web"),
              Duration.ofHours(1)));
    }
  }

  public static void main(String... arguments) throws Exception {
    Path table = Path.of(arguments[0]);
    IssuanceRun run = new IssuanceRun(Integer.parseInt(arguments[1]));
    try (RunFolder folder = RunFolder.make("herald-issuance")) {
      run.all(folder.path().resolve("herald.db"), table);
      folder.held(true);
    }
    System.exit(0);
  }

  private void all(Path database, Path table) throws Exception {
    try (Store store = SqliteStore.open(database)) {
      CertificateIssuer issuer =
          new CertificateIssuer(
              vertx,
              mesh::authority,
              mesh.crypto(),
              store.issuanceLog(),
              new CaRefusals(store.audit(), InstantSource.system(), System::nanoTime),
              () -> new Registrations(Map.of("n1", Set.of(new WorkloadIdentity("shop", "web")))),
              () -> Revocations.NONE,
              InstantSource.system(),
              IssuanceLimit.NONE,
              new SimpleMeterRegistry());
      for (int round = 1; round <= ROUNDS; round++) {
        String row = round(issuer, round);
        System.out.println(row);
        Files.writeString(table, row + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    }
  }

  private String round(CertificateIssuer issuer, int number) throws Exception {
    next.set(0);
    long cpu = ScaleControl.cpuMillis(ProcessHandle.current().pid());
    long from = System.nanoTime();
    List<Future<Void>> chains = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      chains.add(issue(issuer));
    }
    Future<?> all = Future.all(chains);
    Await.until(Duration.ofMinutes(2), "all certificates", all::isComplete);
    if (all.failed()) {
      throw new IllegalStateException(all.cause());
    }
    double seconds = (System.nanoTime() - from) / 1e9;
    double spent = (ScaleControl.cpuMillis(ProcessHandle.current().pid()) - cpu) / 1e3;
    return "| %d | %d | %.0f | %.0f |"
        .formatted(number, requests.size(), requests.size() / seconds, requests.size() / spent);
  }

  /** One after the other until there are no more. */
  private Future<Void> issue(CertificateIssuer issuer) {
    int mine = next.getAndIncrement();
    return mine >= requests.size()
        ? Future.succeededFuture()
        : issuer.issue(NODE, requests.get(mine)).compose(issued -> issue(issuer));
  }
}
