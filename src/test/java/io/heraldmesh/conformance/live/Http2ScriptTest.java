package io.heraldmesh.conformance.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The words of a case mean one thing, or nothing; nothing is guessed. */
class Http2ScriptTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "request with transfer-encoding: chunked | transfer-encoding | chunked",
        "request with x:y: 1 | x:y | 1",
        "request with x y: 1 | x y | 1",
        "request with X-Upper: 1 | X-Upper | 1"
      })
  void aFieldFollowsAGoodHead(String words, String name, String value) {
    assertThat(fields(words)).startsWith(good("/ok")).endsWith(name, value).hasSize(10);
  }

  @Test
  void whatIsEscapedInAValueOrNameIsSentAsTheOctetItStandsFor() {
    assertThat(fields("request with x: a\\r\\nsmuggled: 1")).endsWith("x", "a\r\nsmuggled: 1");
    assertThat(fields("request with x\\r\\ny: 1")).endsWith("x\r\ny", "1");
    assertThat(fields("request with x: a\\0b")).endsWith("x", "a\0b");
  }

  @Test
  void aPseudoHeaderTakesThePlaceOfTheGoodOne() {
    assertThat(fields("request with :path empty")).containsSequence(":path", "").hasSize(8);
    assertThat(fields("request with :path x")).containsSequence(":path", "x").hasSize(8);
    assertThat(fields("request with :scheme \"http://evil/x?\""))
        .containsSequence(":scheme", "http://evil/x?")
        .hasSize(8);
    assertThat(fields("request with :authority u@a.test"))
        .containsSequence(":authority", "u@a.test")
        .hasSize(8);
  }

  @Test
  void hostStandsInForTheAuthority() {
    assertThat(fields("request with no :authority, host: a.test"))
        .doesNotContain(":authority")
        .endsWith("host", "a.test");
  }

  @Test
  void trailersFollowABody() {
    Http2Script.Request request =
        (Http2Script.Request) Http2Script.of("request with :path in trailers");
    assertThat(request).isNotNull();
    assertThat(request.fields()).containsSequence(":method", "POST");
    assertThat(request.trailers()).startsWith(":path");
  }

  @Test
  void anExtendedConnectNamesItsProtocolAmongThePseudoHeaders() {
    assertThat(fields("request with :protocol websocket not enabled"))
        .startsWith(":method", "CONNECT", ":protocol", "websocket");
  }

  @Test
  void numbersAreThoseOfTheWords() {
    assertThat(Http2Script.of("4 KiB table entry referenced 10 000 times in one block"))
        .isEqualTo(new Http2Script.Bomb(4096 - 33, 10_000));
    assertThat(Http2Script.of("100 streams of 1 MiB replies with window 0 for 60 s"))
        .isEqualTo(new Http2Script.Stalled(100, 1024 * 1024));
    assertThat(Http2Script.of("SETTINGS_HEADER_TABLE_SIZE 4 GiB then updates"))
        .isEqualTo(new Http2Script.Table());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "request", "request with", "request with x", "PING flood"})
  void otherWordsMeanNothing(String words) {
    assertThat(Http2Script.of(words)).isNull();
  }

  private static List<String> fields(String words) {
    Http2Script script = Http2Script.of(words);
    assertThat(script).isInstanceOf(Http2Script.Request.class);
    return ((Http2Script.Request) script).fields();
  }

  private static String[] good(String path) {
    return Http2Script.good(path).toArray(String[]::new);
  }
}
