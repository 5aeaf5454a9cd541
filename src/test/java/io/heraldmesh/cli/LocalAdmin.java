package io.heraldmesh.cli;

import io.heraldmesh.Await;
import io.heraldmesh.bus.AdminNodes.AwaitRequest;
import io.heraldmesh.bus.AdminNodes.InForce;
import io.heraldmesh.bus.AdminResources.ApplyRequest;
import io.heraldmesh.bus.AdminResources.Outcome;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.node.ControlAdmin;
import java.nio.file.Path;

/** The local socket of a control node, kept open over many calls; one at a time. */
public final class LocalAdmin implements AutoCloseable {
  private final LocalExchange exchange;
  private final AdminService service;

  private LocalAdmin(LocalExchange exchange) {
    this.exchange = exchange;
    this.service = AdminService.over(exchange);
  }

  /**
   * @param state the node's {@code stateDir}
   */
  public static LocalAdmin at(Path state) {
    return new LocalAdmin(LocalExchange.connect(state.resolve(ControlAdmin.SOCKET)));
  }

  public Outcome apply(ApplyRequest request) {
    return Await.result(service.apply(request)).outcome();
  }

  public InForce awaitInForce(AwaitRequest request) {
    return Await.result(service.awaitInForce(request));
  }

  @Override
  public void close() {
    exchange.close();
  }
}
