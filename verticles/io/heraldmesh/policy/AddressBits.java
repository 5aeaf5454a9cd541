package io.heraldmesh.policy;

import java.net.InetAddress;
import java.util.List;

/** Addresses as texts of zeros and ones, so that a block is a prefix of its addresses. */
final class AddressBits {
  private AddressBits() {}

  static String of(InetAddress address) {
    byte[] bytes = AddressBlock.bytes(address);
    return text(bytes, bytes.length * 8);
  }

  static List<TextMatch> keys(List<String> blocks) {
    return blocks.stream().<TextMatch>map(b -> AddressBlock.parse(b).key()).toList();
  }

  /** The family and the first {@code bits} of an address. */
  static String text(byte[] address, int bits) {
    char[] text = new char[bits + 1];
    text[0] = address.length == 4 ? '4' : '6';
    for (int i = 0; i < bits; i++) {
      text[i + 1] = (address[i / 8] >> (7 - i % 8) & 1) == 0 ? '0' : '1';
    }
    return new String(text);
  }
}
