package io.heraldmesh.proxy.upstream;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.tls.MeshProtocol;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection leads and what it must prove. Connections are shared only between equal
 * targets: same caller, same endpoint, same identities, same protocol. The hash is kept, since
 * every request looks a pool up by it.
 */
public final class Target {
  private final HostPort address;
  private final boolean http2;
  private final boolean raw;
  private final @Nullable Mesh mesh;
  private final int hash;

  /**
   * What mesh TLS needs.
   *
   * @param source the caller's own identity
   * @param servers who may answer
   */
  public record Mesh(SpiffeId source, MeshProtocol protocol, String sni, Set<SpiffeId> servers) {
    public Mesh {
      servers = Set.copyOf(servers);
    }
  }

  private Target(HostPort address, boolean http2, boolean raw, @Nullable Mesh mesh) {
    this.address = address;
    this.http2 = http2;
    this.raw = raw;
    this.mesh = mesh;
    this.hash = Objects.hash(address, http2, raw, mesh);
  }

  /** In the clear: the workload's own service, or an endpoint outside the mesh. */
  public static Target plain(HostPort address, boolean http2) {
    return new Target(address, http2, false, null);
  }

  /** Bytes in the clear. */
  public static Target plainTcp(HostPort address) {
    return new Target(address, false, true, null);
  }

  /** Through mesh TLS. */
  public static Target mesh(HostPort address, Mesh mesh) {
    return new Target(
        address, mesh.protocol() == MeshProtocol.HTTP2, mesh.protocol() == MeshProtocol.TCP, mesh);
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

  /** Null in the clear. */
  public @Nullable Mesh mesh() {
    return mesh;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Target that
        && hash == that.hash
        && http2 == that.http2
        && raw == that.raw
        && address.equals(that.address)
        && Objects.equals(mesh, that.mesh);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
