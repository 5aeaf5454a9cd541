package io.heraldmesh.resource;

/** What a {@code when} condition looks at. Source: Istio, authorization policy conditions. */
public enum Attribute {
  REQUEST_HEADER("request.headers"),
  SOURCE_IP("source.ip"),
  REMOTE_IP("remote.ip"),
  SOURCE_NAMESPACE("source.namespace"),
  SOURCE_SERVICE_ACCOUNT("source.serviceAccount"),
  SOURCE_PRINCIPAL("source.principal"),
  SOURCE_TRUST_DOMAIN("source.trustDomain"),
  REQUEST_PRINCIPAL("request.auth.principal"),
  REQUEST_AUDIENCES("request.auth.audiences"),
  REQUEST_PRESENTER("request.auth.presenter"),
  REQUEST_CLAIM("request.auth.claims"),
  DESTINATION_IP("destination.ip"),
  DESTINATION_PORT("destination.port"),
  CONNECTION_SNI("connection.sni");

  private final String key;

  Attribute(String key) {
    this.key = key;
  }

  /** The key without brackets, as it is written in YAML. */
  public String key() {
    return key;
  }

  /** True when the key is followed by {@code [name]}. */
  public boolean hasArguments() {
    return this == REQUEST_HEADER || this == REQUEST_CLAIM;
  }

  /** True when it speaks of who is calling, which an external authorizer must decide itself. */
  public boolean isIdentity() {
    return switch (this) {
      case SOURCE_NAMESPACE,
          SOURCE_SERVICE_ACCOUNT,
          SOURCE_PRINCIPAL,
          SOURCE_TRUST_DOMAIN,
          REQUEST_PRINCIPAL,
          REQUEST_AUDIENCES,
          REQUEST_PRESENTER,
          REQUEST_CLAIM ->
          true;
      case REQUEST_HEADER, SOURCE_IP, REMOTE_IP, DESTINATION_IP, DESTINATION_PORT, CONNECTION_SNI ->
          false;
    };
  }

  /** True when only HTTP requests have it. */
  public boolean isHttpOnly() {
    return switch (this) {
      case REQUEST_HEADER, REQUEST_PRINCIPAL, REQUEST_AUDIENCES, REQUEST_PRESENTER, REQUEST_CLAIM ->
          true;
      case SOURCE_IP,
          REMOTE_IP,
          SOURCE_NAMESPACE,
          SOURCE_SERVICE_ACCOUNT,
          SOURCE_PRINCIPAL,
          SOURCE_TRUST_DOMAIN,
          DESTINATION_IP,
          DESTINATION_PORT,
          CONNECTION_SNI ->
          false;
    };
  }
}
