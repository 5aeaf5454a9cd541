package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.WorkloadPolicy;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageCodecTest {

  record Sample(
      String text,
      int count,
      boolean flag,
      @Nullable String mayLack,
      List<Integer> numbers,
      Map<Integer, String> byPort,
      Shape shape) {

    public boolean isEmpty() {
      return numbers.isEmpty();
    }
  }

  sealed interface Shape {
    record Circle(int radius) implements Shape {}

    record Nothing() implements Shape {}
  }

  private static final String GOOD =
      """
      {"byPort":{"80":"http"},"count":1,"flag":true,"mayLack":null,"numbers":[1,2],\
      "shape":{"Circle":{"radius":3}},"text":"a"}\
      """;

  @Test
  void theFormIsPlainJsonWithFieldsInOrderOfTheirNames() {
    Sample sample =
        new Sample("a", 1, true, null, List.of(1, 2), Map.of(80, "http"), new Shape.Circle(3));

    assertThat(MessageCodec.encode(sample)).asString(StandardCharsets.UTF_8).isEqualTo(GOOD);
  }

  @Test
  void whatCannotBeReadIsNamedByItsPlaceInTheMessageAndByNoClass() {
    assertThatThrownBy(() -> decode(GOOD.replace("[1,2]", "[1,\"x\"]")))
        .isInstanceOf(MalformedMessage.class)
        .hasMessageContaining("Sample cannot be read at numbers[1]")
        .hasMessageNotContaining("heraldmesh");
  }

  @Test
  void whatWasWrittenIsRead() throws MalformedMessage {
    assertThat(decode(GOOD))
        .isEqualTo(
            new Sample("a", 1, true, null, List.of(1, 2), Map.of(80, "http"), new Shape.Circle(3)));
    assertThat(decode(GOOD.replace("{\"Circle\":{\"radius\":3}}", "{\"Nothing\":{}}")).shape())
        .isEqualTo(new Shape.Nothing());
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "\"count\":1        | \"count\":1,\"more\":2",
        "\"count\":1        | \"flag\":true",
        "\"count\":1,       | ''",
        "\"count\":1        | \"count\":null",
        "\"count\":1        | \"count\":\"1\"",
        "\"count\":1        | \"count\":1.5",
        "\"count\":1        | \"count\":99999999999",
        "\"flag\":true      | \"flag\":\"true\"",
        "\"flag\":true      | \"flag\":1",
        "\"text\":\"a\"     | \"text\":null",
        "\"text\":\"a\"     | \"text\":7",
        "\"text\":\"a\"     | \"text\":{}",
        "\"mayLack\":null,  | ''",
        "[1,2]              | [1,null]",
        "[1,2]              | null",
        "[1,2]              | 1",
        "{\"80\":\"http\"}  | {\"80\":null}",
        "{\"80\":\"http\"}  | {\"eighty\":\"http\"}",
        "\"Circle\"         | \"Square\"",
        "\"Circle\"         | \"java.lang.ProcessBuilder\"",
        "{\"Circle\":{\"radius\":3}} | {}",
        "{\"Circle\":{\"radius\":3}} | null",
        "{\"Circle\":{\"radius\":3}} | {\"Circle\":{\"radius\":3},\"Nothing\":{}}",
      })
  void anythingElseIsRefused(String instead, String of) {
    String bad = GOOD.replace(instead, of);

    assertThat(bad).isNotEqualTo(GOOD);
    assertThatThrownBy(() -> decode(bad)).isInstanceOf(MalformedMessage.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "null", "[]", "7", "{", "\"a\""})
  void whatIsNotAnObjectIsRefused(String text) {
    assertThatThrownBy(() -> decode(text)).isInstanceOf(MalformedMessage.class);
  }

  @Test
  void nothingMayFollow() {
    assertThatThrownBy(() -> decode(GOOD + " {}")).isInstanceOf(MalformedMessage.class);
  }

  @Test
  void deepNestingIsRefused() {
    String deep = GOOD.replace("[1,2]", "[".repeat(10_000) + "]".repeat(10_000));

    assertThatThrownBy(() -> decode(deep)).isInstanceOf(MalformedMessage.class);
  }

  @Test
  void aRefusalHoldsNothingOfTheContent() {
    assertThatThrownBy(() -> decode(GOOD.replace("\"a\"", "{\"secret\":1}")))
        .isInstanceOf(MalformedMessage.class)
        .hasMessageNotContaining("secret");
  }

  @Test
  void setsAndMapsGiveTheSameBytesInWhateverOrderTheyWereFilled() {
    record Bag(Set<String> words, Set<KeySource> sources, Map<String, Integer> counts) {}
    Set<String> forth = new LinkedHashSet<>(List.of("b", "a", "c"));
    Set<String> back = new LinkedHashSet<>(List.of("c", "a", "b"));
    KeySource inline = new KeySource.Inline("x");
    KeySource remote = new KeySource.Remote("y");

    byte[] one =
        MessageCodec.encode(
            new Bag(forth, new LinkedHashSet<>(List.of(inline, remote)), Map.of("p", 1, "q", 2)));
    byte[] other =
        MessageCodec.encode(
            new Bag(back, new LinkedHashSet<>(List.of(remote, inline)), Map.of("q", 2, "p", 1)));

    assertThat(one)
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(
            """
            {"counts":{"p":1,"q":2},"sources":[{"Inline":{"jwks":"x"}},{"Remote":{"uri":"y"}}],\
            "words":["a","b","c"]}\
            """);
    assertThat(other).isEqualTo(one);
  }

  @Test
  void everySnapshotComesBackAsItWentWhateverItHolds() throws MalformedMessage {
    SampleRecords samples = new SampleRecords(7);
    for (int i = 0; i < 300; i++) {
      NodeSnapshot snapshot = samples.next(NodeSnapshot.class);

      ByteString bytes = SnapshotCodec.encode(snapshot);
      NodeSnapshot back = SnapshotCodec.decode(bytes);

      assertThat(back).isEqualTo(snapshot);
      assertThat(SnapshotCodec.encode(back)).isEqualTo(bytes);
    }
    assertThat(samples.seen()).contains(WorkloadPolicy.class, KeySource.Remote.class);
  }

  @Test
  void everyMessageComesBackAsItWent() throws MalformedMessage {
    SampleRecords samples = new SampleRecords(8);
    for (int i = 0; i < 100; i++) {
      assertComesBack(samples, Announcement.class);
      assertComesBack(samples, Acknowledgement.class);
      assertComesBack(samples, MeshStatus.class);
      assertComesBack(samples, CaService.IssueRequest.class);
      assertComesBack(samples, DistributorService.Fetched.class);
      assertComesBack(samples, DistributorService.FetchRequest.class);
      assertComesBack(samples, DistributorService.StatusRequest.class);
      assertComesBack(samples, Done.class);
    }
  }

  private static <T extends Record> void assertComesBack(SampleRecords samples, Class<T> type)
      throws MalformedMessage {
    T value = samples.next(type);
    assertThat(MessageCodec.decode(MessageCodec.encode(value), type)).isEqualTo(value);
  }

  private static Sample decode(String json) throws MalformedMessage {
    return MessageCodec.decode(json.getBytes(StandardCharsets.UTF_8), Sample.class);
  }
}
