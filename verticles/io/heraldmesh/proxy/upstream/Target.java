package io.heraldmesh.proxy.upstream;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.ConnectionLimits;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.tls.MeshProtocol;
import io.heraldmesh.tls.OriginationFiles;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection leads and what it must prove. Connections are shared only between equal
 * targets: same caller, same endpoint, same kind of TLS, same names, same protocol, same bounds,
 * same destination. The hash is kept, since every request looks a pool up by it.
 */
public final class Target {
  private final HostPort address;
  private final boolean http2;
  private final boolean raw;
  private final Chosen chosen;
  private final @Nullable Secured secured;
  private final ConnectionLimits limits;
  private final @Nullable Circuit circuit;
  private final @Nullable Target shared;
  private final Apart apart;
  private final int hash;

  /** Who chose the address, which says where it may lead. */
  public enum Chosen {
    /** A resource: an endpoint of a destination. */
    BY_RESOURCE,
    /** The node file: the workload's own service. */
    BY_NODE,
    /** A client of the workload, that dialled a port which the node file does not name. */
    BY_CALLER,
    /** The workload itself, that dialled what is no destination of the mesh. */
    BY_WORKLOAD
  }

  /** What TLS needs. */
  public sealed interface Secured {
    MeshProtocol protocol();
  }

  /**
   * What mesh TLS needs.
   *
   * @param source the caller's own identity
   * @param servers who may answer
   */
  public record Mesh(SpiffeId source, MeshProtocol protocol, String sni, Set<SpiffeId> servers)
      implements Secured {
    public Mesh {
      servers = Set.copyOf(servers);
    }
  }

  /**
   * What TLS to a server outside of the mesh needs.
   *
   * @param source the caller: what it shows may be its own
   * @param names one of them must be in the server's certificate
   */
  public record Originated(
      SpiffeId source, MeshProtocol protocol, OriginationFiles files, String sni, Set<String> names)
      implements Secured {
    public Originated {
      names = Set.copyOf(names);
    }
  }

  /**
   * So many connections to themselves requests get on one event loop before they share.
   *
   * @param whileLight while their messages have no more than a frame of HTTP/2 carries
   * @param whileHeavy while they have more
   */
  record Apart(int whileLight, int whileHeavy) {
    static final Apart NONE = new Apart(0, 0);
  }

  private Target(
      HostPort address,
      boolean http2,
      boolean raw,
      Chosen chosen,
      @Nullable Secured secured,
      ConnectionLimits limits,
      @Nullable Circuit circuit,
      @Nullable Target shared,
      Apart apart) {
    this.address = address;
    this.http2 = http2;
    this.raw = raw;
    this.chosen = chosen;
    this.secured = secured;
    this.limits = limits;
    this.circuit = circuit;
    this.shared = shared;
    this.apart = apart;
    this.hash = Objects.hash(address, http2, raw, chosen, secured, limits);
  }

  /** The workload's own service, in the clear. */
  public static Target service(HostPort address, boolean http2) {
    return new Target(
        address, http2, false, Chosen.BY_NODE, null, ConnectionLimits.NONE, null, null, Apart.NONE);
  }

  /** The workload's own service, for bytes. */
  public static Target serviceTcp(HostPort address) {
    return new Target(
        address, false, true, Chosen.BY_NODE, null, ConnectionLimits.NONE, null, null, Apart.NONE);
  }

  /** An endpoint that takes no TLS. */
  public static Target plain(HostPort address, boolean http2) {
    return new Target(
        address,
        http2,
        false,
        Chosen.BY_RESOURCE,
        null,
        ConnectionLimits.NONE,
        null,
        null,
        Apart.NONE);
  }

  /** Bytes in the clear. */
  public static Target plainTcp(HostPort address) {
    return new Target(
        address,
        false,
        true,
        Chosen.BY_RESOURCE,
        null,
        ConnectionLimits.NONE,
        null,
        null,
        Apart.NONE);
  }

  /** Through TLS. */
  public static Target secured(HostPort address, Secured secured) {
    return new Target(
        address,
        secured.protocol() == MeshProtocol.HTTP2 || secured.protocol() == MeshProtocol.SHARED,
        secured.protocol() == MeshProtocol.TCP,
        Chosen.BY_RESOURCE,
        secured,
        ConnectionLimits.NONE,
        null,
        null,
        Apart.NONE);
  }

  /** The same over connections that are bounded so, and counted in {@code counted}. */
  Target within(ConnectionLimits bounds, Circuit counted) {
    return new Target(address, http2, raw, chosen, secured, bounds, counted, null, Apart.NONE);
  }

  /**
   * The same for HTTP/1.1, but where {@code most} connections of an event loop are in use, requests
   * share those of {@code http2}, which leads to the same endpoint.
   */
  Target sharing(Target http2, Apart most) {
    return new Target(address, this.http2, raw, chosen, secured, limits, circuit, http2, most);
  }

  /** For a request that needs a connection to itself. */
  public Target alone() {
    return shared == null
        ? this
        : new Target(address, http2, raw, chosen, secured, limits, circuit, null, Apart.NONE);
  }

  /** Where requests share connections as HTTP/2 streams; null: each has one to itself. */
  @Nullable Target shared() {
    return shared;
  }

  /** So many connections to themselves requests get on one event loop before they share. */
  int apart() {
    return circuit != null && circuit.weight().heavy() ? apart.whileHeavy() : apart.whileLight();
  }

  /** A request and its response are over, with so many octets of bodies. */
  void weigh(long octets) {
    if (circuit != null) {
      circuit.weight().add(octets);
    }
  }

  /** The server may say that it does not take HTTP/2. */
  boolean mayBeDeclined() {
    return secured != null && secured.protocol() == MeshProtocol.SHARED;
  }

  /** The same, at an address that {@code who} chose. */
  public Target chosen(Chosen who) {
    return new Target(address, http2, raw, who, secured, limits, circuit, null, Apart.NONE);
  }

  /** What bounds the connections. */
  public ConnectionLimits limits() {
    return limits;
  }

  /** Where connections are counted; null: nowhere. */
  @Nullable Circuit circuit() {
    return circuit;
  }

  public HostPort address() {
    return address;
  }

  /** Requests share one connection as HTTP/2 streams. */
  public boolean http2() {
    return http2;
  }

  /** Bytes are piped, and either direction may end before the other. */
  public boolean halfClose() {
    return raw;
  }

  /** Who chose the address. */
  public Chosen chosen() {
    return chosen;
  }

  /** Null in the clear. */
  public @Nullable Secured secured() {
    return secured;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Target that
        && hash == that.hash
        && http2 == that.http2
        && raw == that.raw
        && chosen == that.chosen
        && address.equals(that.address)
        && Objects.equals(secured, that.secured)
        && circuit == that.circuit
        && limits.equals(that.limits);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Address and kind of TLS, for whoever must find out why a call failed. */
  public String describe() {
    return switch (secured) {
      case null -> address + " in plain text";
      case Mesh m -> address + " by mesh TLS";
      case Originated o -> address + " by TLS as " + o.sni();
    };
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
