package io.heraldmesh.policy;

import java.util.List;

/** One element of {@code when}: an attribute and what is asked of it. */
public sealed interface Condition {

  /** {@code when[].key} as the resource writes it. */
  default String key() {
    return switch (this) {
      case HeaderCondition(String name, TextField field) -> "request.headers[" + name + "]";
      case ClaimCondition(List<String> path, TextField field) ->
          "request.auth.claims[" + String.join("][", path) + "]";
      case TextCondition(TextAttribute attribute, TextField field) -> attribute.key();
      case AddressCondition(AddressAttribute attribute, AddressField field) -> attribute.key();
      case PortCondition(PortField field) -> "destination.port";
    };
  }

  /**
   * {@code request.headers[name]}; HTTP only. Each value of the header is trimmed and matched
   * alone: {@code values} when any value is listed, {@code notValues} when any is not listed or the
   * header is absent.
   */
  record HeaderCondition(String name, TextField field) implements Condition {}

  /**
   * {@code request.auth.claims[a][b]}; HTTP only. A claim that is a list matches when any of its
   * members does; only text is compared.
   *
   * @param path at least one name, outermost first
   */
  record ClaimCondition(List<String> path, TextField field) implements Condition {
    public ClaimCondition {
      path = List.copyOf(path);
      if (path.isEmpty()) {
        throw new IllegalArgumentException("a claim needs a name");
      }
    }
  }

  /** A condition on one text. */
  record TextCondition(TextAttribute attribute, TextField field) implements Condition {}

  /** A condition on an address. */
  record AddressCondition(AddressAttribute attribute, AddressField field) implements Condition {}

  /** {@code destination.port}: the workload port. */
  record PortCondition(PortField field) implements Condition {}

  /** Attributes that are one text, or a list of which any member may match. */
  enum TextAttribute {
    SOURCE_NAMESPACE("source.namespace", false),
    SOURCE_SERVICE_ACCOUNT("source.serviceAccount", false),
    SOURCE_PRINCIPAL("source.principal", false),
    SOURCE_TRUST_DOMAIN("source.trustDomain", false),
    REQUEST_PRINCIPAL("request.auth.principal", true),
    REQUEST_AUDIENCES("request.auth.audiences", true),
    REQUEST_PRESENTER("request.auth.presenter", true),
    CONNECTION_SNI("connection.sni", false);

    private final String key;
    private final boolean httpOnly;

    TextAttribute(String key, boolean httpOnly) {
      this.key = key;
      this.httpOnly = httpOnly;
    }

    /** The word in {@code when[].key}. */
    public String key() {
      return key;
    }

    /** True when a TCP connection cannot have it. */
    public boolean httpOnly() {
      return httpOnly;
    }
  }

  /** Attributes that are an IP address. */
  enum AddressAttribute {
    SOURCE_IP("source.ip"),
    REMOTE_IP("remote.ip"),
    DESTINATION_IP("destination.ip");

    private final String key;

    AddressAttribute(String key) {
      this.key = key;
    }

    /** The word in {@code when[].key}. */
    public String key() {
      return key;
    }
  }
}
