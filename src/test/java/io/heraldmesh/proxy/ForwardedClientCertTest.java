package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.proxy.ForwardedClientCert.Field;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is read back, and nothing else is read. */
class ForwardedClientCertTest {

  @Test
  void aWorkloadIsAnnouncedAsIstioDoesIt() {
    ForwardedClientCert element =
        ForwardedClientCert.of(
            "spiffe://mesh.test/ns/b/sa/server",
            "0af1",
            SpiffeId.parse("spiffe://mesh.test/ns/a/sa/client"));
    assertThat(element)
        .hasToString(
            "By=spiffe://mesh.test/ns/b/sa/server;Hash=0af1;Subject=\"\";"
                + "URI=spiffe://mesh.test/ns/a/sa/client");
    assertThat(element.value("URI")).contains("spiffe://mesh.test/ns/a/sa/client");
    assertThat(element.value("DNS")).isEmpty();
  }

  @Test
  void elementsOfSeveralProxiesAreToldApart() {
    List<ForwardedClientCert> elements =
        ForwardedClientCert.parse(
            "By=a;Subject=\"CN=\\\"x\\\", O=y;z\";URI=b,By=c;DNS=d;DNS=e;URI=\"f\\\\g\"");
    assertThat(elements).hasSize(2);
    assertThat(elements.getFirst().value("Subject")).contains("CN=\"x\", O=y;z");
    assertThat(elements.getLast().fields())
        .containsExactly(
            new Field("By", "c"),
            new Field("DNS", "d"),
            new Field("DNS", "e"),
            new Field("URI", "f\\g"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "URI",
        "URI=",
        "=a",
        "URI=a;",
        "URI=a,",
        ",URI=a",
        "URI=a b",
        "URI=a;;By=b",
        "URI=\"a",
        "URI=\"a\\n\"",
        "URI=\"a\\",
        "URI=\"a\"b",
        "URI=a\"b\"",
        "uri=a",
        "Other=a",
        "Hash=a;Hash=b",
        "URI=a\r\nBy=b",
        "URI=\"\u00e9\"",
        " URI=a",
        "URI=a=b"
      })
  void whatIsNotExactlyOfTheFormIsRefused(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ForwardedClientCert.parse(value))
        .withMessageStartingWith("x-forwarded-client-cert: ");
  }

  @Test
  void anElementCannotHoldWhatCannotBeWritten() {
    for (String bad : List.of("a\r\nb", "\u0000", "é", "\u007f")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new ForwardedClientCert(List.of(new Field("URI", bad))));
    }
  }

  @Property
  void whatIsWrittenIsReadBack(@ForAll("elements") List<ForwardedClientCert> elements) {
    String written = String.join(",", elements.stream().map(Object::toString).toList());
    assertThat(ForwardedClientCert.parse(written)).isEqualTo(elements);
  }

  @Provide
  Arbitrary<List<ForwardedClientCert>> elements() {
    Arbitrary<String> value = Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(20);
    Arbitrary<Field> several =
        Combinators.combine(Arbitraries.of("URI", "DNS", "By"), value).as(Field::new);
    Arbitrary<List<Field>> fields =
        Combinators.combine(
                several.list().ofMaxSize(4), value, Arbitraries.of("Hash", "Cert", "Subject"))
            .as(
                (list, text, name) -> {
                  List<Field> all = new java.util.ArrayList<>(list);
                  all.add(new Field(name, text));
                  return all;
                });
    return fields.map(ForwardedClientCert::new).list().ofMinSize(1).ofMaxSize(3);
  }
}
