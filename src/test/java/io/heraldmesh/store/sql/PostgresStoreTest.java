package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.Await;
import io.heraldmesh.PostgresServer;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What only a server can do to a store. */
class PostgresStoreTest {
  private final PostgresServer server = PostgresServer.shared();

  @Test
  void aWrongPasswordIsRefusedAndNeitherIsShown() {
    PostgresSettings settings = with(server.host(), "no such secret");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> PostgresStore.open(settings))
        .withMessageContaining(server.host())
        .withMessageContaining("passwordFile")
        .satisfies(e -> assertThat(allOf(e)).doesNotContain("no such secret"));
  }

  @Test
  void aServerThatIsAwayIsUnreachable() throws Exception {
    try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String host = "127.0.0.1:" + nobody.getLocalPort();
      nobody.close();
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> PostgresStore.open(with(host, "x")))
          .withMessageContaining(host)
          .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE));
    }
  }

  @Test
  void aServerThatForgetsIsRefused() {
    try (PostgresServer forgetful = PostgresServer.start("fsync=off")) {
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> PostgresStore.open(forgetful.settings()))
          .withMessageContaining("fsync off");
    }
  }

  @Test
  void commitsAreSyncedWhateverTheServersDefaultIs() throws Exception {
    try (PostgresServer lax = PostgresServer.start("synchronous_commit=off");
        Database database = PostgresStore.database(lax.settings(), PostgresSource.Client.NODE)) {
      String setting =
          database.write(
              connection ->
                  Sql.first(connection, "SHOW synchronous_commit", row -> row.getString(1))
                      .orElseThrow());
      assertThat(setting).isEqualTo("on");
    }
  }

  /** Each attempt would else keep the row until it is on disk, and its holder from lengthening. */
  @Test
  void whoDoesNotGetALeaseNeitherTakesItsLockNorWaitsForIt() throws Exception {
    PostgresSettings settings = server.settings();
    try (Store store = PostgresStore.open(settings);
        Connection holder = server.connect(settings.schema());
        Statement statement = holder.createStatement();
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      store.leases().acquire("config", "a", Duration.ofMinutes(5));
      holder.setAutoCommit(false);
      statement.execute("SELECT name FROM lease FOR UPDATE");
      try {
        assertThat(
                other
                    .submit(() -> store.leases().acquire("config", "b", Duration.ofMinutes(5)))
                    .get(10, TimeUnit.SECONDS))
            .isEmpty();
      } finally {
        holder.rollback();
      }
    }
  }

  @Test
  void severalControlNodesMayStartOnAnEmptyDatabaseAtOnce() throws Exception {
    PostgresSettings settings = server.settings();
    Callable<Store> start = () -> PostgresStore.open(settings);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Store> started : threads.invokeAll(List.of(start, start, start, start))) {
        try (Store store = started.get()) {
          assertThat(store.revisions().next().epoch()).isEqualTo(1);
        }
      }
    }
    try (Store store = PostgresStore.open(settings)) {
      assertThat(store.revisions().current()).isEqualTo(new Revision(1, 4));
    }
  }

  @Test
  void anotherSchemaIsAnotherState() {
    try (Store one = PostgresStore.open(server.settings());
        Store other = PostgresStore.open(server.settings())) {
      one.revisions().next();
      assertThat(other.revisions().current()).isEqualTo(new Revision(1, 0));
    }
  }

  @Test
  void aServerThatDiesIsNamedAndUsedAgainWhenItIsBack() throws Exception {
    try (PostgresServer own = PostgresServer.start();
        Store store = PostgresStore.open(own.settings())) {
      Revision before = store.revisions().next();
      own.kill();
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> store.revisions().next())
          .satisfies(e -> assertThat(e.mayPass()).isTrue());
      own.startAgain();
      Await.until("the store answers again", () -> answers(store));
      assertThat(store.revisions().next()).isGreaterThan(before);
    }
  }

  @Test
  void theDatabaseHoldsNoTokenInClear() throws Exception {
    PostgresSettings settings = server.settings();
    try (Store store = PostgresStore.open(settings)) {
      store.tokens().create(TestRows.token("the-token-itself", "n", java.util.Set.of()));
    }
    try (Connection connection = server.connect(settings.schema());
        Statement sql = connection.createStatement();
        ResultSet rows = sql.executeQuery("SELECT t::text FROM join_token t")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getString(1))
          .contains(TestRows.hash("the-token-itself"))
          .doesNotContain("the-token-itself");
    }
  }

  private static boolean answers(Store store) {
    try {
      store.revisions().current();
      return true;
    } catch (StoreException e) {
      return false;
    }
  }

  private static String allOf(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      text.append(t);
    }
    return text.toString();
  }

  private PostgresSettings with(String host, String password) {
    Supplier<String> secret = () -> password;
    return new PostgresSettings(
        List.of(host), "postgres", "public", PostgresServer.USER, secret, false, null, 2);
  }
}
