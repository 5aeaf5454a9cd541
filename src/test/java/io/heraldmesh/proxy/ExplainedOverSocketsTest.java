package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heraldmesh.cli.HeraldCommand;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.TokenIssuer;
import io.heraldmesh.policy.WorkloadPolicy;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/**
 * What {@code herald explain} says about a request is what the request gets from a proxy: random
 * policies and requests, real sockets and mutual TLS, nothing between but the network.
 *
 * <p>A failure names the seed; {@code @Property(seed = "…")} repeats it.
 */
@SuppressWarnings("NullAway.Init") // start() sets the fields
class ExplainedOverSocketsTest {
  private static final String[] MESH_ALPN = {"istio", "istio-http/1.1", "http/1.1"};
  private static final int CALLS = 12;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Mesh mesh;
  private static Path folder;
  private static TokenIssuer issuer;
  private static List<String> tokens;
  private static final Map<RandomCall.Way, Credential> CREDENTIALS =
      new EnumMap<>(RandomCall.Way.class);
  private static final Set<Integer> STATUSES = new TreeSet<>();
  private static Instant now;

  @BeforeContainer
  static void start() throws Exception {
    now = Instant.now();
    folder = Files.createTempDirectory("explained");
    mesh = Mesh.ready(Mesh.Options.DEFAULT.clock(InstantSource.fixed(now)));
    for (RandomCall.Way way : List.of(RandomCall.Way.OTHER, RandomCall.Way.STRANGE)) {
      CREDENTIALS.put(way, mesh.authority.issue(way.id()));
    }
    issuer = new TokenIssuer();
    String good = "\"iss\":\"https://idp.test\",\"exp\":" + (now.getEpochSecond() + 600);
    tokens =
        List.of(
            issuer.sign("{" + good + ",\"sub\":\"joe\",\"aud\":\"one\"}"),
            issuer.sign("{" + good + ",\"sub\":\"ann\",\"aud\":[\"two\"],\"role\":\"admin\"}"),
            issuer.sign("{" + good + ",\"sub\":\"joe\",\"aud\":\"one\",\"a\":{\"n\":1}}"),
            issuer.sign("{" + good.replace("idp", "other") + ",\"sub\":\"joe\"}"),
            issuer.sign("{\"iss\":\"https://idp.test\",\"sub\":\"joe\",\"exp\":1000}"),
            "not.a.token",
            new TokenIssuer().sign("{" + good + ",\"sub\":\"joe\",\"aud\":\"one\"}"));
  }

  @AfterContainer
  static void stop() throws Exception {
    assertThat(STATUSES).as("kinds of answers that came up").contains(0, 200, 400, 401, 403);
    mesh.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void theAnswerOfExplainIsTheAnswerOverASocket(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    String yaml = new RandomPolicies(random).yaml(issuer.jwks());
    List<RandomCall> calls = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      RandomCall call = RandomCall.random(random, tokens);
      // where mutual TLS is DISABLEd nobody is offered any; explain speaks of who came before that
      calls.add(yaml.contains("DISABLE") ? call.plain() : call);
    }
    enforce(yaml);
    List<JsonNode> explained = explain(yaml, calls);
    for (int i = 0; i < CALLS; i++) {
      RandomCall call = calls.get(i);
      JsonNode answer = explained.get(i);
      int before = mesh.app.seen().size();
      RawClient.@Nullable Answer got = send(call);
      String what = "seed " + seed + "\n" + yaml + "\n" + call.head() + call.way() + "\n" + answer;
      compare(what, call, answer, got, mesh.app.seen().subList(before, mesh.app.seen().size()));
    }
  }

  private static void compare(
      String what,
      RandomCall call,
      JsonNode explained,
      RawClient.@Nullable Answer got,
      List<RecordingApp.Seen> arrived) {
    assertThat(explained.has("error")).as(what).isFalse();
    int status = explained.path("status").asInt();
    assertThat(got == null ? 0 : got.status()).as(what).isEqualTo(status);
    STATUSES.add(status);
    if (explained.path("decision").asText().equals("allow")) {
      assertThat(arrived).as(what).hasSize(1);
      arrivedAsExplained(what, call, explained, arrived.getFirst());
      return;
    }
    assertThat(arrived).as(what).isEmpty();
    if (got != null) {
      assertThat(got.body()).as(what).isEqualTo(explained.path("body").asText());
      for (String name : List.of("www-authenticate", "retry-after")) {
        assertThat(header(got.head(), name)).as(what).isEqualTo(header(explained, name));
      }
    }
  }

  private static void arrivedAsExplained(
      String what, RandomCall call, JsonNode explained, RecordingApp.Seen seen) {
    String[] line = seen.line().split(" ", -1);
    assertThat(line[0]).as(what).isEqualTo(call.method());
    assertThat(line[1].split("\\?", 2)[0]).as(what).isEqualTo(explained.path("path").asText());
    if (!call.target().contains("jwt=") && !call.target().contains("access_token=")) {
      assertThat(query(line[1])).as(what).isEqualTo(query(call.target()));
    }
    List<String> changed = new ArrayList<>();
    for (JsonNode set : explained.path("upstreamHeaders").path("set")) {
      changed.add(set.get(0).asText().toLowerCase(Locale.ROOT));
      assertThat(seen.values(set.get(0).asText())).as(what).containsExactly(set.get(1).asText());
    }
    for (JsonNode name : explained.path("upstreamHeaders").path("remove")) {
      if (!changed.contains(name.asText())) {
        changed.add(name.asText());
        assertThat(seen.values(name.asText())).as(what).isEmpty();
      }
    }
    for (String name : List.of("x-a", "x-user", "x-payload", "x-token", "authorization")) {
      if (!changed.contains(name)) {
        assertThat(seen.values(name)).as(what).isEqualTo(sent(call, name));
      }
    }
  }

  private static String query(String target) {
    return target.contains("?") ? target.substring(target.indexOf('?')) : "";
  }

  private static List<String> sent(RandomCall call, String name) {
    return call.headers().stream()
        .filter(h -> h.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static String header(String head, String name) {
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  private static String header(JsonNode explained, String name) {
    for (JsonNode header : explained.path("headers")) {
      if (header.get(0).asText().equalsIgnoreCase(name)) {
        return header.get(1).asText();
      }
    }
    return "";
  }

  /** Null when the connection was closed without an answer. */
  private static RawClient.@Nullable Answer send(RandomCall call) throws Exception {
    try (RawClient client = connect(call)) {
      return client.send(call.head()).answer();
    } catch (IOException e) {
      return null;
    }
  }

  private static RawClient connect(RandomCall call) throws Exception {
    return switch (call.way()) {
      case PROXY -> mesh.call();
      case PLAIN -> new RawClient(mesh.inbound);
      case OTHER, STRANGE -> mesh.meshClient(CREDENTIALS.get(call.way()), MESH_ALPN);
    };
  }

  /** Puts the policies into force on the called side. */
  private static void enforce(String yaml) {
    Resources resources = ResourceReader.read("random.yaml", yaml);
    assertThat(resources.problems().errors()).as(yaml).isEmpty();
    WorkloadPolicy policy =
        new MeshCompiler(Mesh.DOMAIN).workload(resources, Mesh.SERVER, "server", Map.of());
    mesh.server.apply(new NodeSnapshot("server", List.of(policy), List.of()));
  }

  private static List<JsonNode> explain(String yaml, List<RandomCall> calls) throws IOException {
    Path policies = Files.writeString(folder.resolve("policies.yaml"), yaml);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      lines.add(calls.get(i).line(i, now.getEpochSecond()));
    }
    Path batch = Files.write(folder.resolve("batch.jsonl"), lines);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    HeraldCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute("explain", "--policies", policies.toString(), "--batch", batch.toString());
    List<JsonNode> answers = new ArrayList<>();
    for (String line : out.toString().lines().toList()) {
      answers.add(JSON.readTree(line));
    }
    assertThat(answers).as(err.toString()).hasSameSizeAs(calls);
    return answers;
  }
}
