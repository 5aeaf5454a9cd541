package io.heraldmesh.proxy;

/**
 * Where a workload's own calls come in. Whoever may connect here speaks as that workload.
 *
 * @param address port 0: the system chooses
 */
public record ListenAddress(HostPort address) {

  /**
   * @throws IllegalArgumentException when {@code text} is no {@code host:port}
   */
  public static ListenAddress parse(String text) {
    return new ListenAddress(HostPort.parse(text));
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
