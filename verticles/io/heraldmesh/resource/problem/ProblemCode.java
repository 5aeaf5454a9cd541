package io.heraldmesh.resource.problem;

/**
 * Every problem Herald can report about its input. An id, once released, keeps its meaning.
 *
 * <p>00 files and YAML, 01 fields, 02 kinds and metadata, 03 PeerAuthentication, 04
 * RequestAuthentication, 05 AuthorizationPolicy, 06 services and workloads, 07 mesh configuration,
 * 08 what resources say about each other, 09 node file, 10 v1alpha1 Policy and MeshPolicy, 11
 * DestinationRule.
 */
public enum ProblemCode {
  UNREADABLE(1, Level.ERROR, "name an existing file or folder that this user may read"),
  TOO_LARGE(2, Level.ERROR, "split it into smaller files"),
  NOT_UTF8(3, Level.ERROR, "save the file as UTF-8"),
  CONTROL_CHARACTER(4, Level.ERROR, "remove it; in double quotes it can be written as an escape"),
  HIDDEN_CHARACTER(5, Level.WARNING, "remove it"),
  SYNTAX(6, Level.ERROR, "correct the YAML"),
  TAB(7, Level.ERROR, "indent with spaces"),
  DUPLICATE_KEY(8, Level.ERROR, "keep one of the two"),
  ALIAS(9, Level.ERROR, "write the value out"),
  TAG(10, Level.ERROR, "remove the tag; quote the value when it is text"),
  MERGE_KEY(11, Level.ERROR, "write the fields out"),
  BAD_KEY(12, Level.ERROR, "use plain text as the key"),
  TOO_DEEP(13, Level.ERROR, "nest less deeply"),
  TOO_MANY_NODES(14, Level.ERROR, "split it into smaller files"),
  NO_RESOURCES(15, Level.WARNING, "write resources into it, or remove it"),
  TOO_MANY_PROBLEMS(16, Level.WARNING, "correct those that are listed first"),
  FILE_EMPTIED(17, Level.ERROR, "delete the file to withdraw what it held, or write it whole"),
  NO_POLICY(18, Level.ERROR, "put policies into it, or set resourcesMayBeEmpty: true"),

  UNKNOWN_FIELD(101, Level.ERROR, "remove it, or correct its name or indentation"),
  REQUIRED(102, Level.ERROR, "add the field"),
  WRONG_TYPE(103, Level.ERROR, "write the value in the form that is asked for"),
  UNKNOWN_VALUE(104, Level.ERROR, "use one of the listed values"),
  OUT_OF_RANGE(105, Level.ERROR, "use a value within the range"),
  NULL_VALUE(106, Level.ERROR, "give it a value, or remove the field"),
  NOT_ENFORCED(107, Level.ERROR, "remove it: Herald would not act on it"),
  TEXT_EXPECTED(108, Level.WARNING, "put it in quotes"),
  PROTO_NAME(109, Level.WARNING, "write it in camel case"),
  EMPTY(110, Level.ERROR, "give it a value, or remove it"),
  TOO_MANY(111, Level.ERROR, "use fewer"),
  IGNORED_FIELD(112, Level.WARNING, "remove it, or know that it has no effect here"),
  INVALID(113, Level.ERROR, "correct the value"),
  CONFLICT(114, Level.ERROR, "keep one of the two"),

  KIND_NOT_READ(201, Level.WARNING, "remove it, or know that Herald does not act on it"),
  MISSPELT_KIND(202, Level.ERROR, "correct apiVersion and kind"),
  INVALID_NAME(203, Level.ERROR, "use lower-case letters, digits, '-' and '.'"),
  DUPLICATE_RESOURCE(204, Level.ERROR, "keep one of the two"),
  INVALID_SELECTOR(205, Level.ERROR, "select by exact labels in matchLabels"),
  INVALID_TARGET(206, Level.ERROR, "name an object of the same namespace"),

  PORT_NEEDS_SELECTOR(301, Level.ERROR, "add selector.matchLabels, or set mtls.mode"),

  INVALID_JWKS(401, Level.ERROR, "give a JSON Web Key Set: {\"keys\":[{\"kty\":…}]}"),
  PRIVATE_KEY_IN_JWKS(402, Level.WARNING, "keep only the public part of the key"),
  INVALID_JWKS_URI(403, Level.ERROR, "use an absolute https:// URL of at most 2048 characters"),
  NO_KEYS(404, Level.WARNING, "add jwks or jwksUri, or use the issuer's https:// URL"),
  INVALID_HEADER_NAME(405, Level.ERROR, "use letters, digits, '-' and '_'"),
  RESERVED_HEADER(406, Level.ERROR, "use a header of your own, such as x-jwt-payload"),
  UNUSABLE_KEY(407, Level.WARNING, "use public RSA, EC or Ed25519 keys for signatures"),
  SHARED_HEADER(408, Level.WARNING, "give each output a header of its own"),

  NEVER_TRIGGERED(501, Level.ERROR, "add rules; a rule {} matches every request"),
  UNKNOWN_CONDITION(502, Level.ERROR, "use a key of Istio's list of authorization conditions"),
  INVALID_IP_BLOCK(503, Level.ERROR, "write an IP address or CIDR block, such as 10.0.0.0/8"),
  HOST_BITS(504, Level.WARNING, "write the first address of the block"),
  INVALID_PATH_TEMPLATE(
      505, Level.ERROR, "use {*} for one segment and {**} once, as last operator"),
  NEVER_MATCHES(506, Level.WARNING, "correct it, or remove it"),
  INNER_WILDCARD(507, Level.WARNING, "put '*' at the start or the end only"),
  INVALID_SERVICE_ACCOUNT(508, Level.ERROR, "write namespace/name, or the name alone"),
  CUSTOM_UNSUPPORTED(509, Level.ERROR, "let the external authorizer decide on it"),
  INVALID_TRUST_DOMAIN(510, Level.ERROR, "use lower-case letters, digits, '.', '-' and '_'"),
  UNKNOWN_METHOD(511, Level.WARNING, "correct it, unless a program of yours sends it"),

  INVALID_ADDRESS(601, Level.ERROR, "use an IP address, or a DNS name that resolves"),
  INVALID_HOST(602, Level.ERROR, "use a full DNS name"),
  DUPLICATE_PORT(603, Level.ERROR, "give each port its own name and number"),
  ENDPOINTS_NOT_ALLOWED(604, Level.ERROR, "change resolution, endpoints or workloadSelector"),

  SECOND_MESH_CONFIG(701, Level.ERROR, "keep one mesh configuration"),

  SELECTS_NOTHING(801, Level.WARNING, "correct the labels, or start the workload"),
  SHADOWED_POLICY(802, Level.WARNING, "remove one of the two, or add a selector"),
  FOREIGN_PRINCIPAL(803, Level.WARNING, "name the mesh's trust domain, or make it an alias"),
  DENIES_TCP(804, Level.WARNING, "limit the rule with to.operation.ports"),
  DUPLICATE_HOST(805, Level.WARNING, "keep one of the two"),
  UNREACHABLE_RULE(806, Level.WARNING, "remove it, or make the other rule narrower"),
  CONTRADICTION(807, Level.WARNING, "remove one of the fields that exclude each other"),
  NOBODY_ALLOWED(808, Level.WARNING, "correct the rules, so that some caller can satisfy one"),
  NO_IDENTITY(809, Level.WARNING, "set mutual TLS to STRICT or PERMISSIVE, or ask for less"),
  NO_TOKEN(810, Level.WARNING, "add a RequestAuthentication for these workloads, or read it along"),
  UNKNOWN_NAMESPACE(811, Level.WARNING, "correct the name, or add the Namespace"),
  UNKNOWN_PORT(812, Level.WARNING, "write a port that the workload listens on"),
  HEADER_TAKEN_OFF(813, Level.WARNING, "have the sender use a header of its own"),
  SHARED_PORT(814, Level.WARNING, "give each ServiceEntry its addresses, or a port of its own"),

  INVALID_POLICY_NAME(1001, Level.ERROR, "name it default, or give it targets"),
  PEER_METHOD(1002, Level.ERROR, "use mtls; tokens of end users belong to origins"),
  DUPLICATE_ISSUER(1003, Level.ERROR, "keep one jwt for each issuer"),
  NO_ORIGIN(1004, Level.ERROR, "add origins, or use USE_PEER"),
  INVALID_REGEX(1005, Level.ERROR, "write it without look-around and back-references (RE2 syntax)"),
  TRIGGERS_ADD_UP(1006, Level.WARNING, "put excludedPaths and includedPaths into one rule"),
  TAKES_PLAIN_TEXT(1007, Level.WARNING, "write mode: PERMISSIVE, or remove allowTls"),
  NO_SUCH_SERVICE(1008, Level.WARNING, "correct the name, or add the Service"),
  BOTH_APIS(1009, Level.WARNING, "turn the old policy into current kinds: herald convert"),

  UNVERIFIED_SERVER(1101, Level.ERROR, "remove it, and name the server's roots in caCertificates"),
  INVALID_EXPORT(1102, Level.ERROR, "use '*', or '.' and names of namespaces"),
  NO_SUCH_DESTINATION(1103, Level.WARNING, "write the full name of a service or ServiceEntry"),
  TLS_MISMATCH(1104, Level.WARNING, "let both sides say the same, or let auto mTLS choose");

  private final int number;
  private final Level level;
  private final String remedy;

  ProblemCode(int number, Level level, String remedy) {
    this.number = number;
    this.level = level;
    this.remedy = remedy;
  }

  /** The stable id, such as {@code HLD0101}. */
  public String id() {
    return String.format("HLD%04d", number);
  }

  public Level level() {
    return level;
  }

  /** What to do in general; a problem may have a better hint. */
  public String remedy() {
    return remedy;
  }
}
