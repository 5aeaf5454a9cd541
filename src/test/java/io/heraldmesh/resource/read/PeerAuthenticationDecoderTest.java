package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.PeerAuthentication.Mode;
import io.heraldmesh.resource.problem.Located;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** PeerAuthentication: nothing that is misspelt may end as a wider mode. */
class PeerAuthenticationDecoderTest {
  private static final String KIND = "PeerAuthentication";

  @Test
  void everyFieldIsRead() {
    PeerAuthentication read =
        Lines.read(
            PeerAuthentication.class,
            KIND,
            """
            selector: {matchLabels: {app: web}}
            mtls: {mode: STRICT}
            portLevelMtls:
              8080: {mode: DISABLE}
              "9090": {}
            """);
    assertThat(read.selector().matches(Map.of("app", "web", "v", "1"))).isTrue();
    assertThat(read.selector().matches(Map.of("app", "shop"))).isFalse();
    assertThat(read.mode().value()).isEqualTo(Mode.STRICT);
    assertThat(read.mode().at().line()).isEqualTo(6);
    assertThat(read.portModes().keySet()).containsExactly(8080, 9090);
    assertThat(read.portModes().values())
        .extracting(Located::value)
        .containsExactly(Mode.DISABLE, Mode.UNSET);
    assertThat(read.portModes().values())
        .extracting(mode -> mode.at().field())
        .containsExactly("spec.portLevelMtls.8080.mode", "spec.portLevelMtls.9090.mode");
  }

  @Test
  void anEmptySpecInheritsEverything() {
    PeerAuthentication read = Lines.read(PeerAuthentication.class, KIND, "{}");
    assertThat(read.mode().value()).isEqualTo(Mode.UNSET);
    assertThat(read.selector().isEmpty()).isTrue();
    assertThat(read.portModes()).isEmpty();
  }

  @Test
  void aMisspeltModeIsAnError() {
    assertThat(Lines.problems(KIND, "mtls:\n  mode: strict"))
        .containsExactly("6 error HLD0104 spec.mtls.mode");
  }

  @Test
  void aFieldInAnotherCaseIsAnErrorWithTheRightName() {
    assertThat(
            ResourceReader.read(
                    "f",
                    """
                    apiVersion: security.istio.io/v1
                    kind: PeerAuthentication
                    metadata: {name: n}
                    spec:
                      mTLS: {mode: STRICT}
                    """)
                .problems()
                .all())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.at().line()).isEqualTo(5);
              assertThat(p.at().field()).isEqualTo("spec.mTLS");
              assertThat(p.hint()).isEqualTo("did you mean mtls?");
            });
  }

  @Test
  void portsNeedASelector() {
    assertThat(Lines.problems(KIND, "portLevelMtls:\n  80: {mode: STRICT}"))
        .containsExactly("5 error HLD0301 spec.portLevelMtls");
    assertThat(Lines.problems(KIND, "selector: {}\nportLevelMtls:\n  80: {mode: STRICT}"))
        .containsExactly("6 error HLD0301 spec.portLevelMtls");
  }

  @Test
  void portsAreNumbersFromOneTo65535() {
    String selector = "selector: {matchLabels: {a: b}}\nportLevelMtls:\n  ";
    assertThat(Lines.problems(KIND, selector + "\"0\": {}"))
        .containsExactly("7 error HLD0105 spec.portLevelMtls.0");
    assertThat(Lines.problems(KIND, selector + "\"65536\": {}"))
        .containsExactly("7 error HLD0105 spec.portLevelMtls.65536");
    assertThat(Lines.problems(KIND, selector + "\"99999999999999999999\": {}"))
        .containsExactly("7 error HLD0105 spec.portLevelMtls.99999999999999999999");
    assertThat(Lines.problems(KIND, selector + "http: {}"))
        .containsExactly("7 error HLD0113 spec.portLevelMtls.http");
    assertThat(Lines.problems(KIND, "selector: {matchLabels: {a: b}}\nportLevelMtls: {}"))
        .containsExactly("6 error HLD0110 spec.portLevelMtls");
  }

  @Test
  void aSelectorThatCannotSelectIsAnError() {
    assertThat(Lines.problems(KIND, "selector: {matchExpressions: [{key: a, operator: Exists}]}"))
        .containsExactly("5 error HLD0205 spec.selector.matchExpressions");
    assertThat(Lines.problems(KIND, "selector: {matchLabels: {app: \"web*\"}}"))
        .containsExactly("5 error HLD0205 spec.selector.matchLabels.app");
    assertThat(Lines.problems(KIND, "selector: {matchLabels: {\"a*\": web}}"))
        .containsExactly("5 error HLD0205 spec.selector.matchLabels[\"a*\"]");
    assertThat(Lines.problems(KIND, "selector:")).containsExactly("5 error HLD0106 spec.selector");
    assertThat(Lines.problems(KIND, "selector: {app: web}"))
        .containsExactly("5 error HLD0101 spec.selector.app");
  }

  @Test
  void aPortMayStandOnlyOnceHoweverItIsWritten() {
    String selector = "selector: {matchLabels: {a: b}}\nportLevelMtls:\n  ";
    assertThat(Lines.problems(KIND, selector + "80: {mode: STRICT}\n  \"080\": {mode: DISABLE}"))
        .containsExactly("8 error HLD0113 spec.portLevelMtls.080");
  }

  @Test
  void labelsThatSelectNothingAreNoSelectorForPorts() {
    assertThat(
            Lines.problems(
                KIND, "selector: {matchLabels: {}}\nportLevelMtls:\n  80: {mode: STRICT}"))
        .containsExactly("6 error HLD0301 spec.portLevelMtls");
  }
}
