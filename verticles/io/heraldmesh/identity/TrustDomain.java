package io.heraldmesh.identity;

import java.util.Locale;

/**
 * A SPIFFE trust domain, such as {@code cluster.local}. A value that exists is valid.
 *
 * <p>Source: SPIFFE-ID section 2.1: lower-case letters, digits, dots, dashes and underscores, 1 to
 * 255 characters.
 */
public record TrustDomain(String name) implements Comparable<TrustDomain> {

  /**
   * @throws InvalidIdentity when {@code name} is not a legal trust domain name
   */
  public TrustDomain {
    if (name.isEmpty() || name.length() > 255) {
      throw new InvalidIdentity("trust domain must have 1 to 255 characters");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_')) {
        throw new InvalidIdentity(
            "trust domain may hold only a-z, 0-9, '.', '-' and '_'; character "
                + (i + 1)
                + " is another");
      }
    }
  }

  /**
   * A trust domain as people write it in configuration: a name or a SPIFFE ID, whose scheme and
   * trust domain may be in upper case (SPIFFE-ID section 2.4). What peers send is not read in this
   * way: there only the canonical form counts.
   *
   * @throws InvalidIdentity when it is neither
   */
  public static TrustDomain parse(String text) {
    int scheme = text.indexOf("://");
    if (scheme < 0) {
      return new TrustDomain(text.toLowerCase(Locale.ROOT));
    }
    int slash = text.indexOf('/', scheme + 3);
    int end = slash < 0 ? text.length() : slash;
    return SpiffeId.parse(text.substring(0, end).toLowerCase(Locale.ROOT) + text.substring(end))
        .trustDomain();
  }

  @Override
  public int compareTo(TrustDomain other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
