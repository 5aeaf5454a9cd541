package io.heraldmesh.tls;

import io.heraldmesh.credentials.Credential;
import io.heraldmesh.credentials.CredentialSet;
import io.heraldmesh.credentials.CredentialSource;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mesh TLS of one node: every workload's contexts, rebuilt when credentials change and swapped
 * whole. New connections use the new ones, open connections go on with theirs. When building fails
 * the last good contexts stay.
 */
public final class MeshTls implements AutoCloseable {
  /** Name of the handler of mesh TLS in a client's pipeline. */
  public static final String CLIENT_HANDLER = "mesh-tls";

  private static final Logger LOG = LoggerFactory.getLogger(MeshTls.class);

  private final EventLoops loops;
  private final PeerVerifier verifier;
  private final InstantSource clock;
  private final Executor builder;
  private final SslProvider provider = TlsProvider.preferred();
  private final ExpectedServers<SpiffeId> expected = new ExpectedServers<>();
  private final CredentialSource.Registration registration;
  private volatile Generation current;

  /**
   * @param builder runs what may take milliseconds, one task after the other, off the event loop
   */
  public MeshTls(
      EventLoops loops,
      CredentialSource credentials,
      PeerVerifier verifier,
      InstantSource clock,
      Executor builder) {
    this.loops = loops;
    this.verifier = verifier;
    this.clock = clock;
    this.builder = builder;
    this.current = Generation.EMPTY;
    this.registration = credentials.onChange(this::rebuild);
    rebuild(credentials.current());
  }

  /** Rises when new connections begin to use other credentials. */
  public long generation() {
    return current.number;
  }

  /** By the clock that peers are judged by. */
  public Instant now() {
    return clock.instant();
  }

  /** Whether {@code id} has a leaf to show. */
  public boolean has(SpiffeId id) {
    return current.contexts.containsKey(id);
  }

  /**
   * The server's end of mesh TLS; null while {@code own} has no leaf. Call it on an event loop.
   *
   * @param served what is answered to ALPN
   */
  public @Nullable SslHandler server(SpiffeId own, MeshServed served, ByteBufAllocator allocator) {
    WorkloadContexts contexts = current.contexts.get(own);
    return contexts == null ? null : contexts.serverHandler(served, allocator);
  }

  /**
   * The client's end of mesh TLS; null while {@code own} has no leaf. Its handshake fails with
   * {@link PeerRefused} when the server is none of {@code servers}. Call it on an event loop.
   */
  public @Nullable SslHandler client(
      SpiffeId own,
      MeshProtocol protocol,
      String sni,
      Set<SpiffeId> servers,
      ByteBufAllocator allocator) {
    WorkloadContexts contexts = current.contexts.get(own);
    if (contexts == null) {
      return null;
    }
    int number = expected.add(servers);
    SslHandler handler =
        Farewell.limit(contexts.client(protocol).newHandler(allocator, sni, number));
    ServerName.set(handler.engine(), sni);
    handler.handshakeFuture().addListener(done -> expected.remove(number));
    return handler;
  }

  /**
   * Who the client at the other end of a completed server handshake is.
   *
   * @throws PeerRefused when its chain is no longer good
   */
  public PeerIdentity client(SSLEngine engine) throws PeerRefused {
    return peer(engine, current.clients);
  }

  /**
   * Who the server at the other end of a completed client handshake is; whether it may stand behind
   * what was called is another question.
   *
   * @throws PeerRefused when its chain is no longer good
   */
  public PeerIdentity server(SSLEngine engine) throws PeerRefused {
    return peer(engine, current.servers);
  }

  private static PeerIdentity peer(SSLEngine engine, @Nullable VerifiedPeers verified)
      throws PeerRefused {
    X509Certificate[] chain = shown(engine);
    if (verified == null) {
      throw new PeerRefused("untrusted", "there is no trust bundle");
    }
    return verified.identify(chain);
  }

  /** What the peer showed in a completed handshake, its leaf first. */
  static X509Certificate[] shown(SSLEngine engine) throws PeerRefused {
    try {
      java.security.cert.Certificate[] shown = engine.getSession().getPeerCertificates();
      X509Certificate[] chain = new X509Certificate[shown.length];
      for (int i = 0; i < shown.length; i++) {
        chain[i] = (X509Certificate) shown[i];
      }
      return chain;
    } catch (SSLPeerUnverifiedException e) {
      throw new PeerRefused("no_certificate", "the peer showed none");
    }
  }

  @Override
  public void close() {
    registration.close();
    builder.execute(() -> swap(Generation.EMPTY));
  }

  private void rebuild(CredentialSet set) {
    builder.execute(() -> build(set));
  }

  private void build(CredentialSet set) {
    if (set.leaves().isEmpty() || set.generation() < current.number) {
      return;
    }
    VerifiedPeers clients = new VerifiedPeers(verifier, set.bundle(), PeerRole.CLIENT, clock);
    VerifiedPeers servers = new VerifiedPeers(verifier, set.bundle(), PeerRole.SERVER, clock);
    MeshTrust trust = new MeshTrust(clients, servers, expected);
    Map<SpiffeId, WorkloadContexts> contexts = new HashMap<>();
    try {
      for (Map.Entry<SpiffeId, Credential> leaf : set.leaves().entrySet()) {
        contexts.put(leaf.getKey(), new WorkloadContexts(leaf.getValue(), trust, provider));
      }
    } catch (SSLException | RuntimeException e) {
      contexts.values().forEach(WorkloadContexts::release);
      LOG.error(
          "credentials of generation {} cannot be used, those of generation {} stay: {}",
          set.generation(),
          current.number,
          e.toString());
      return;
    }
    swap(new Generation(set.generation(), Map.copyOf(contexts), clients, servers));
    LOG.info("credentials in use generation={} leaves={}", set.generation(), contexts.size());
  }

  private void swap(Generation next) {
    Generation old = current;
    current = next;
    // an event loop may just have read the old one and be about to use it
    loops.afterCurrentTasks(() -> old.contexts.values().forEach(WorkloadContexts::release));
  }

  private record Generation(
      long number,
      Map<SpiffeId, WorkloadContexts> contexts,
      @Nullable VerifiedPeers clients,
      @Nullable VerifiedPeers servers) {
    static final Generation EMPTY = new Generation(-1, Map.of(), null, null);
  }
}
