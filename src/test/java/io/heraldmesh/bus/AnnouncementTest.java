package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.policy.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one node announces is compiled for all: nothing of another form is ever read. */
class AnnouncementTest {
  private static final AnnouncedPort PORT =
      new AnnouncedPort("http", 8080, Protocol.HTTP, "10.0.0.1", 15006);
  private static final AnnouncedWorkload WEB = web(Map.of("app", "web"), List.of(PORT));
  private static final String GOOD =
      new String(MessageCodec.encode(new Announcement(1, List.of(WEB))), StandardCharsets.UTF_8);

  private static AnnouncedWorkload web(Map<String, String> labels, List<AnnouncedPort> ports) {
    return new AnnouncedWorkload("shop", "web", "web", labels, ports, true);
  }

  private static Announcement decode(String json) throws MalformedMessage {
    return MessageCodec.decode(json.getBytes(StandardCharsets.UTF_8), Announcement.class);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          "advertisedPort":15006 | "advertisedPort":70000
          "advertisedPort":15006 | "advertisedPort":0
          "port":8080            | "port":65536
          "port":8080            | "port":-1
          "host":"10.0.0.1"      | "host":""
          "host":"10.0.0.1"      | "host":"10.0.0.256"
          "host":"10.0.0.1"      | "host":"a b"
          "name":"http"          | "name":"ht tp"
          "namespace":"shop"     | "namespace":""
          "namespace":"shop"     | "namespace":"a.b"
          "name":"web"           | "name":"Web"
          "name":"web"           | "name":"../web"
          "serviceAccount":"web" | "serviceAccount":"w/eb"
          "app":"web"            | "app":"w*b"
          "app":"web"            | "":"web"
          "schemaLevel":2        | "schemaLevel":0
          """)
  void aWordOfAnotherFormIsMalformed(String good, String bad) throws MalformedMessage {
    assertThat(GOOD).contains(good);
    assertThat(decode(GOOD).workloads()).containsExactly(WEB);
    assertThatThrownBy(() -> decode(GOOD.replace(good, bad)))
        .isInstanceOf(MalformedMessage.class)
        .hasMessageContaining("Announcement cannot be read");
  }

  @Test
  void aLongNameIsMalformed() {
    for (String field : List.of("namespace", "serviceAccount", "host")) {
      String json = GOOD.replaceFirst("\"" + field + "\":\"", "$0" + "a".repeat(300));
      assertThatThrownBy(() -> decode(json)).as(field).isInstanceOf(MalformedMessage.class);
    }
    for (String long64 : List.of("\"app%s\":\"web\"", "\"app\":\"web%s\"")) {
      String json = GOOD.replace("\"app\":\"web\"", long64.formatted("a".repeat(64)));
      assertThatThrownBy(() -> decode(json)).as(long64).isInstanceOf(MalformedMessage.class);
    }
  }

  @Test
  void whatKubernetesNamesIsTaken() throws MalformedMessage {
    Map<String, String> labels = Map.of("app.kubernetes.io/name", "Web_1.0", "empty", "");
    AnnouncedPort unnamed = new AnnouncedPort("", 1, Protocol.TCP, "2001:db8::1", 65_535);
    Announcement said =
        new Announcement(
            1,
            List.of(
                new AnnouncedWorkload(
                    "a-1", "web.v1", "system.default", labels, List.of(unnamed), false)));

    assertThat(decode(new String(MessageCodec.encode(said), StandardCharsets.UTF_8)).workloads())
        .isEqualTo(said.workloads());
  }

  @Test
  void theirNumberIsBounded() {
    assertBounded(Announcement.MOST_WORKLOADS, n -> new Announcement(1, copies(n, WEB)));
    assertBounded(Announcement.MOST_PORTS, n -> web(Map.of(), copies(n, PORT)));
    assertBounded(
        Announcement.MOST_LABELS,
        n ->
            web(
                IntStream.range(0, n)
                    .boxed()
                    .collect(Collectors.toMap(i -> "label-" + i, i -> "x")),
                List.of()));
  }

  @Test
  void aNumberAfterWhichThereIsSoonNoOtherIsMalformed() throws MalformedMessage {
    String most = "\"sequence\":" + Announcement.MOST_SEQUENCE;
    String more = "\"sequence\":" + (Announcement.MOST_SEQUENCE + 1);

    assertThat(decode(GOOD.replace("\"sequence\":1", most)).sequence())
        .isEqualTo(Announcement.MOST_SEQUENCE);
    assertThatThrownBy(() -> decode(GOOD.replace("\"sequence\":1", more)))
        .isInstanceOf(MalformedMessage.class);
    byte[] leave = ("{" + more + "}").getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> MessageCodec.decode(leave, DistributorService.Withdrawal.class))
        .isInstanceOf(MalformedMessage.class);
  }

  private static <T> List<T> copies(int number, T one) {
    return Collections.nCopies(number, one);
  }

  private static void assertBounded(int most, Function<Integer, Record> made) {
    assertThat(made.apply(most)).isNotNull();
    assertThatThrownBy(() -> made.apply(most + 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than " + most);
  }
}
