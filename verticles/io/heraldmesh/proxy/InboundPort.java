package io.heraldmesh.proxy;

import io.heraldmesh.policy.Protocol;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A port of a workload that others call.
 *
 * @param name as in the node file
 * @param port the workload port: what policies name
 * @param app where the service itself listens
 * @param listen where the proxy listens for it
 * @param advertise where others reach {@code listen}, when that is another address
 */
public record InboundPort(
    String name,
    int port,
    Protocol protocol,
    HostPort app,
    ListenAddress listen,
    @Nullable HostPort advertise) {

  /** One whose socket this process makes. */
  public InboundPort(
      String name,
      int port,
      Protocol protocol,
      HostPort app,
      HostPort listen,
      @Nullable HostPort advertise) {
    this(name, port, protocol, app, new ListenAddress(listen), advertise);
  }

  /** Whether others are told to reach it at {@code address}. */
  public boolean isReachedAt(InetAddress address) {
    HostPort told = advertise == null ? listen.address() : advertise;
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(told.host());
    return literal != null && Arrays.equals(literal, address.getAddress());
  }
}
