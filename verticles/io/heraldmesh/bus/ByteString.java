package io.heraldmesh.bus;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** Bytes that never change and compare by content. */
public final class ByteString {
  private final byte[] bytes;

  private ByteString(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A copy of {@code bytes}. */
  public static ByteString of(byte... bytes) {
    return new ByteString(bytes.clone());
  }

  /** The SHA-256 digest of {@code bytes}. */
  public static ByteString sha256(byte[] bytes) {
    try {
      return new ByteString(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** A copy. */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  public int size() {
    return bytes.length;
  }

  /** For logs: in hexadecimal, the first 8 bytes only. */
  public String abbreviated() {
    return HexFormat.of().formatHex(bytes, 0, Math.min(8, bytes.length));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByteString that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The size only, so that nothing secret is printed by mistake. */
  @Override
  public String toString() {
    return "ByteString[" + bytes.length + " bytes]";
  }
}
