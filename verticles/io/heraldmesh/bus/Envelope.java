package io.heraldmesh.bus;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A signed message, taken apart but not yet believed: see {@link EnvelopeVerifier}.
 *
 * <p>On the wire: the four bytes {@code HLD1}, the length of what is signed (4 bytes), what is
 * signed, the signature. What is signed is type, address, recipient, nonce, times, the sender's
 * chain and the payload, each with its length in front. The signature covers exactly the bytes that
 * are parsed here; nothing is encoded a second time to be checked.
 *
 * @param type what kind of message it is
 * @param address where it was sent to
 * @param recipient see {@link Recipient#text()}
 * @param nonce 16 bytes; an answer carries the one of its request
 * @param issuedAt by the sender's clock
 * @param expires null: never, for what is ordered by a revision instead
 * @param chain the sender's certificates in DER, leaf first
 * @param payload the message itself
 * @param signed the bytes that the signature covers
 * @param signature ES256, in DER
 */
public record Envelope(
    String type,
    String address,
    String recipient,
    ByteString nonce,
    Instant issuedAt,
    @Nullable Instant expires,
    List<ByteString> chain,
    ByteString payload,
    ByteString signed,
    ByteString signature) {

  /** Bytes in a nonce. */
  public static final int NONCE_BYTES = 16;

  private static final byte[] MAGIC = "HLD1".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_TEXT_BYTES = 2100;
  private static final int MAX_CERTIFICATES = 5;
  private static final int MAX_CERTIFICATE_BYTES = 16 * 1024;
  private static final int MAX_SIGNATURE_BYTES = 128;

  public Envelope {
    chain = List.copyOf(chain);
  }

  /** The bytes to sign for these fields. */
  static byte[] toBeSigned(
      String type,
      String address,
      String recipient,
      ByteString nonce,
      Instant issuedAt,
      @Nullable Instant expires,
      List<ByteString> chain,
      byte[] payload) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(payload.length + 2048);
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      write(out, type.getBytes(StandardCharsets.UTF_8));
      write(out, address.getBytes(StandardCharsets.UTF_8));
      write(out, recipient.getBytes(StandardCharsets.UTF_8));
      write(out, nonce.toByteArray());
      out.writeLong(issuedAt.toEpochMilli());
      out.writeLong(expires == null ? Long.MAX_VALUE : expires.toEpochMilli());
      out.writeInt(chain.size());
      for (ByteString certificate : chain) {
        write(out, certificate.toByteArray());
      }
      write(out, payload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The whole message for the wire. */
  static byte[] frame(byte[] signed, byte[] signature) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(signed.length + 128);
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.write(MAGIC);
      write(out, signed);
      out.write(signature);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Takes a message apart. Allocates no more than the message is long.
   *
   * @throws MalformedMessage when it is not an envelope, to the last byte
   */
  public static Envelope parse(byte[] frame) throws MalformedMessage {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame));
    try {
      byte[] magic = in.readNBytes(MAGIC.length);
      if (!Arrays.equals(magic, MAGIC)) {
        throw new MalformedMessage("does not start as an envelope of this version");
      }
      byte[] signed = read(in, Integer.MAX_VALUE, "signed part");
      byte[] signature = in.readAllBytes();
      if (signature.length == 0 || signature.length > MAX_SIGNATURE_BYTES) {
        throw new MalformedMessage("signature has " + signature.length + " bytes");
      }
      return parse(ByteString.of(signed), ByteString.of(signature));
    } catch (IOException e) {
      throw new MalformedMessage("ends early");
    }
  }

  private static Envelope parse(ByteString signed, ByteString signature)
      throws MalformedMessage, IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(signed.toByteArray()));
    String type = text(in, "type");
    String address = text(in, "address");
    String recipient = text(in, "recipient");
    byte[] nonce = read(in, NONCE_BYTES, "nonce");
    if (nonce.length != NONCE_BYTES) {
      throw new MalformedMessage("nonce has " + nonce.length + " bytes");
    }
    Instant issuedAt = Instant.ofEpochMilli(in.readLong());
    long expires = in.readLong();
    int certificates = in.readInt();
    if (certificates < 1 || certificates > MAX_CERTIFICATES) {
      throw new MalformedMessage("holds " + certificates + " certificates");
    }
    List<ByteString> chain = new ArrayList<>();
    for (int i = 0; i < certificates; i++) {
      chain.add(ByteString.of(read(in, MAX_CERTIFICATE_BYTES, "certificate")));
    }
    byte[] payload = read(in, Integer.MAX_VALUE, "payload");
    if (in.available() != 0) {
      throw new MalformedMessage("has bytes after its payload");
    }
    return new Envelope(
        type,
        address,
        recipient,
        ByteString.of(nonce),
        issuedAt,
        expires == Long.MAX_VALUE ? null : Instant.ofEpochMilli(expires),
        chain,
        ByteString.of(payload),
        signed,
        signature);
  }

  private static void write(DataOutputStream out, byte[] part) throws IOException {
    out.writeInt(part.length);
    out.write(part);
  }

  private static byte[] read(DataInputStream in, int most, String what)
      throws IOException, MalformedMessage {
    int length = in.readInt();
    if (length < 0 || length > most || length > in.available()) {
      throw new MalformedMessage(what + " has an impossible length");
    }
    return in.readNBytes(length);
  }

  private static String text(DataInputStream in, String what) throws IOException, MalformedMessage {
    byte[] bytes = read(in, MAX_TEXT_BYTES, what);
    for (byte b : bytes) {
      if (b < 0x21 || b > 0x7e) {
        throw new MalformedMessage(what + " holds a character other than visible ASCII");
      }
    }
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
