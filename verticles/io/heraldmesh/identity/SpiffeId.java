package io.heraldmesh.identity;

import java.util.List;
import java.util.Optional;

/**
 * A SPIFFE ID. A value that exists is valid (SPIFFE-ID section 2).
 *
 * @param trustDomain the authority part
 * @param path empty, or starting with {@code /}, without empty, {@code .} or {@code ..} segments
 */
public record SpiffeId(TrustDomain trustDomain, String path) implements Comparable<SpiffeId> {

  public SpiffeId {
    requirePath(path);
    if (trustDomain.name().length() + path.length() + "spiffe://".length() > 2048) {
      throw new InvalidIdentity("SPIFFE ID is longer than 2048 bytes");
    }
  }

  /**
   * Reads the canonical form only. SPIFFE-ID section 2.1 asks for lower case where section 2.4
   * ignores case; refusing upper case is safe in both readings.
   *
   * @throws InvalidIdentity when {@code uri} is not a SPIFFE ID; the message says why
   */
  public static SpiffeId parse(String uri) {
    if (!uri.startsWith("spiffe://")) {
      throw new InvalidIdentity("scheme is not spiffe://");
    }
    String rest = uri.substring("spiffe://".length());
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    return new SpiffeId(new TrustDomain(authority), slash < 0 ? "" : rest.substring(slash));
  }

  /**
   * The ID with these path segments; without any, that of the trust domain itself.
   *
   * @throws InvalidIdentity when one of them is not exactly one segment
   */
  public static SpiffeId ofSegments(TrustDomain td, List<String> segments) {
    StringBuilder path = new StringBuilder();
    for (String segment : segments) {
      if (segment.indexOf('/') >= 0) {
        throw new InvalidIdentity("a path segment holds no '/'");
      }
      path.append('/').append(segment);
    }
    return new SpiffeId(td, path.toString());
  }

  /** {@code spiffe://<td>/ns/<namespace>/sa/<serviceAccount>}. */
  public static SpiffeId workload(TrustDomain td, String namespace, String serviceAccount) {
    return ofSegments(td, List.of("ns", namespace, "sa", serviceAccount));
  }

  /** {@code spiffe://<td>/herald/<role>/<name>}. */
  public static SpiffeId herald(TrustDomain td, HeraldRole role, String name) {
    return ofSegments(td, List.of("herald", role.word(), name));
  }

  /** The workload names, when the path is exactly {@code /ns/<namespace>/sa/<account>}. */
  public Optional<WorkloadIdentity> workload() {
    String[] parts = path.split("/", -1);
    if (parts.length == 5 && parts[1].equals("ns") && parts[3].equals("sa")) {
      return Optional.of(new WorkloadIdentity(parts[2], parts[4]));
    }
    return Optional.empty();
  }

  /** Herald's own names, when the path is exactly {@code /herald/<role>/<name>}. */
  public Optional<HeraldIdentity> herald() {
    String[] parts = path.split("/", -1);
    if (parts.length == 4 && parts[1].equals("herald")) {
      for (HeraldRole role : HeraldRole.values()) {
        if (role.word().equals(parts[2])) {
          return Optional.of(new HeraldIdentity(role, parts[3]));
        }
      }
    }
    return Optional.empty();
  }

  /** The form policies use: the ID without {@code spiffe://}. */
  public String principal() {
    return trustDomain.name() + path;
  }

  @Override
  public int compareTo(SpiffeId other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return "spiffe://" + principal();
  }

  private static void requirePath(String path) {
    if (path.isEmpty()) {
      return;
    }
    if (path.charAt(0) != '/') {
      throw new InvalidIdentity("path does not start with '/'");
    }
    for (String segment : path.substring(1).split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw new InvalidIdentity("path has an empty, '.' or '..' segment");
      }
      for (int i = 0; i < segment.length(); i++) {
        char c = segment.charAt(i);
        boolean legal =
            c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '.'
                || c == '-'
                || c == '_';
        if (!legal) {
          throw new InvalidIdentity("path may hold only a-z, A-Z, 0-9, '.', '-' and '_'");
        }
      }
    }
  }
}
