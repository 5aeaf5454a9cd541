package io.heraldmesh.conformance.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoTemplateTest {
  private static final Map<String, Object> DATA =
      Map.of(
          "To",
              Map.of(
                  "Name",
                  "b",
                  "Port",
                  (Function<Object, Object>) GoTemplateTest::port,
                  "Addresses",
                  List.of("10.0.0.1", "10.0.0.2")),
          "Mode", "STRICT",
          "Empty", "",
          "Spaced", Map.of("String", "as text", "Prefix", "p"),
          "Services", List.of(Map.of("Name", "x"), Map.of("Name", "y")));

  private static Object port(Object name) {
    return Map.of("Number", name.equals("http") ? 80 : 90);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      value = {
        "{{ .To.Name }} → b",
        "{{.To.Name}}-{{.Mode}} → b-STRICT",
        "{{ (.To.Port `http`).Number }} → 80",
        "{{ ( .To.Port \"tcp\" ).Number }} → 90",
        "{{ .To.Addresses | toJson }} → [\"10.0.0.1\",\"10.0.0.2\"]",
        "{{ .Nobody | default \"else\" }} → else",
        "{{ .Nobody.Has.This | default .Mode }} → STRICT",
        "{{ .Empty | default `x` }} → x",
        "{{ .Mode | default `x` }} → STRICT",
        "{{ .Spaced }}/{{ .Spaced.Prefix }} → as text/p",
        "{{ if ne .Mode \"\" }}yes{{ end }} → yes",
        "{{ if eq .Mode `OFF` }}a{{ else }}b{{ end }} → b",
        "{{ if .Empty }}a{{ else if .Mode }}b{{ end }} → b",
        "{{ with .To }}{{ .Name }}{{ end }} → b",
        "{{ range $s := .Services }}<{{ $s.Name }}>{{ end }} → <x><y>",
        "{{ range .Services }}<{{ .Name }}>{{ end }} → <x><y>",
        "{{/* nothing */}}a → a",
        "a {{- .Mode -}} b → aSTRICTb",
      })
  void actionsAreReplacedByTheirValue(String template, String expected) {
    assertThat(GoTemplate.parse(template).render(DATA)).isEqualTo(expected);
  }

  @Test
  void textAroundActionsIsKeptToTheLastSpace() {
    String template = "a:\n  - \"{{ .Mode }}\"\n\n  b: {{ .To.Name }}\n";
    assertThat(GoTemplate.parse(template).render(DATA)).isEqualTo("a:\n  - \"STRICT\"\n\n  b: b\n");
  }

  @Test
  void trimmingTakesTheWholeLineOfARange() {
    String template = "hosts:\n{{- range $s := .Services }}\n- {{ $s.Name }}\n{{- end }}\nend";
    assertThat(GoTemplate.parse(template).render(DATA)).isEqualTo("hosts:\n- x\n- y\nend");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ .Nobody }}",
        "{{ .Mode.Deeper }}",
        "{{ $unknown }}",
        "{{ .To }}",
        "{{ .Mode `argument` }}",
        "{{ printf \"%s\" .Mode }}",
        "{{ template \"x\" }}",
        "{{ if .Mode }}open",
        "{{ end }}",
        "{{ }}",
        "{{ .Mode | }}",
        "{{ (.Mode }}",
        "{{ range .Mode }}x{{ end }}",
        "{{ .Mode := 1 }}",
      })
  void whatIsNotUnderstoodOrNotThereIsRefused(String template) {
    assertThatThrownBy(() -> GoTemplate.parse(template).render(DATA))
        .isInstanceOf(TemplateException.class);
  }
}
