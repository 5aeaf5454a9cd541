package io.heraldmesh.node;

import io.heraldmesh.admin.AdminServer;
import io.heraldmesh.admin.Health;
import io.heraldmesh.admin.HealthServer;
import io.heraldmesh.admin.MetricsServer;
import io.heraldmesh.admin.OperatorTokens;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP ports of a node for whoever runs it: health, metrics and the admin pages. Opening them
 * blocks; each says its address once it is open. For the thread that starts the node.
 */
final class NodePages {
  private static final Duration OPEN_WITHIN = Duration.ofSeconds(60);
  private static final Duration OPERATOR_TOKEN = Duration.ofHours(12);

  private final NodeConfig config;
  private final OwnListeners own;
  private final Consumer<String> say;
  private @Nullable HostPort adminAddress;
  private @Nullable String operatorToken;

  /**
   * @param own is told each address
   * @param say takes the lines {@code listening <what> <address>}
   */
  NodePages(NodeConfig config, OwnListeners own, Consumer<String> say) {
    this.config = config;
    this.own = own;
    this.say = say;
  }

  /**
   * What the node file asks for of the two.
   *
   * @throws StartFailure when a port cannot be opened
   */
  void openHealthAndMetrics(Foundation foundation, Health health) {
    open(
        "health",
        config.health(),
        address -> new HealthServer(foundation.vertx(), health).listen(address));
    open(
        "metrics",
        config.metrics(),
        address -> new MetricsServer(foundation.vertx(), foundation.meters()).listen(address));
  }

  /**
   * For whoever has the token, which is in the state folder too.
   *
   * @param state null: the token is only in memory
   * @throws StartFailure when the port cannot be opened
   */
  void openAdmin(
      Foundation foundation, @Nullable StateDir state, Supplier<Future<JsonObject>> status) {
    OperatorTokens tokens = StartWait.await(OperatorTokens.create(foundation.vertx()), OPEN_WITHIN);
    String token = tokens.issue("local", OPERATOR_TOKEN);
    operatorToken = token;
    if (state != null) {
      state.writePrivate("operator.token", token + "\n");
    }
    AdminServer admin = new AdminServer(foundation.vertx(), tokens, status);
    adminAddress = open("admin", config.admin(), admin::listen);
  }

  private @Nullable HostPort open(
      String what, @Nullable HostPort address, Function<SocketAddress, Future<HttpServer>> listen) {
    if (address == null) {
      return null;
    }
    HttpServer server;
    try {
      server =
          StartWait.await(
              listen.apply(SocketAddress.inetSocketAddress(address.port(), address.host())),
              OPEN_WITHIN);
    } catch (StartFailure e) {
      throw StartFailure.cannotStart(
          "cannot listen on "
              + address
              + " ("
              + e.getMessage()
              + "); free the port or change spec."
              + what
              + ".listen");
    }
    HostPort bound = new HostPort(address.host(), server.actualPort());
    own.add(bound);
    say.accept("listening " + what + " " + bound);
    return bound;
  }

  /** Where the admin pages are, as bound; null while they are not. */
  @Nullable HostPort adminAddress() {
    return adminAddress;
  }

  /** For the admin pages; null while they are not there. */
  @Nullable String operatorToken() {
    return operatorToken;
  }
}
