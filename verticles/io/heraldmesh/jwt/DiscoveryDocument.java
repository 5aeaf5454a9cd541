package io.heraldmesh.jwt;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one thing that Herald reads in an issuer's OpenID configuration. */
public final class DiscoveryDocument {
  private static final String PATH = "/.well-known/openid-configuration";

  private DiscoveryDocument() {}

  /** Where an issuer's document stands (OpenID Connect Discovery 1.0, section 4). */
  public static String uri(String issuer) {
    return (issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer) + PATH;
  }

  /**
   * The document's {@code jwks_uri}.
   *
   * @throws InvalidKeySet when it is not strict JSON, speaks for another issuer (section 4.3 of the
   *     same), or names no key set
   */
  public static String keySetUri(String json, String issuer) throws InvalidKeySet {
    Map<String, @Nullable Object> document;
    try {
      document = StrictJson.object(json);
    } catch (StrictJson.Malformed e) {
      throw new InvalidKeySet("OpenID configuration " + e.getMessage());
    }
    if (!issuer.equals(document.get("issuer"))) {
      throw new InvalidKeySet("OpenID configuration speaks for another issuer");
    }
    if (document.get("jwks_uri") instanceof String uri) {
      return uri;
    }
    throw new InvalidKeySet("OpenID configuration has no jwks_uri");
  }
}
