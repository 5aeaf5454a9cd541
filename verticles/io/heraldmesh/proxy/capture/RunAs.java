package io.heraldmesh.proxy.capture;

/**
 * The local user whose processes are a workload.
 *
 * @param user as the node file names it
 * @param uid 0 to {@link #MOST}
 */
public record RunAs(String user, long uid) {
  /** The highest uid: one has 32 bits, and 4294967295 means none (chown(2)). */
  public static final long MOST = 4_294_967_294L;

  @Override
  public String toString() {
    return user.equals(Long.toString(uid)) ? "uid " + uid : user + " (uid " + uid + ")";
  }
}
