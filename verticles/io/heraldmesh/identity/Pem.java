package io.heraldmesh.identity;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Textual encoding of certificates, keys and requests (RFC 7468, the strict form; explanatory text
 * only where it is asked for).
 */
public final class Pem {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";

  private Pem() {}

  /** One encapsulated object. Its bytes may be a private key and are not shown. */
  public static final class Block {
    private final String label;
    private final byte[] der;

    Block(String label, byte[] der) {
      this.label = label;
      this.der = der;
    }

    /** Such as {@code CERTIFICATE}. */
    public String label() {
      return label;
    }

    public byte[] der() {
      return der.clone();
    }

    @Override
    public String toString() {
      return label + " (" + der.length + " bytes)";
    }
  }

  /** Whether lines outside the blocks are allowed (RFC 7468 section 2) or refused. */
  public enum Text {
    ALLOWED,
    REFUSED
  }

  /**
   * The blocks of {@code pem} in their order; empty when there is none.
   *
   * @throws InvalidCertificate when a block is broken, or text stands where it is refused
   */
  public static List<Block> read(String pem, Text text) {
    List<Block> blocks = new ArrayList<>();
    String label = null;
    StringBuilder body = new StringBuilder();
    int number = 0;
    for (String raw : pem.split("\n", -1)) {
      number++;
      String line = raw.strip();
      if (label == null) {
        if (line.startsWith(BEGIN)) {
          label = label(line, BEGIN, number);
        } else if (line.contains(DASHES) || text == Text.REFUSED && !line.isEmpty()) {
          throw new InvalidCertificate("line " + number + ": text outside of a PEM block");
        }
      } else if (line.startsWith(END)) {
        if (!label(line, END, number).equals(label)) {
          throw new InvalidCertificate("line " + number + ": END does not match BEGIN " + label);
        }
        blocks.add(new Block(label, decode(body.toString(), number)));
        label = null;
        body.setLength(0);
      } else if (line.contains(DASHES)) {
        throw new InvalidCertificate("line " + number + ": BEGIN " + label + " has no END");
      } else {
        body.append(line);
      }
    }
    if (label != null) {
      throw new InvalidCertificate("BEGIN " + label + " has no END");
    }
    return blocks;
  }

  /** One block with lines of 64 characters and a final line end. */
  public static String write(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return BEGIN + label + DASHES + "\n" + body + "\n" + END + label + DASHES + "\n";
  }

  private static String label(String line, String prefix, int number) {
    if (!line.endsWith(DASHES) || line.length() <= prefix.length() + DASHES.length()) {
      throw new InvalidCertificate("line " + number + ": broken PEM boundary");
    }
    return line.substring(prefix.length(), line.length() - DASHES.length());
  }

  private static byte[] decode(String body, int number) {
    try {
      byte[] der = Base64.getDecoder().decode(body);
      if (der.length == 0) {
        throw new InvalidCertificate("line " + number + ": empty PEM block");
      }
      return der;
    } catch (IllegalArgumentException e) {
      // The decoder's own message could quote the body, which may be a key.
      throw new InvalidCertificate("line " + number + ": PEM block is not base64");
    }
  }
}
