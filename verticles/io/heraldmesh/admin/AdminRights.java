package io.heraldmesh.admin;

import io.heraldmesh.identity.HeraldRole;
import java.util.Arrays;

/** Which role may do what by the admin API; the table of docs/admin-api.md. */
enum AdminRights {
  RESOURCES_LIST("resources.list", false),
  RESOURCES_GET("resources.get", false),
  RESOURCES_APPLY("resources.apply", false),
  RESOURCES_DELETE("resources.delete", false),
  RESOURCES_HISTORY("resources.history", false),
  NODES_LIST("nodes.list", true),
  STATUS("status", false),
  STATUS_AWAIT("status.await", false),
  TOKENS_CREATE("tokens.create", false),
  TOKENS_LIST("tokens.list", false),
  TOKENS_REVOKE("tokens.revoke", false),
  CERTIFICATES_LIST("certificates.list", true),
  CERTIFICATES_IN_USE("certificates.inuse", true),
  KEY_SETS_LIST("keysets.list", false),
  REGISTRATIONS_LIST("registrations.list", true),
  REGISTRATIONS_REVOKE("registrations.revoke", false),
  AUDIT_LIST("audit.list", false);

  /** The action of a refused message of which is not known what it asks. */
  static final String UNKNOWN = "bus";

  private final String action;
  private final boolean nodes;

  /**
   * @param nodes true: nodes may do it too, as far as it concerns themselves
   */
  AdminRights(String action, boolean nodes) {
    this.action = action;
    this.nodes = nodes;
  }

  /** As the audit log and the bus name it. */
  String action() {
    return action;
  }

  /** The action that {@code asked} is for the audit log; {@link #UNKNOWN} for what is none. */
  static String known(String asked) {
    return Arrays.stream(values())
        .map(AdminRights::action)
        .filter(asked::equals)
        .findFirst()
        .orElse(UNKNOWN);
  }

  /** True: nodes may do {@code action} too, as far as it concerns themselves. */
  static boolean areOfNodes(String action) {
    return Arrays.stream(values()).anyMatch(right -> right.nodes && right.action.equals(action));
  }

  /** True: {@code role} may, at least as far as it concerns the caller itself. */
  boolean allow(HeraldRole role) {
    return !seesItselfOnly(role) || nodes && role == HeraldRole.NODE;
  }

  /** True: {@code role} is shown itself only. */
  static boolean seesItselfOnly(HeraldRole role) {
    return role != HeraldRole.OPERATOR && role != HeraldRole.ADMIN;
  }
}
