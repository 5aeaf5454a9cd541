package io.heraldmesh.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.heraldmesh.Await;
import io.heraldmesh.LogLines;
import io.heraldmesh.RawGrpc;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.enrol.proto.EnrolCall;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.link.ControlServer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever has no certificate may send anything to the port for enrolment: it is answered at once,
 * and the log does not grow with it.
 */
@Timeout(60)
class UnreadableCallTest extends EnrolmentFixture {
  private static final String ENROL = "/herald.enrol.v1.Enrolment/Enrol";
  private static final String ROOTS = "/herald.enrol.v1.Enrolment/Roots";
  private static final String INVALID = "3";
  private static final String TOO_MUCH = "8";
  private static final String UNIMPLEMENTED = "12";

  private RawGrpc caller;

  @BeforeEach
  void listen() {
    ControlServer server =
        new ControlServer(
            vertx,
            SvidSource.fixed(mesh.svid(HeraldRole.CONFIG, "c1"), mesh.bundle()),
            mesh.crypto(),
            clock,
            () -> Revocations.NONE,
            20,
            new EnrolmentService(enrolment, TestAuthority.TD, mesh::bundle).methods());
    caller =
        RawGrpc.anonymous(
            vertx, Await.result(server.listen(SocketAddress.inetSocketAddress(0, "127.0.0.1"), 1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {ENROL, ROOTS})
  void aCompressedMessageIsUnimplementedWithoutAStackTrace(String path) {
    try (LogLines log = new LogLines()) {
      RawGrpc.Answer answer = caller.call(path, message(1, new byte[] {'x'}));

      assertThat(answer.status()).isEqualTo(UNIMPLEMENTED);
      assertThat(answer.http()).isEqualTo(200);
      assertThat(answer.accepts()).isEqualTo("identity");
      assertThat(log.traces()).isZero();
    }
  }

  @Test
  void aCompressedMessageIsAnsweredBeforeItsCallEnds() {
    assertThat(caller.open(ENROL, message(1, new byte[] {'x'})).status()).isEqualTo(UNIMPLEMENTED);
  }

  @Test
  void aCompressedMessageIsNotUnpackedWhateverItsEncodingIsCalled() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      // A field that is not known, of 64 MB.
      gzip.write(new byte[] {(byte) 0xfa, 0x7f, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x20});
      gzip.write(new byte[64 << 20]);
    }
    for (String encoding : new String[] {"gzip", "identity", "snappy", ""}) {
      assertThat(
              caller
                  .call(ROOTS, message(1, packed.toByteArray()), "grpc-encoding", encoding)
                  .status())
          .as(encoding)
          .isEqualTo(UNIMPLEMENTED);
    }
    assertThat(caller.call(ROOTS, message(0, new byte[0]), "grpc-encoding", "gzip").status())
        .isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(strings = {ENROL, ROOTS})
  void whatIsNoMessageIsAnInvalidArgument(String path) {
    byte[] ones = new byte[30];
    Arrays.fill(ones, (byte) 0xff);

    assertThat(caller.call(path, message(0, ones)).status()).isEqualTo(INVALID);
    assertThat(caller.open(path, message(0, ones)).status()).isEqualTo(INVALID);
    assertThat(caller.call(path, Buffer.buffer()).status()).isEqualTo(INVALID);
    // Parts of a message: of its head, and of its octets.
    assertThat(caller.call(path, Buffer.buffer(new byte[3])).status()).isEqualTo(INVALID);
    assertThat(caller.call(path, Buffer.buffer(new byte[] {0, 0, 0, 0, 9, 1})).status())
        .isEqualTo(INVALID);
    assertThat(
            caller
                .call(path, message(0, new byte[0]).copy().appendBuffer(message(0, new byte[0])))
                .status())
        .isEqualTo(INVALID);
  }

  @Test
  void aTokenThatIsNotUtf8IsAnInvalidArgument() {
    byte[] call =
        EnrolCall.newBuilder()
            .setToken("abcd")
            .setCsr(ByteString.copyFromUtf8("csr"))
            .build()
            .toByteArray();
    for (int i = 0; i < call.length; i++) {
      if (call[i] == 'b') {
        call[i] = (byte) 0xff;
      }
    }

    assertThat(caller.call(ENROL, message(0, call)).status()).isEqualTo(INVALID);
  }

  @Test
  void aFloodOfUnreadableCallsIsToldInAFewLines() {
    Buffer lie = Buffer.buffer(new byte[] {0, -1, -1, -1, -1, ' ', 'x'});
    try (LogLines log = new LogLines()) {
      for (int i = 0; i < 100; i++) {
        assertThat(caller.call(ENROL, lie).status()).isEqualTo(TOO_MUCH);
        assertThat(caller.call(ENROL, message(1, new byte[] {'x'})).status())
            .isEqualTo(UNIMPLEMENTED);
        assertThat(caller.call(ENROL, Buffer.buffer()).status()).isEqualTo(INVALID);
      }

      assertThat(log.traces()).isZero();
      // 1, 2, 4 to 256.
      assertThat(log.warnings()).hasSize(9).allMatch(line -> line.contains("could be read"));
    }
    assertThat(caller.call(ROOTS, message(0, new byte[0])).status()).isEqualTo("0");
  }

  private static Buffer message(int flag, byte[] octets) {
    return Buffer.buffer().appendByte((byte) flag).appendInt(octets.length).appendBytes(octets);
  }
}
