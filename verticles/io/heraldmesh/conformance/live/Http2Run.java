package io.heraldmesh.conformance.live;

import io.heraldmesh.proxy.log.AccessEntry;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;

/** Plays one script against one side of the mesh and says what could be seen. */
final class Http2Run {
  private static final int HEADER_TABLE_SIZE = 1;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int GRANTED_TABLE = 4096;
  private static final long LARGEST_TABLE = 0xffff_ffffL;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final LoopbackMesh mesh;
  private final Queue<AccessEntry> log;
  private final Http2Attacks.Side side;

  /**
   * What could be seen.
   *
   * @param answer to the first request
   * @param second to the next one on the same connection, where the script has one
   * @param seen heads of the requests that reached the service
   * @param allocated by the proxies' threads meanwhile, in octets
   * @param resets streams that were reset, of those that were left waiting
   * @param asked how many were left waiting
   * @param held the most that was taken from the service for one of them, in octets
   */
  record Result(
      Http2Answer answer,
      Http2Answer second,
      List<String> seen,
      long allocated,
      int resets,
      int asked,
      long held) {}

  /**
   * @param log to which each request at either proxy is added
   */
  Http2Run(LoopbackMesh mesh, Queue<AccessEntry> log, Http2Attacks.Side side) {
    this.mesh = mesh;
    this.log = log;
    this.side = side;
  }

  Result play(Http2Script script) throws Exception {
    log.clear();
    int before = mesh.service.heads().size();
    long allocated = mesh.allocated();
    Result result =
        switch (script) {
          case Http2Script.Request request -> request(request);
          case Http2Script.Bomb bomb -> bomb(bomb);
          case Http2Script.Table table -> table();
          case Http2Script.Stalled stalled -> stalled(stalled);
        };
    List<String> seen =
        List.copyOf(mesh.service.heads().subList(before, mesh.service.heads().size()));
    return new Result(
        result.answer(),
        result.second(),
        seen,
        mesh.allocated() - allocated,
        result.resets(),
        result.asked(),
        result.held());
  }

  private Result request(Http2Script.Request request) throws Exception {
    try (Http2Connection client = connect(new byte[0])) {
      if (request.trailers().isEmpty()) {
        client.head(1, true, Http2Bytes.block(request.fields()));
      } else {
        client.head(1, false, Http2Bytes.block(request.fields()));
        client.send(Http2Bytes.frame(Http2Bytes.DATA, 0, 1, new byte[] {'h', 'i'}));
        client.head(1, true, Http2Bytes.block(request.trailers()));
      }
      return of(client.answer(1), Http2Answer.none());
    }
  }

  private Result bomb(Http2Script.Bomb bomb) throws Exception {
    try (Http2Connection client = connect(new byte[0])) {
      client.head(
          1, true, Http2Bytes.bomb(Http2Script.good("/ok"), bomb.size(), bomb.references()));
      return of(client.answer(1), Http2Answer.none());
    }
  }

  /** Within what was granted it may change as it likes, and not beyond. */
  private Result table() throws Exception {
    try (Http2Connection client =
        connect(Http2Bytes.setting(HEADER_TABLE_SIZE, (int) LARGEST_TABLE))) {
      List<String> good = Http2Script.good("/ok");
      client.head(1, true, Http2Bytes.sized(good, 0, GRANTED_TABLE));
      Http2Answer within = client.answer(1);
      client.head(3, true, Http2Bytes.sized(good, LARGEST_TABLE));
      return of(within, client.answer(3));
    }
  }

  private Result stalled(Http2Script.Stalled stalled) throws Exception {
    try (Http2Connection client = connect(Http2Bytes.setting(INITIAL_WINDOW_SIZE, 0))) {
      String path = RecordingService.BYTES + stalled.bytes();
      for (int i = 0; i < stalled.streams(); i++) {
        client.head(2 * i + 1, true, Http2Bytes.block(Http2Script.good(path)));
      }
      int status = mesh.goodStatus();
      int resets = client.resets(stalled.streams());
      List<Long> taken = taken(path, resets);
      return new Result(
          Http2Answer.status(status),
          Http2Answer.none(),
          List.of(),
          0,
          resets,
          stalled.streams(),
          taken.stream().mapToLong(Long::longValue).max().orElse(Long.MAX_VALUE));
    }
  }

  /** What the proxy took from the service for each of them, once it has said so of all. */
  private List<Long> taken(String path, int requests) {
    Instant deadline = Instant.now().plus(PATIENCE);
    List<Long> taken = new ArrayList<>();
    while (taken.size() < requests && Instant.now().isBefore(deadline)) {
      taken.clear();
      for (AccessEntry entry : log) {
        if (path.equals(entry.path()) && entry.reporter().equals(side.reporter())) {
          taken.add(entry.bytesOut());
        }
      }
      LockSupport.parkNanos(2_000_000);
    }
    return taken;
  }

  private static Result of(Http2Answer answer, Http2Answer second) {
    return new Result(answer, second, List.of(), 0, 0, 0, 0);
  }

  private Http2Connection connect(byte[] settings) throws IOException, GeneralSecurityException {
    RawConnection raw =
        side == Http2Attacks.Side.INBOUND
            ? RawConnection.mutual(mesh.inbound, mesh.clientLeaf, "istio-h2", "h2")
            : RawConnection.plain(mesh.outbound);
    byte[] none = Http2Bytes.frame(Http2Bytes.SETTINGS, 0, 0, new byte[0]);
    return new Http2Connection(raw, settings.length == 0 ? none : settings);
  }
}
