package io.heraldmesh.store.sql;

import io.heraldmesh.store.PostgresSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/** New connections, each with the password as its file says at that moment. */
final class PostgresSource extends PGSimpleDataSource {
  private static final long serialVersionUID = 1L;

  /** Who connects. */
  enum Client {
    /** Waits out a server that is slow to let it in. */
    NODE("herald-", 20),
    /** Somebody sits before it. */
    COMMAND("herald-state-", 5);

    private final String name;
    private final int loginSeconds;

    /**
     * @param name of its connections at the server, before the schema
     */
    Client(String name, int loginSeconds) {
      this.name = name;
      this.loginSeconds = loginSeconds;
    }

    String name(String schema) {
      return name + schema;
    }
  }

  private static final int CONNECT_SECONDS = 5;

  /** Longer than any statement may take on the server, so that it is the server who ends it. */
  private static final int SOCKET_SECONDS = 40;

  /** Whatever the server's default is: a commit has been synced when it returns. */
  private static final String SYNC =
      "SELECT set_config('synchronous_commit', 'on', false)"
          + " WHERE current_setting('synchronous_commit') = 'off'";

  private final transient @Nullable Supplier<String> password;

  private PostgresSource(@Nullable Supplier<String> password) {
    this.password = password;
  }

  static PostgresSource of(PostgresSettings settings, Client client) {
    PostgresSource source = new PostgresSource(settings.password());
    String[] hosts = new String[settings.hosts().size()];
    int[] ports = new int[hosts.length];
    for (int i = 0; i < hosts.length; i++) {
      String host = settings.hosts().get(i);
      int colon = host.lastIndexOf(':');
      hosts[i] = host.substring(0, colon);
      ports[i] = Integer.parseInt(host.substring(colon + 1));
    }
    source.setServerNames(hosts);
    source.setPortNumbers(ports);
    source.setDatabaseName(settings.database());
    source.setCurrentSchema(settings.schema());
    source.setUser(settings.user());
    source.setApplicationName(client.name(settings.schema()));
    source.setTargetServerType("primary");
    source.setConnectTimeout(CONNECT_SECONDS);
    source.loginWithin(client.loginSeconds);
    source.setSocketTimeout(SOCKET_SECONDS);
    source.setTcpKeepAlive(true);
    source.setReWriteBatchedInserts(true);
    // Details of a refusal may hold values of the row.
    source.setLogServerErrorDetail(false);
    source.setOptions(
        "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s");
    source.encrypt(settings);
    return source;
  }

  /** The TCP connections to all hosts, one after the other, TLS and the password together. */
  private void loginWithin(int seconds) {
    super.setLoginTimeout(seconds);
  }

  /** A pool would set how long its callers wait, which has nothing to do with it. */
  @Override
  public void setLoginTimeout(int seconds) {}

  private void encrypt(PostgresSettings settings) {
    if (!settings.tls()) {
      setSslMode("disable");
      return;
    }
    setSslMode("verify-full");
    if (settings.roots() == null) {
      setSslfactory("org.postgresql.ssl.DefaultJavaSSLFactory");
    } else {
      setSslRootCert(settings.roots().toString());
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection =
        password == null ? super.getConnection() : getConnection(getUser(), password.get());
    try (Statement sql = connection.createStatement()) {
      sql.execute(SYNC);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** Not to be written anywhere: the properties hold all settings. */
  @Override
  public String toString() {
    return PGProperty.APPLICATION_NAME.getName() + "=herald";
  }
}
