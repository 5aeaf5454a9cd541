package io.heraldmesh.tls;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.InvalidCertificate;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS to servers outside of the mesh. Files are read off the event loop, looked at again on {@link
 * #poll}, and what was read last and was good stays when they turn bad. Thread-safe.
 */
public final class Originations implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Originations.class);

  private final EventLoops loops;
  private final Crypto crypto;
  private final Executor builder;
  private final SslProvider provider = TlsProvider.preferred();
  private final ExpectedServers<String> expected = new ExpectedServers<>();
  private final Map<OriginationFiles, Held> held = new ConcurrentHashMap<>();
  private final AtomicLong generation = new AtomicLong();

  /**
   * @param contexts null: never good so far
   * @param problem null: the files are good as they are now
   */
  private record Held(
      String stamp, @Nullable OriginationContexts contexts, @Nullable String problem) {}

  /** The files behind a connection cannot be used. */
  public static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String reason) {
      super(reason);
    }
  }

  /**
   * @param builder runs what may block, one task after the other, off the event loop
   */
  public Originations(EventLoops loops, Crypto crypto, Executor builder) {
    this.loops = loops;
    this.crypto = crypto;
    this.builder = builder;
  }

  /** Rises when new connections begin to use other files than older ones. */
  public long generation() {
    return generation.get();
  }

  /** Reads what of {@code wanted} was not read yet; {@code done} runs when that was tried. */
  public void add(Set<OriginationFiles> wanted, Runnable done) {
    if (held.keySet().containsAll(wanted)) {
      done.run();
      return;
    }
    builder.execute(
        () -> {
          wanted.stream().filter(files -> !held.containsKey(files)).forEach(this::refresh);
          done.run();
        });
  }

  /** Adds {@code wanted} and forgets everything else. */
  public void only(Set<OriginationFiles> wanted) {
    add(wanted, () -> {});
    if (!wanted.containsAll(held.keySet())) {
      builder.execute(
          () -> {
            Set<OriginationFiles> gone = new HashSet<>(held.keySet());
            gone.removeAll(wanted);
            gone.forEach(this::forget);
          });
    }
  }

  /** Looks whether files have changed. */
  public void poll() {
    if (!held.isEmpty()) {
      builder.execute(() -> held.keySet().forEach(this::refresh));
    }
  }

  /**
   * The client's end of TLS to one of {@code names}; its handshake fails with {@link PeerRefused}
   * when the server is another. Call it on an event loop.
   *
   * @param sni server name to ask for; not asked for when it is an IP address
   * @throws Unusable when the files were never good
   */
  public SslHandler client(
      OriginationFiles files,
      MeshProtocol protocol,
      String sni,
      Set<String> names,
      ByteBufAllocator allocator)
      throws Unusable {
    Held now = held.get(files);
    OriginationContexts contexts = now == null ? null : now.contexts();
    if (contexts == null) {
      throw new Unusable(now == null ? "its files were not read yet" : "" + now.problem());
    }
    int number = expected.add(names);
    SslHandler handler = Farewell.limit(contexts.get(protocol).newHandler(allocator, sni, number));
    if (ServerNames.address(sni) == null) {
      ServerName.set(handler.engine(), sni);
    }
    handler.handshakeFuture().addListener(done -> expected.remove(number));
    return handler;
  }

  /**
   * Looks again at the server at the other end of a completed handshake, under the roots that are
   * trusted now. Connections whose files nobody uses any more are not doubted.
   *
   * @throws PeerRefused when it would not be believed again
   */
  public void check(OriginationFiles files, Set<String> names, SSLEngine engine)
      throws PeerRefused {
    Held now = held.get(files);
    OriginationContexts contexts = now == null ? null : now.contexts();
    if (contexts != null) {
      contexts.trust().checkAgain(MeshTls.shown(engine), names);
    }
  }

  /**
   * Whether the server at the other end of a completed handshake would be believed by {@code
   * files}, which may be others than it was made with.
   *
   * @return false when they were not read yet
   * @throws PeerRefused when it would not
   */
  public boolean believes(OriginationFiles files, Set<String> names, SSLEngine engine)
      throws PeerRefused {
    Held now = held.get(files);
    if (now == null) {
      return false;
    }
    OriginationContexts contexts = now.contexts();
    if (contexts == null) {
      throw new PeerRefused("untrusted_server", "" + now.problem());
    }
    contexts.trust().checkAgain(MeshTls.shown(engine), names);
    return true;
  }

  /**
   * What the server at the other end of a completed handshake has shown, its leaf first.
   *
   * @throws PeerRefused when it has shown nothing
   */
  public static List<X509Certificate> shown(SSLEngine engine) throws PeerRefused {
    return List.of(MeshTls.shown(engine));
  }

  @Override
  public void close() {
    builder.execute(() -> new HashSet<>(held.keySet()).forEach(this::forget));
  }

  private void refresh(OriginationFiles files) {
    String stamp = files.stamp();
    Held old = held.get(files);
    if (old != null && old.stamp().equals(stamp)) {
      return;
    }
    OriginationContexts last = old == null ? null : old.contexts();
    try {
      held.put(
          files,
          new Held(stamp, new OriginationContexts(files.load(crypto), expected, provider), null));
      if (last != null) {
        generation.incrementAndGet();
        release(last);
        LOG.info("files of TLS to servers outside of the mesh read again {}", files);
      }
    } catch (InvalidCertificate | SSLException | IllegalStateException e) {
      String problem = String.valueOf(e.getMessage());
      held.put(files, new Held(stamp, last, problem));
      LOG.error(
          "files of TLS to servers outside of the mesh cannot be used, {} problem=\"{}\"",
          last == null ? "calls fail" : "those read before stay",
          problem);
    }
  }

  private void forget(OriginationFiles files) {
    Held gone = held.remove(files);
    OriginationContexts contexts = gone == null ? null : gone.contexts();
    if (contexts != null) {
      release(contexts);
    }
  }

  /** An event loop may just have read the old one and be about to use it. */
  private void release(OriginationContexts contexts) {
    loops.afterCurrentTasks(contexts::release);
  }
}
