package io.heraldmesh.identity;

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
            "trust domain may hold only a-z, 0-9, '.', '-' and '_', not '" + c + "'");
      }
    }
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
