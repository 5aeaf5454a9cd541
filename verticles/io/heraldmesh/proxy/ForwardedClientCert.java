package io.heraldmesh.proxy;

import io.heraldmesh.identity.SpiffeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One element of {@code X-Forwarded-Client-Cert}: what a proxy says about the certificate of its
 * client. Reading is strict, so that a writer and a reader never take a value for two.
 *
 * <p>Source: Envoy, HTTP connection management, "x-forwarded-client-cert".
 *
 * @param fields in the order they stand; {@code URI} and {@code DNS} may stand several times
 */
public record ForwardedClientCert(List<Field> fields) {
  /** The header's name as it goes over the wire. */
  public static final String HEADER = "x-forwarded-client-cert";

  private static final Set<String> NAMES =
      Set.of("By", "Hash", "Cert", "Chain", "Subject", "URI", "DNS");
  private static final Set<String> REPEATABLE = Set.of("By", "URI", "DNS");

  /** A field and its value without quotes and escapes. */
  public record Field(String name, String value) {}

  /**
   * @throws IllegalArgumentException when there is no field, an unknown one, one twice that may
   *     stand once, or a value with other characters than printable ASCII
   */
  public ForwardedClientCert {
    fields = List.copyOf(fields);
    require(!fields.isEmpty(), "an element without fields");
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      require(NAMES.contains(field.name()), "an unknown field");
      require(
          field.value().chars().allMatch(c -> c >= 0x20 && c < 0x7f),
          "other characters than printable ASCII");
      boolean again = fields.subList(0, i).stream().anyMatch(f -> f.name().equals(field.name()));
      require(!again || REPEATABLE.contains(field.name()), "a field twice");
    }
  }

  /**
   * What Istio's proxies say of a workload.
   *
   * @param by the proxy's own identity
   * @param hash SHA-256 of the client's leaf in hex
   */
  public static ForwardedClientCert of(String by, String hash, SpiffeId client) {
    return new ForwardedClientCert(
        List.of(
            new Field("By", by),
            new Field("Hash", hash),
            new Field("Subject", ""),
            new Field("URI", client.toString())));
  }

  /**
   * The elements of a header's value, the nearest proxy's last.
   *
   * @throws IllegalArgumentException when it is not exactly of the form; holds nothing of the value
   */
  public static List<ForwardedClientCert> parse(String value) {
    Reader reader = new Reader(value);
    List<ForwardedClientCert> elements = new ArrayList<>();
    do {
      List<Field> fields = new ArrayList<>();
      do {
        fields.add(reader.field());
      } while (reader.skip(';'));
      elements.add(new ForwardedClientCert(fields));
    } while (reader.skip(','));
    require(reader.atEnd(), "text after a value");
    return List.copyOf(elements);
  }

  /** The first value of a field. */
  public Optional<String> value(String name) {
    return fields.stream().filter(f -> f.name().equals(name)).map(Field::value).findFirst();
  }

  /** As it stands in the header; values are quoted where they must be, and when they are empty. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (Field field : fields) {
      out.append(out.isEmpty() ? "" : ";").append(field.name()).append('=');
      boolean plain = !field.value().isEmpty() && field.value().chars().allMatch(Reader::isPlain);
      if (plain) {
        out.append(field.value());
      } else {
        out.append('"').append(field.value().replaceAll("([\"\\\\])", "\\\\$1")).append('"');
      }
    }
    return out.toString();
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(HEADER + ": " + otherwise);
    }
  }

  /** One pass over a header's value. */
  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    static boolean isPlain(int c) {
      return c > ' ' && c < 0x7f && ",;=\"\\".indexOf(c) < 0;
    }

    boolean atEnd() {
      return at == text.length();
    }

    boolean skip(char c) {
      if (!atEnd() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    Field field() {
      String name = plain();
      require(skip('='), "a field without a value");
      return new Field(name, skip('"') ? quoted() : plain());
    }

    private String plain() {
      int start = at;
      while (!atEnd() && isPlain(text.charAt(at))) {
        at++;
      }
      require(at > start, "an empty name or value");
      return text.substring(start, at);
    }

    private String quoted() {
      StringBuilder value = new StringBuilder();
      while (!skip('"')) {
        if (skip('\\')) {
          require(!atEnd() && "\"\\".indexOf(text.charAt(at)) >= 0, "an unknown escape");
        }
        require(!atEnd(), "a quote without its end");
        value.append(text.charAt(at++));
      }
      return value.toString();
    }
  }
}
