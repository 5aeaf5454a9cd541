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

  /** How a node's connections are named at the server, before the schema. */
  static final String NODE = "herald-";

  /** And those of a command. */
  static final String COMMAND = "herald-state-";

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

  static PostgresSource of(PostgresSettings settings, String application) {
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
    source.setApplicationName(application + settings.schema());
    source.setTargetServerType("primary");
    source.setConnectTimeout(CONNECT_SECONDS);
    source.setLoginTimeout(CONNECT_SECONDS);
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
