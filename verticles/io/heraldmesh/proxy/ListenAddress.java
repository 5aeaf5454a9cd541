package io.heraldmesh.proxy;

/**
 * Where connections come in. Whoever may connect to a workload's outbound one speaks as that
 * workload.
 *
 * @param address port 0: the system chooses
 * @param descriptor of a socket that listens there already, see {@link InheritedSockets}; {@link
 *     #NONE}: it is yet to be made
 */
public record ListenAddress(HostPort address, int descriptor) {
  /** No descriptor. */
  public static final int NONE = -1;

  /** A socket that this process makes. */
  public ListenAddress(HostPort address) {
    this(address, NONE);
  }

  /**
   * @throws IllegalArgumentException when {@code text} is no {@code host:port}
   */
  public static ListenAddress parse(String text) {
    return new ListenAddress(HostPort.parse(text));
  }

  /** Whether the socket was made by somebody else. */
  public boolean inherited() {
    return descriptor != NONE;
  }

  @Override
  public String toString() {
    return inherited() ? address + " (descriptor " + descriptor + ")" : address.toString();
  }
}
