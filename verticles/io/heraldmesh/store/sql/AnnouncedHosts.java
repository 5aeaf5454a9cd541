package io.heraldmesh.store.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heraldmesh.store.RegisteredAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where nodes said that they are reached while nobody looked: registered for them when a database
 * is brought forward, so that they go on. Whoever announces another address from then on needs it
 * registered.
 */
final class AnnouncedHosts {
  private static final Logger LOG = LoggerFactory.getLogger(AnnouncedHosts.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private AnnouncedHosts() {}

  private record Said(String node, String message) {}

  /** Within the connection's transaction, which the caller commits. */
  static void register(Connection connection) throws SQLException {
    for (Said said :
        Sql.list(
            connection,
            "SELECT node, message FROM announcement WHERE message IS NOT NULL",
            row -> new Said(row.getString("node"), row.getString("message")))) {
      try {
        register(connection, said.node(), JSON.readTree(said.message()));
      } catch (JsonProcessingException | IllegalArgumentException e) {
        LOG.warn("announcement passed over, the node will announce itself node={}", said.node());
      }
    }
  }

  private static void register(Connection connection, String node, JsonNode announcement)
      throws SQLException {
    for (JsonNode workload : announcement.path("workloads")) {
      for (JsonNode port : workload.path("ports")) {
        String host = port.path("host").asText("").toLowerCase(Locale.ROOT);
        if (!host.isEmpty()) {
          AddressTable.insert(
              connection, new RegisteredAddress(node, host, "upgrade to format 4", Instant.now()));
        }
      }
    }
  }
}
