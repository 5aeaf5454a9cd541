package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.ConnectionLimits.Sharing;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.filter.Permit;
import io.heraldmesh.proxy.log.CalledService;
import io.heraldmesh.proxy.upstream.Choice;
import io.heraldmesh.tls.MeshProtocol;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decides where the requests of one client connection go. Belongs to the connection's loop. */
interface Gate {

  /** What is to become of a request. */
  sealed interface Admission {

    /**
     * It goes on.
     *
     * @param called the service or workload, for the log and metrics
     */
    record Forward(Permit permit, Choice choice, CalledService called) implements Admission {}

    /**
     * The connection becomes a tunnel to the endpoint of {@code choice}.
     *
     * @param called as of {@link Forward}
     * @param standing of the tunnel, given its way to the server
     */
    record Tunnel(
        Permit permit,
        Choice choice,
        CalledService called,
        Function<Supplier<@Nullable Channel>, Standing> standing)
        implements Admission {}

    /**
     * This is the answer.
     *
     * @param flag {@code -} unless something between the proxies went wrong
     * @param called as of {@link Forward}; null where none is known
     */
    record Answer(Decision.Denied decision, String flag, @Nullable CalledService called)
        implements Admission {
      static Answer of(int status, String body, String code, String detail, String flag) {
        return new Answer(
            new Decision.Denied(
                status, body, List.of(), null, null, null, List.of(), new Reason(code, detail)),
            flag,
            null);
      }

      /** The same, of a call to {@code service}. */
      Answer to(CalledService service) {
        return new Answer(decision, flag, service);
      }
    }
  }

  /** The forms of a request target that make sense here. */
  boolean allows(RequestTarget.Form form);

  Admission admit(HttpHead head, @Nullable Authority authority, boolean http2);

  /**
   * The standing of a request that went on.
   *
   * @param choice where it went
   * @param upstream its way to the service; null while there is none yet
   */
  Standing standing(
      IncomingRequest request,
      Choice choice,
      Instant decidedAt,
      Supplier<@Nullable Channel> upstream);

  /**
   * Sets the headers that only this proxy may set.
   *
   * @param forwardedFor values of X-Forwarded-For as they came; the header is off
   */
  void mark(HttpHeaders headers, List<String> forwardedFor);

  /** What the log and the metrics say about every request of this connection. */
  Origin origin();

  /** What a client's requests to {@code to} are sent in; a rule may have it be the client's own. */
  static MeshProtocol protocol(Destination to, boolean http2) {
    boolean preserved = to.balancing().connections().sharing() == Sharing.CLIENTS;
    return http2 || to.protocol() == Protocol.HTTP2 && !preserved
        ? MeshProtocol.HTTP2
        : MeshProtocol.HTTP1;
  }
}
