package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.DATA;
import static io.heraldmesh.proxy.RawHttp2Client.END_HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.block;
import static io.heraldmesh.proxy.RawHttp2Client.frameBytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Protocol;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether an endpoint is well is told by how gRPC calls end, not by how they begin. */
@Timeout(60)
class BrokenGrpcCallsTest {
  private static final int NO_ERROR = 0;
  private static final int INTERNAL_ERROR = 2;
  private static final int CANCEL = 8;

  private final AtomicInteger asked = new AtomicInteger();
  private BadHttp2Service service;
  private Mesh mesh;
  private RawHttp2Client client;
  private int stream = -1;

  /** A service that begins every answer, and breaks it off when the request has ended. */
  @BeforeEach
  void start() throws Exception {
    service = new BadHttp2Service();
    service.script((connection, frame) -> begin(frame, reset(frame.stream(), INTERNAL_ERROR)));
    mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2));
    new Ruled(mesh)
        .by(
            "{outlierDetection: {consecutive5xxErrors: 3, baseEjectionTime: 600s,"
                + " maxEjectionPercent: 100}}",
            Ruled.plain(service.address().port()));
    client = new RawHttp2Client(new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort()));
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    mesh.close();
    service.close();
  }

  @Test
  void callsThatBreakOffAfterTheirHeadAreFailures() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(ended()).isEqualTo(RST_STREAM);
    }
    assertLeftOut();
  }

  @Test
  void callsThatTheirClientGivesUpAreNeitherFailuresNorSuccesses() throws Exception {
    ended();
    ended();
    begun();
    client.frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, CANCEL});
    ended();
    assertLeftOut();
  }

  /** As another proxy does with a call whose permission is gone, or that is silent for too long. */
  @ParameterizedTest
  @ValueSource(ints = {NO_ERROR, CANCEL})
  void norAreCallsThatTheOtherSideEndsOnPurpose(int code) throws Exception {
    ended();
    ended();
    service.script((connection, frame) -> begin(frame, reset(frame.stream(), code)));
    for (int i = 0; i < 4; i++) {
      assertThat(ended()).isEqualTo(RST_STREAM);
    }
    service.script((connection, frame) -> begin(frame, reset(frame.stream(), INTERNAL_ERROR)));
    ended();
    assertLeftOut();
  }

  @Test
  void oneThatEndsWellEndsTheFailuresInARow() throws Exception {
    ended();
    ended();
    service.script((connection, frame) -> begin(frame, trailers(frame.stream())));
    assertThat(ended()).isEqualTo(HEADERS);
    service.script((connection, frame) -> begin(frame, reset(frame.stream(), INTERNAL_ERROR)));
    ended();
    assertThat(ended()).isEqualTo(RST_STREAM);
    assertThat(ended()).isEqualTo(RST_STREAM);
    assertLeftOut();
  }

  /** The next call is answered by the proxy. */
  private void assertLeftOut() throws Exception {
    int before = asked.get();
    call();
    assertThat(client.fields(client.readAnswer())).containsEntry("grpc-status", "14");
    assertThat(asked).hasValue(before);
    assertThat(mesh.logged("source").flag()).isEqualTo("no_endpoint");
  }

  /** Type of the frame with which a call ends whose answer has begun. */
  private int ended() throws Exception {
    begun();
    client.frame(DATA, END_STREAM, stream, new byte[0]);
    RawHttp2Client.Frame end = client.readAnswer();
    if (end.type() == HEADERS) {
      client.fields(end);
    }
    return end.type();
  }

  private void begun() throws Exception {
    call();
    assertThat(client.fields(client.readAnswer()))
        .containsEntry(":status", "200")
        .doesNotContainKey("grpc-status");
  }

  private void call() throws Exception {
    stream += 2;
    client.call(stream, false, "POST", "/svc/Call", "content-type", "application/grpc");
  }

  private byte[] begin(RawHttp2Client.Frame frame, byte[] end) {
    if (frame.type() == DATA) {
      return end;
    }
    if (frame.type() != HEADERS) {
      return new byte[0];
    }
    asked.incrementAndGet();
    byte[] head = block(":status", "200", "content-type", "application/grpc");
    return frameBytes(HEADERS, END_HEADERS, frame.stream(), head);
  }

  private static byte[] trailers(int stream) {
    return frameBytes(HEADERS, END_HEADERS | END_STREAM, stream, block("grpc-status", "0"));
  }

  private static byte[] reset(int stream, int error) {
    return frameBytes(RST_STREAM, 0, stream, new byte[] {0, 0, 0, (byte) error});
  }
}
