package io.heraldmesh.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS client says first, read without consuming it.
 *
 * @param sni the server name asked for, in lower case (RFC 6066 section 3)
 * @param alpn protocol names in the client's order (RFC 7301 section 3.1)
 */
public record ClientHello(@Nullable String sni, List<String> alpn) {
  /** A hello that is longer is not read on: 16 KiB is Netty's bound too. */
  public static final int MAX_BYTES = 16 * 1024;

  private static final int RECORD_HANDSHAKE = 22;
  private static final int CLIENT_HELLO = 1;
  private static final int EXTENSION_SNI = 0;
  private static final int EXTENSION_ALPN = 16;

  /** Whether the client means to be part of the mesh: it offers a name that starts with istio. */
  public boolean mesh() {
    for (String name : alpn) {
      if (name.startsWith("istio")) {
        return true;
      }
    }
    return false;
  }

  /** Whether the first bytes may begin a TLS connection; null: too few to tell. */
  public static @Nullable Boolean looksLikeTls(ByteBuf in) {
    if (in.readableBytes() == 0) {
      return null;
    }
    int at = in.readerIndex();
    if (in.getUnsignedByte(at) != RECORD_HANDSHAKE) {
      return false;
    }
    return in.readableBytes() < 2 ? null : in.getUnsignedByte(at + 1) == 3;
  }

  /**
   * Reads the hello at the start of {@code in}, over several records if need be; null when more
   * bytes are needed.
   *
   * @throws IllegalArgumentException when this is no client hello, or one that is too long
   */
  public static @Nullable ClientHello read(ByteBuf in) {
    ByteBuf message = Unpooled.buffer();
    int at = in.readerIndex();
    int end = in.writerIndex();
    while (end - at >= 5) {
      if (in.getUnsignedByte(at) != RECORD_HANDSHAKE) {
        throw new IllegalArgumentException("a record that is no handshake");
      }
      int length = in.getUnsignedShort(at + 3);
      if (length == 0 || length > MAX_BYTES) {
        throw new IllegalArgumentException("a record of " + length + " bytes");
      }
      int there = Math.min(length, end - at - 5);
      message.writeBytes(in, at + 5, there);
      if (message.readableBytes() >= 4) {
        int total = checkedLength(message);
        if (message.readableBytes() >= 4 + total) {
          return parse(message.slice(4, total));
        }
      }
      if (there < length) {
        return null;
      }
      at += 5 + length;
    }
    return null;
  }

  private static int checkedLength(ByteBuf message) {
    if (message.getUnsignedByte(0) != CLIENT_HELLO) {
      throw new IllegalArgumentException("no client hello");
    }
    int total = message.getUnsignedMedium(1);
    if (total > MAX_BYTES) {
      throw new IllegalArgumentException("a client hello of " + total + " bytes");
    }
    return total;
  }

  private static ClientHello parse(ByteBuf hello) {
    try {
      hello.skipBytes(2 + 32);
      hello.skipBytes(hello.readUnsignedByte());
      hello.skipBytes(hello.readUnsignedShort());
      hello.skipBytes(hello.readUnsignedByte());
      String sni = null;
      List<String> alpn = List.of();
      if (hello.isReadable()) {
        ByteBuf extensions = hello.readSlice(hello.readUnsignedShort());
        while (extensions.isReadable()) {
          int type = extensions.readUnsignedShort();
          ByteBuf body = extensions.readSlice(extensions.readUnsignedShort());
          if (type == EXTENSION_SNI) {
            sni = sni(body);
          } else if (type == EXTENSION_ALPN) {
            alpn = alpn(body);
          }
        }
      }
      return new ClientHello(sni, alpn);
    } catch (IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("a client hello whose lengths do not add up", e);
    }
  }

  private static @Nullable String sni(ByteBuf body) {
    ByteBuf names = body.readSlice(body.readUnsignedShort());
    while (names.isReadable()) {
      int type = names.readUnsignedByte();
      ByteBuf name = names.readSlice(names.readUnsignedShort());
      if (type == 0) {
        return name.toString(StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
      }
    }
    return null;
  }

  private static List<String> alpn(ByteBuf body) {
    ByteBuf names = body.readSlice(body.readUnsignedShort());
    List<String> found = new ArrayList<>();
    while (names.isReadable()) {
      found.add(names.readSlice(names.readUnsignedByte()).toString(StandardCharsets.US_ASCII));
    }
    return List.copyOf(found);
  }
}
