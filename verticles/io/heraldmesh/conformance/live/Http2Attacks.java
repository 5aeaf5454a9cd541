package io.heraldmesh.conformance.live;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.log.AccessEntry;
import io.heraldmesh.resource.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Scripts of HTTP/2 in words, played by a client that writes frames itself: to the inbound listener
 * inside mutual TLS and to the outbound listener in plain text, with a recording service behind.
 */
public final class Http2Attacks implements Corpus {
  /** Where the client comes in. */
  enum Side {
    INBOUND("destination"),
    OUTBOUND("source");

    private final String reporter;

    Side(String reporter) {
      this.reporter = reporter;
    }

    /** How its proxy calls itself in the access log. */
    String reporter() {
      return reporter;
    }

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  @Override
  public boolean reads(DataFile file) {
    return file.hasList("cases", "script", "expect")
        && file.json().get("cases").get(0).path("class").asText().equals("h2");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    Queue<AccessEntry> log = new ConcurrentLinkedQueue<>();
    try (LoopbackMesh mesh =
        new LoopbackMesh(Resources.NONE, Set.of("a.test"), limits(), log::add)) {
      for (Side side : Side.values()) {
        cases.judge("good request " + side, "control", true, () -> control(mesh, side));
      }
      for (JsonNode c : file.json().get("cases")) {
        for (Side side : Side.values()) {
          cases.judge(
              c.path("id").asText() + " " + side,
              c.path("class").asText(),
              false,
              () -> judge(mesh, log, c, side));
        }
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the loopback mesh: " + e, e);
    }
  }

  /** A short one, so that what must time out does so soon; the rest as they are. */
  private static Limits limits() {
    return Limits.DEFAULTS.with(to -> to.idle(Duration.ofSeconds(1)));
  }

  private static Outcome control(LoopbackMesh mesh, Side side) throws Exception {
    Http2Run.Result result =
        new Http2Run(mesh, new ConcurrentLinkedQueue<>(), side)
            .play(new Http2Script.Request(Http2Script.good("/ok"), List.of()));
    return new Http2Verdict("200", result).outcome();
  }

  private static Outcome judge(LoopbackMesh mesh, Queue<AccessEntry> log, JsonNode c, Side side)
      throws Exception {
    Http2Script script = Http2Script.of(c.path("script").asText());
    if (script == null) {
      return Outcome.notUnderstood("script " + c.path("script").asText());
    }
    Http2Run.Result result = new Http2Run(mesh, log, side).play(script);
    Outcome outcome = new Http2Verdict(c.path("expect").asText(), result).outcome();
    return outcome instanceof Outcome.AsExpected ? mesh.goodRequest() : outcome;
  }
}
