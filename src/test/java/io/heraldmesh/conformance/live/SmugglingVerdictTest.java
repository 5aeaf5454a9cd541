package io.heraldmesh.conformance.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.heraldmesh.conformance.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A header that only the proxy may write is found wherever what the client wrote there turns up.
 */
class SmugglingVerdictTest {
  private static final String NUMBER = "e04e6cbc-e307-4d0c-9892-61c54e5fde9b";
  private static final String HASH =
      "d2b96a5d709dabf93da6ed1cd77854348f61ad3c9b9ce59e9be6163667e8fc79";
  private static final String OURS =
      "x-request-id: "
          + NUMBER
          + "\r\nx-forwarded-client-cert: By=spiffe://mesh.test/ns/b/sa/server;Hash="
          + HASH
          + ";Subject=\"\";URI=spiffe://mesh.test/ns/a/sa/client\r\n";

  private static Outcome outcome(String sent, String arrived) {
    JsonNode c =
        JsonNodeFactory.instance.objectNode().put("expect", "one-sanitised").put("max_upstream", 1);
    byte[] raw =
        ("GET /spoof HTTP/1.1\r\nHost: a.test\r\n" + sent + "\r\n\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    return new SmugglingVerdict(
            c,
            new SmuggledBytes(raw, false, false),
            new Smuggling.Answers(List.of(200), "", true),
            List.of("GET /spoof HTTP/1.1\r\nhost: a.test\r\n" + OURS + arrived + "\r\n"))
        .outcome();
  }

  @ParameterizedTest
  @CsvSource({"e30", "fc79", "d2b96a", "4d0c-9892"})
  void aShortValueMayLieInARandomNumberOrAHash(String value) {
    assertThat(outcome("X-Jwt-Payload: " + value, "")).isEqualTo(Outcome.asExpected());
  }

  @ParameterizedTest
  @CsvSource({
    "e30,                                    x-jwt-payload: e30",
    "e30,                                    x-other: a e30 b",
    "client,                                 ''",
    NUMBER + ",                              ''",
    NUMBER + ",                              x-jwt-payload: " + NUMBER,
    "Hash=" + HASH + ",                      ''",
    "By=evil;Hash="
        + HASH
        + ";Subject=x,    x-forwarded-client-cert: By=evil;Hash="
        + HASH
        + ";Subject=x"
  })
  void whatIsPassedOnIsFound(String value, String arrived) {
    assertThat(outcome("X-Jwt-Payload: " + value, arrived)).isNotEqualTo(Outcome.asExpected());
  }

  @Test
  void whatIsTakenAwayIsAsExpected() {
    assertThat(outcome("X-Auth-Request-User: admin", "")).isEqualTo(Outcome.asExpected());
  }
}
