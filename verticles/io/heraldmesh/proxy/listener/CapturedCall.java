package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.filter.Filters;
import io.heraldmesh.proxy.log.CalledService;
import io.heraldmesh.proxy.upstream.Addressed;
import io.heraldmesh.proxy.upstream.Choice;
import io.heraldmesh.proxy.upstream.Route;
import io.heraldmesh.proxy.upstream.Routes;
import io.heraldmesh.proxy.upstream.UpstreamFailure;
import io.heraldmesh.tls.MeshProtocol;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One captured connection of a workload: what it calls, by the name that it says and else by the
 * address that it dialled. Belongs to the connection's event loop.
 *
 * @param dialled where the client was going
 */
record CapturedCall(
    ListenerContext context, Workload workload, Origin origin, InetSocketAddress dialled) {
  /** What calls that leave the mesh are called in metrics. Source: Istio, standard metrics. */
  static final CalledService PASSTHROUGH = CalledService.word("PassthroughCluster");

  /** What calls that may not leave it are called there. Source: the same. */
  static final CalledService BLACK_HOLE = CalledService.word("BlackHoleCluster");

  /** What the connection has to be looked at for. */
  enum Next {
    /** Bytes, whatever it says: nothing to look for. */
    BYTES,
    /** Requests; anything else is a broken one. */
    REQUESTS,
    LOOK
  }

  @Nullable Routes routes() {
    return context.inForce().get().routes(workload);
  }

  Next next(Routes routes) {
    Addressed there = routes.at(dialled);
    if (there != null) {
      return switch (there.route().destination().protocol()) {
        case TCP -> routes.shared(dialled) ? unlessServersSpeakFirst() : Next.BYTES;
        case HTTP, HTTP2 -> Next.REQUESTS;
        case AUTO -> Next.LOOK;
      };
    }
    boolean nothingToName = !routes.hasPort(dialled.getPort()) && !routes.registryOnly();
    return nothingToName ? Next.BYTES : unlessServersSpeakFirst();
  }

  private Next unlessServersSpeakFirst() {
    return Protocol.ofPort(dialled.getPort()) == Protocol.TCP ? Next.BYTES : Next.LOOK;
  }

  /** Whether a request goes on as one whatever host it names. */
  boolean takesRequests(Routes routes) {
    Addressed there = routes.at(dialled);
    return there == null ? routes.registryOnly() : isOfRequests(there);
  }

  /** Whether what was dialled stands for what takes bytes. */
  boolean isForBytes(Routes routes) {
    Addressed there = routes.at(dialled);
    return there != null && !isOfRequests(there);
  }

  /** Whether a request for {@code host} is for what takes requests. */
  boolean namesOne(Routes routes, Authority host) {
    Addressed to = request(routes, host, dialled);
    return to != null && isOfRequests(to);
  }

  private static boolean isOfRequests(Addressed to) {
    return to.route().destination().protocol() != Protocol.TCP;
  }

  /** A request for {@code host}; null: for nothing in the mesh. */
  static @Nullable Addressed request(
      Routes routes, @Nullable Authority host, InetSocketAddress dialled) {
    Addressed named = host == null ? null : routes.named(host.host(), dialled);
    return named != null && named.route().destination().protocol() != Protocol.TCP
        ? named
        : routes.at(dialled);
  }

  /** A stream of bytes, perhaps TLS for a server of this name; null: for nothing in the mesh. */
  static @Nullable Addressed bytes(
      Routes routes, @Nullable String serverName, InetSocketAddress dialled) {
    Authority host = serverName == null ? null : Authority.parse(serverName);
    Addressed named = host == null ? null : routes.named(host.host(), dialled);
    boolean takesBytes =
        named != null
            && switch (named.route().destination().protocol()) {
              case TCP, AUTO -> true;
              case HTTP, HTTP2 -> false;
            };
    return takesBytes ? named : routes.at(dialled);
  }

  /**
   * Connects the client with what it calls, byte for byte.
   *
   * @param serverName that it asks for by TLS; null: none
   */
  void pipe(Channel channel, @Nullable String serverName) {
    Routes routes = routes();
    Addressed to = routes == null ? null : bytes(routes, serverName, dialled);
    CalledService called = to == null ? elsewhere(routes) : to.route().called();
    Tunnel tunnel = new Tunnel(context, channel, origin, called);
    if (routes == null) {
      tunnel.refuse(new Reason("no_policy", "no snapshot is in force"), "no_policy");
    } else if (to != null) {
      pipe(tunnel, to, serverName);
    } else if (routes.registryOnly()) {
      tunnel.refuse(noRoute(), UpstreamFailure.NO_ROUTE);
    } else {
      tunnel.guard(new PassthroughStanding(this::routes));
      tunnel.open(Filters.outbound(null), routes.elsewhere(MeshProtocol.TCP, dialled));
    }
  }

  /** What a call to nothing in the mesh is called. */
  private static CalledService elsewhere(@Nullable Routes routes) {
    if (routes == null) {
      return CalledService.UNKNOWN;
    }
    return routes.registryOnly() ? BLACK_HOLE : PASSTHROUGH;
  }

  private void pipe(Tunnel tunnel, Addressed to, @Nullable String serverName) {
    String host = serverName == null ? dialled.getAddress().getHostAddress() : serverName;
    Choice choice = to.choose(MeshProtocol.TCP, dialled, host);
    if (choice == null) {
      tunnel.refuse(
          new Reason(
              UpstreamFailure.NO_ENDPOINT,
              to.route().called().service() + " has no endpoint that can be called"),
          UpstreamFailure.NO_ENDPOINT);
      return;
    }
    tunnel.guard(
        new OutboundStanding(
            context,
            this::routes,
            now -> route(bytes(now, serverName, dialled)),
            host,
            tunnel::upstream));
    tunnel.open(Filters.outbound(null), choice);
  }

  /** Where nothing may be called but what the mesh knows. */
  Reason noRoute() {
    return new Reason(
        UpstreamFailure.NO_ROUTE,
        "no destination of the mesh has the address "
            + dialled.getAddress().getHostAddress()
            + " port "
            + dialled.getPort()
            + ", and outboundTrafficPolicy is REGISTRY_ONLY");
  }

  static @Nullable Route route(@Nullable Addressed to) {
    return to == null ? null : to.route();
  }
}
