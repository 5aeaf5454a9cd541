package io.heraldmesh.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/** What a TLS client says first is understood, byte by byte, and nonsense is refused. */
class ClientHelloTest {

  @Test
  void namesAndProtocolsAreFound() throws Exception {
    ClientHello hello =
        Objects.requireNonNull(
            ClientHello.read(Unpooled.wrappedBuffer(hello("web.shop", "istio", "h2"))));
    assertThat(hello.sni()).isEqualTo("web.shop");
    assertThat(hello.alpn()).containsExactly("istio", "h2");
    assertThat(hello.mesh()).isTrue();
  }

  /** Servers do not look at its case, so a DENY on connection.sni must not either. */
  @Test
  void theNameIsInLowerCaseHoweverItWasWritten() throws Exception {
    ClientHello hello =
        Objects.requireNonNull(ClientHello.read(Unpooled.wrappedBuffer(hello("ADMIN.Web.Shop"))));
    assertThat(hello.sni()).isEqualTo("admin.web.shop");
  }

  @Test
  void aClientOutsideTheMeshIsToldApart() throws Exception {
    ClientHello hello =
        Objects.requireNonNull(ClientHello.read(Unpooled.wrappedBuffer(hello("web.shop", "h2"))));
    assertThat(hello.mesh()).isFalse();
    ClientHello bare =
        Objects.requireNonNull(ClientHello.read(Unpooled.wrappedBuffer(hello("web.shop"))));
    assertThat(bare.alpn()).isEmpty();
  }

  @Test
  void everyPrefixAsksForMoreAndReadsNothing() throws Exception {
    byte[] whole = hello("web.shop", "istio");
    for (int length = 0; length < whole.length; length++) {
      ByteBuf part = Unpooled.wrappedBuffer(whole, 0, length);
      assertThat(ClientHello.read(part)).as("%s bytes", length).isNull();
      assertThat(part.readerIndex()).isZero();
    }
  }

  @Test
  void aHelloInManyRecordsIsPutTogether() throws Exception {
    byte[] whole = hello("web.shop", "istio");
    ByteBuf split = Unpooled.buffer();
    for (int at = 5; at < whole.length; at += 10) {
      int length = Math.min(10, whole.length - at);
      split.writeBytes(new byte[] {22, 3, 1}).writeShort(length).writeBytes(whole, at, length);
    }
    ClientHello hello = Objects.requireNonNull(ClientHello.read(split));
    assertThat(hello.alpn()).containsExactly("istio");
  }

  @Test
  void changedBytesNeverMakeItFailOtherwiseThanByRefusing() throws Exception {
    byte[] whole = hello("web.shop", "istio", "h2");
    for (int at = 0; at < whole.length; at++) {
      for (int value : new int[] {0, 1, 0x7f, 0xff}) {
        byte[] changed = whole.clone();
        changed[at] = (byte) value;
        try {
          ClientHello.read(Unpooled.wrappedBuffer(changed));
        } catch (IllegalArgumentException refused) {
          assertThat(refused.getMessage()).isNotEmpty();
        }
      }
    }
  }

  @Test
  void aHelloOfSixteenMegabytesIsRefusedFromItsHeader() {
    byte[] announced = {22, 3, 1, 0, 4, 1, (byte) 0xff, (byte) 0xff, (byte) 0xff};
    assertThatThrownBy(() -> ClientHello.read(Unpooled.wrappedBuffer(announced)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void plainTextIsNotTakenForTls() {
    assertThat(ClientHello.looksLikeTls(Unpooled.EMPTY_BUFFER)).isNull();
    assertThat(ClientHello.looksLikeTls(Unpooled.wrappedBuffer(new byte[] {22}))).isNull();
    assertThat(ClientHello.looksLikeTls(Unpooled.wrappedBuffer(new byte[] {22, 3}))).isTrue();
    assertThat(ClientHello.looksLikeTls(Unpooled.wrappedBuffer(new byte[] {'G'}))).isFalse();
    assertThat(ClientHello.looksLikeTls(Unpooled.wrappedBuffer(new byte[] {22, 22}))).isFalse();
  }

  private static byte[] hello(String sni, String... alpn) throws Exception {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(sni)));
    parameters.setApplicationProtocols(alpn);
    engine.setSSLParameters(parameters);
    ByteBuffer out = ByteBuffer.allocate(32 * 1024);
    engine.wrap(ByteBuffer.allocate(0), out);
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    return bytes;
  }
}
