package io.heraldmesh.conformance.live;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Frames of HTTP/2 and their header blocks, written as told, right or wrong (RFC 9113, RFC 7541).
 */
final class Http2Bytes {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int GOAWAY = 7;

  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  private static final int INDEXED = 0x80;
  private static final int INTO_THE_TABLE = 0x40;
  private static final int TABLE_SIZE = 0x20;

  /** The first entry behind those that every table begins with. */
  private static final int NEWEST = 62;

  private Http2Bytes() {}

  static byte[] preface() {
    return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] frame(int type, int flags, int stream, byte[] payload) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream(9 + payload.length);
    frame.write(payload.length >> 16);
    frame.write(payload.length >> 8);
    frame.write(payload.length);
    frame.write(type);
    frame.write(flags);
    number(frame, stream);
    frame.writeBytes(payload);
    return frame.toByteArray();
  }

  /** SETTINGS with one of them. */
  static byte[] setting(int id, int value) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream(6);
    payload.write(id >> 8);
    payload.write(id);
    number(payload, value);
    return frame(SETTINGS, 0, 0, payload.toByteArray());
  }

  /** A block of literals, without table and Huffman code; names and values in turn. */
  static byte[] block(List<String> fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < fields.size(); i += 2) {
      block.write(0);
      text(block, fields.get(i));
      text(block, fields.get(i + 1));
    }
    return block.toByteArray();
  }

  /** A block that puts one field of {@code size} octets into the table and then names it often. */
  static byte[] bomb(List<String> fields, int size, int references) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(block(fields));
    block.write(INTO_THE_TABLE);
    text(block, "x");
    text(block, "v".repeat(size));
    for (int i = 0; i < references; i++) {
      integer(block, INDEXED, 7, NEWEST);
    }
    return block.toByteArray();
  }

  /** A block that says first how large its table is from here on, in one step or several. */
  static byte[] sized(List<String> fields, long... sizes) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (long size : sizes) {
      integer(block, TABLE_SIZE, 5, size);
    }
    block.writeBytes(block(fields));
    return block.toByteArray();
  }

  private static void text(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    integer(block, 0, 7, bytes.length);
    block.writeBytes(bytes);
  }

  /** RFC 7541 section 5.1. */
  private static void integer(ByteArrayOutputStream block, int first, int bits, long value) {
    int most = (1 << bits) - 1;
    if (value < most) {
      block.write(first | (int) value);
      return;
    }
    block.write(first | most);
    long rest = value - most;
    while (rest >= 128) {
      block.write((int) (rest & 127 | 128));
      rest >>>= 7;
    }
    block.write((int) rest);
  }

  private static void number(ByteArrayOutputStream out, int value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.write(value >> shift);
    }
  }
}
