package io.heraldmesh.proxy.capture;

/**
 * The local user whose processes are a workload.
 *
 * @param user as the node file names it
 */
public record RunAs(String user, int uid) {

  @Override
  public String toString() {
    return user.equals(Integer.toString(uid)) ? "uid " + uid : user + " (uid " + uid + ")";
  }
}
