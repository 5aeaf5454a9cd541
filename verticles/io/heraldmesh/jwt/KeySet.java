package io.heraldmesh.jwt;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Web Key Set (RFC 7517 section 5), parsed once: only public signature keys that Herald
 * accepts. A set without any such key verifies nothing. Immutable; thread-safe.
 */
public final class KeySet {
  /** The longest text that is parsed, in characters. */
  public static final int MAX_LENGTH = 1 << 20;

  /** The most keys that a set may have. */
  public static final int MAX_KEYS = 500;

  /** Verifies nothing. */
  public static final KeySet EMPTY = new KeySet(List.of(), List.of(), List.of(), digest(List.of()));

  private final List<VerificationKey> keys;
  private final Set<VerificationKey> members;
  private final List<Note> skipped;
  private final List<Note> warnings;
  private final String digest;

  private KeySet(
      List<VerificationKey> keys, List<Note> skipped, List<Note> warnings, String digest) {
    this.keys = List.copyOf(keys);
    this.members = Set.copyOf(keys);
    this.skipped = List.copyOf(skipped);
    this.warnings = List.copyOf(warnings);
    this.digest = digest;
  }

  /**
   * Something to tell about one key of a set.
   *
   * @param index place of the key in {@code keys}, from 0
   * @param kid fit to be printed; null when the key has none
   * @param text what; holds no key material
   */
  public record Note(int index, @Nullable String kid, String text) {
    @Override
    public String toString() {
      return "keys[" + index + "]" + (kid == null ? "" : " (kid " + kid + ")") + ": " + text;
    }
  }

  /**
   * Parses a key set. Keys that cannot be used are left out and noted; what is left may be nothing.
   *
   * @throws InvalidKeySet when the text is too long, not strict JSON, or has no list {@code keys}
   */
  public static KeySet parse(String json) throws InvalidKeySet {
    return of(elements(object(json)));
  }

  /**
   * As {@link #parse}, but a single JSON Web Key is read too, as a set of one. For files that
   * people hand to a command; issuers and policies give sets.
   *
   * @throws InvalidKeySet as {@link #parse} does
   */
  public static KeySet parseSetOrKey(String json) throws InvalidKeySet {
    Map<String, @Nullable Object> object = object(json);
    boolean key = object.containsKey("kty") && !object.containsKey("keys");
    return of(key ? List.of(object) : elements(object));
  }

  private static KeySet of(List<?> elements) {
    List<VerificationKey> keys = new ArrayList<>();
    List<Note> skipped = new ArrayList<>();
    List<Note> warnings = new ArrayList<>();
    List<String> accepted = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      if (!(elements.get(i) instanceof Map<?, ?> element)) {
        skipped.add(new Note(i, null, "is not an object"));
        continue;
      }
      Map<String, @Nullable Object> members = members(element);
      String kid = members.get("kid") instanceof String text ? Printable.text(text) : null;
      try {
        VerificationKey key = Jwk.read(members);
        keys.add(key);
        accepted.add(canonical(members));
        if (Jwk.hasPrivateMembers(members)) {
          warnings.add(new Note(i, kid, "has private members; only its public half is used"));
        }
      } catch (Jwk.Unusable e) {
        skipped.add(new Note(i, kid, e.reason()));
      }
    }
    return new KeySet(keys, skipped, warnings, digest(accepted));
  }

  /** The accepted keys, in the order of the set. */
  public List<VerificationKey> keys() {
    return keys;
  }

  /** Whether it has no usable key at all. */
  public boolean isEmpty() {
    return keys.isEmpty();
  }

  /** Whether this very key is among them: its material, its {@code kid} and its {@code alg}. */
  boolean contains(VerificationKey key) {
    return members.contains(key);
  }

  /** Keys that were left out, and why. */
  public List<Note> skipped() {
    return skipped;
  }

  /** Keys that are used, but should be looked at. */
  public List<Note> warnings() {
    return warnings;
  }

  /**
   * SHA-256 in hex over the accepted keys: the same for the same keys, whatever their order, and
   * whatever members are not used.
   */
  public String digest() {
    return digest;
  }

  /**
   * The keys that a token with this header may be verified with: those of its {@code kid} and those
   * that have none; without a {@code kid} all; of these the ones that fit the algorithm.
   */
  List<VerificationKey> candidates(@Nullable String kid, Algorithm algorithm) {
    List<VerificationKey> candidates = new ArrayList<>();
    for (VerificationKey key : keys) {
      String name = key.kid();
      if (key.fits(algorithm) && (kid == null || name == null || name.equals(kid))) {
        candidates.add(key);
      }
    }
    return candidates;
  }

  @Override
  public String toString() {
    return "KeySet[keys=" + keys.size() + ", digest=" + digest + "]";
  }

  private static Map<String, @Nullable Object> object(String json) throws InvalidKeySet {
    if (json.length() > MAX_LENGTH) {
      throw new InvalidKeySet("key set is longer than " + MAX_LENGTH + " characters");
    }
    try {
      return StrictJson.object(json);
    } catch (StrictJson.Malformed e) {
      throw new InvalidKeySet("key set " + e.getMessage());
    }
  }

  private static List<?> elements(Map<String, @Nullable Object> object) throws InvalidKeySet {
    if (!(object.get("keys") instanceof List<?> elements)) {
      throw new InvalidKeySet("key set has no list named keys");
    }
    if (elements.size() > MAX_KEYS) {
      throw new InvalidKeySet("key set has more than " + MAX_KEYS + " keys");
    }
    return elements;
  }

  @SuppressWarnings("unchecked") // StrictJson makes no other maps
  private static Map<String, @Nullable Object> members(Map<?, ?> object) {
    return (Map<String, @Nullable Object>) object;
  }

  /** The members that say which key it is and what it may do. */
  private static String canonical(Map<String, @Nullable Object> members) {
    Map<String, @Nullable Object> chosen = new TreeMap<>(members);
    chosen
        .keySet()
        .retainAll(new TreeSet<>(List.of("kty", "kid", "alg", "crv", "n", "e", "x", "y")));
    return chosen.toString();
  }

  private static String digest(List<String> accepted) {
    List<String> sorted = new ArrayList<>(accepted);
    Collections.sort(sorted);
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(sha256.digest(String.join("\n", sorted).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
