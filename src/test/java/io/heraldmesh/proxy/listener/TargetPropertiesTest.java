package io.heraldmesh.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.HeaderField;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A target or host that is read is made of what was written, in its order, and of nothing else. */
class TargetPropertiesTest {

  @Property
  void aTargetIsMadeOfItsParts(@ForAll("targets") String text) {
    RequestTarget target = RequestTarget.parse("GET", text);
    if (target == null) {
      return;
    }
    switch (target.form()) {
      case ORIGIN -> assertThat(target.origin()).isEqualTo(text);
      case ABSOLUTE -> {
        assertThat(target.origin()).startsWith("/");
        String rest = text.substring(7);
        String path = rest.substring(String.valueOf(target.authority()).length());
        assertThat(rest).startsWith(String.valueOf(target.authority()));
        assertThat(target.origin()).isIn(path, "/" + path);
        assertThat(target.authority()).doesNotContain("/", "?");
      }
      case AUTHORITY, ASTERISK -> throw new AssertionError("not of a GET");
    }
  }

  @Property
  void noTargetHoldsWhatEndsALine(@ForAll String text) {
    RequestTarget target = RequestTarget.parse("GET", "/" + text);
    if (target != null) {
      assertThat(target.origin()).matches("[!-~&&[^#]]+");
    }
  }

  @Property
  void anAuthorityIsReadTheSameWhenWrittenAgain(@ForAll("authorities") String text) {
    Authority authority = Authority.parse(text);
    if (authority == null) {
      return;
    }
    assertThat(authority.port()).isBetween(-1, 65_535);
    String host = authority.host().contains(":") ? "[" + authority.host() + "]" : authority.host();
    String written = authority.port() < 0 ? host : host + ":" + authority.port();
    assertThat(Authority.parse(written)).isEqualTo(authority);
    assertThat(authority.host()).matches("[a-z0-9.:_-]+");
  }

  @Property
  void aFieldIsTheSameHoweverItIsWritten(@ForAll("fields") String name) {
    assertThat(HeaderField.of(name.toUpperCase(java.util.Locale.ROOT)))
        .isEqualTo(HeaderField.of(name));
    assertThat(HeaderField.of(name.replace('-', '_'))).isEqualTo(HeaderField.of(name));
    assertThat(HeaderField.of(name.replace('-', '.'))).isEqualTo(HeaderField.of(name));
  }

  @Provide
  Arbitrary<String> targets() {
    return Arbitraries.of(
            "/", "http://", "HTTP://", "a", ":80", "?", "x=1", "@", "*", "%2f", "..", "\\")
        .list()
        .ofMaxSize(8)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<String> authorities() {
    return Arbitraries.of("a", "B", ".", "-", ":", "80", "70000", "[", "]", "::1", "%", "@", "_")
        .list()
        .ofMaxSize(7)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<String> fields() {
    return Arbitraries.of(
        "host",
        "content-length",
        "transfer-encoding",
        "x-forwarded-client-cert",
        "x-forwarded-for",
        "x-envoy-anything",
        "x-request-id",
        "connection",
        "forwarded",
        "x-other-name");
  }
}
