package io.heraldmesh.resource.yaml;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.yaml.YamlNode.Mapping;
import io.heraldmesh.resource.yaml.YamlNode.Scalar;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Strict YAML: what could mean two things is refused at its place, and reading goes on. */
class YamlReaderTest {
  private final ProblemCollector problems = new ProblemCollector();

  @Test
  void everyNodeKnowsLineAndColumn() {
    Mapping root = (Mapping) read("a: 1\nb:\n  - x\n  - {c: \"y\"}\n").getFirst().root();
    assertThat(root.line()).isEqualTo(1);
    YamlNode.Sequence list = (YamlNode.Sequence) root.entries().get(1).value();
    assertThat(list.line()).isEqualTo(3);
    Mapping inner = (Mapping) list.items().get(1);
    assertThat(inner.line()).isEqualTo(4);
    assertThat(inner.column()).isEqualTo(5);
    assertThat(inner.entries().getFirst().value().column()).isEqualTo(9);
  }

  @ParameterizedTest
  @CsvSource({
    "null, NULL", "~, NULL", "true, BOOL", "False, BOOL", "12, INT", "-3, INT", "0o17, INT",
    "0x1F, INT", "0777, INT", "1.10, FLOAT", "1e3, FLOAT", ".inf, FLOAT", ".NaN, FLOAT",
        "yes, TEXT",
    "no, TEXT", "NO, TEXT", "on, TEXT", "off, TEXT", "y, TEXT", "12:30, TEXT", "2026-01-01, TEXT",
    "1_000, TEXT", "0b1, TEXT", "tRue, TEXT", "1.2.3, TEXT"
  })
  void plainScalarsFollowTheCoreSchemaOfYaml12(String text, YamlNode.Type type) {
    Mapping root = (Mapping) read("k: " + text + "\n").getFirst().root();
    Scalar value = (Scalar) root.entries().getFirst().value();
    assertThat(value.type()).isEqualTo(type);
    assertThat(value.text()).isEqualTo(text);
  }

  @Test
  void quotedAndBlockScalarsAreText() {
    Mapping root =
        (Mapping) read("a: '1'\nb: \"true\"\nc: |\n  1\nd: >\n  null\n").getFirst().root();
    assertThat(root.entries())
        .extracting(e -> ((Scalar) e.value()).type())
        .containsOnly(YamlNode.Type.TEXT);
  }

  @Test
  void jsonIsYaml() {
    assertThat(read("{\n\t\"a\": {\"b\": [1, \"x\\ty\", \"\\u00e9\\/\"]},\t\"c\": null\n}"))
        .hasSize(1);
    assertThat(found()).isEmpty();
  }

  @Test
  void aByteOrderMarkIsPassedOver() {
    assertThat(read("\uFEFFa: 1\n")).hasSize(1);
    assertThat(found()).isEmpty();
  }

  @Test
  void emptyDocumentsAreLeftOut() {
    assertThat(read("")).isEmpty();
    assertThat(read("# nothing\n")).isEmpty();
    assertThat(read("---\n---\n...\n")).isEmpty();
    assertThat(read("---\na: 1\n---\n# no\n---\nb: 2\n")).hasSize(2);
    assertThat(found()).isEmpty();
  }

  @Test
  void aKeyThatStandsTwiceIsReportedAtTheSecond() {
    read("a:\n  b: 1\n  c: 2\n  b: 3\n");
    assertThat(found()).containsExactly("4:3 HLD0008 a.b");
    assertThat(problems.problems().all().getFirst().message()).contains("first on line 2");
  }

  @Test
  void theSameKeyInTwoSpellingsIsTheSameKey() {
    read("a: 1\n\"a\": 2\n");
    assertThat(found()).containsExactly("2:1 HLD0008 a");
  }

  @Test
  void aliasesAnchorsTagsAndMergeKeysAreRefused() {
    read("a: &x {b: 1}\nc: *x\n");
    assertThat(found()).containsExactly("1:4 HLD0009 a", "2:4 HLD0009 c");
    assertThat(readFresh("a: !!str 1\nb: !x y\nc: !!set {}\n"))
        .containsExactly("1:4 HLD0010 a", "2:4 HLD0010 b", "3:4 HLD0010 c");
    assertThat(readFresh("a:\n  <<: {b: 1}\n")).containsExactly("2:3 HLD0011 a");
    assertThat(readFresh("a: !!java.net.URL [\"http://127.0.0.1:9/\"]\n"))
        .containsExactly("1:4 HLD0010 a");
  }

  @Test
  void anAliasToNothingIsReportedLikeAnyAlias() {
    assertThat(readFresh("a: *nope\n")).hasSize(1);
  }

  @Test
  void keysAreText() {
    assertThat(readFresh("? [a, b]\n: 1\n")).containsExactly("1:3 HLD0012 ");
    assertThat(readFresh("? {a: b}\n: 1\n")).containsExactly("1:3 HLD0012 ");
    assertThat(readFresh("~: 1\n")).containsExactly("1:1 HLD0012 ");
  }

  @Test
  void tabsCannotIndent() {
    assertThat(readFresh("a:\n\tb: 1\n")).containsExactly("2:1 HLD0007 a");
  }

  @Test
  void tabsMayStandBetweenTheWordsOfALine() {
    Mapping root =
        (Mapping) read("a:\tx\t# why\nb: [1,\t\t2\t]\t\ne:\t|\n  c\td\n").getFirst().root();
    assertThat(problems.errors()).isZero();
    assertThat(((Scalar) root.entries().get(0).value()).text()).isEqualTo("x");
    YamlNode.Sequence list = (YamlNode.Sequence) root.entries().get(1).value();
    assertThat(list.items()).hasSize(2);
    assertThat(list.items().get(1).column()).isEqualTo(9);
    assertThat(((Scalar) root.entries().get(2).value()).text())
        .as("text keeps its tabs")
        .isEqualTo("c\td\n");
  }

  @Test
  void aFileOfTabsDoesNotTakeForEver() {
    String many = "a: [" + "1,\t".repeat(200_000) + "\n";
    assertThat(readFresh(many)).isNotEmpty();
  }

  @Test
  void whatAMessageQuotesCannotForgeALineNorTurnItsDirection() {
    for (String text :
        List.of("%", "&", "*", "a: *\u202e", "a: &x\u2066", "%\u202e", "? *\u061c")) {
      read(text);
    }
    assertThat(problems.problems().all())
        .hasSizeGreaterThan(5)
        .allSatisfy(
            problem ->
                assertThat(problem.message())
                    .matches("[^\\p{Cntrl}\\u061c\\u2028-\\u202e\\u2066-\\u2069]+"));
  }

  @Test
  void readingGoesOnBehindASyntaxError() {
    assertThat(readFresh("a: [1\n---\nb: {x: 1, x: 2}\n---\nc: \"\n---\nd: *y\n"))
        .hasSizeGreaterThanOrEqualTo(3)
        .anyMatch(p -> p.startsWith("2:1 HLD0006"))
        .anyMatch(p -> p.equals("3:11 HLD0008 b.x"))
        .anyMatch(p -> p.equals("7:4 HLD0009 d"));
  }

  @Test
  void controlCharactersAreErrorsAndHiddenOnesWarnings() {
    assertThat(readFresh("a: 1\nb: x\u0000y\n")).containsExactly("2:5 HLD0004 ");
    assertThat(readFresh("a: \u0007\n")).containsExactly("1:4 HLD0004 ");
    assertThat(readFresh("a: \"x\u202Ey\"\n")).containsExactly("1:6 HLD0005 ");
    assertThat(readFresh("a: \"x\u200By\"\n")).containsExactly("1:6 HLD0005 ");
    assertThat(readFresh("a: \"x\\u202Ey\"\n"))
        .as("written as an escape")
        .containsExactly("1:4 HLD0005 a");
    assertThat(readFresh("a: grün 🙂\n")).isEmpty();
  }

  @Test
  void onlyUtf8IsRead() {
    new YamlReader(problems).read("f", "a: 1\nb: \u00e9\n".getBytes(ISO_8859_1));
    new YamlReader(problems).read("f", "a: 1\n".getBytes(UTF_16));
    new YamlReader(problems).read("f", new byte[] {'a', ':', ' ', (byte) 0xc0, (byte) 0x80});
    new YamlReader(problems).read("f", new byte[] {'a', ':', ' ', (byte) 0xe2, (byte) 0x82});
    assertThat(found())
        .containsExactlyInAnyOrder("2:4 HLD0003 ", "1:1 HLD0003 ", "1:4 HLD0003 ", "1:4 HLD0003 ");
  }

  @Test
  void depthIsLimitedWithoutExhaustingTheStack() {
    long start = System.nanoTime();
    assertThat(readFresh("a: " + "[".repeat(100_000)))
        .singleElement()
        .satisfies(p -> assertThat(p).contains("HLD0013"));
    assertThat(readFresh("a: " + "{b: ".repeat(2000) + "1" + "}".repeat(2000)))
        .singleElement()
        .satisfies(p -> assertThat(p).contains("HLD0013"));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void sizeIsLimitedBeforeAnythingIsParsed() {
    byte[] big = new byte[10 << 20];
    java.util.Arrays.fill(big, (byte) '#');
    long start = System.nanoTime();
    new YamlReader(problems).read("f", big);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    assertThat(found()).containsExactly("1:1 HLD0002 ");
    assertThat(problems.problems().all().getFirst().message()).contains("4194304 bytes");
  }

  @Test
  void theNumberOfNodesIsLimited() {
    new YamlReader(new YamlLimits(1000, 10, 20), problems)
        .read("f", "a: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]".getBytes(UTF_8));
    assertThat(found()).singleElement().satisfies(p -> assertThat(p).contains("HLD0014"));
  }

  @Test
  void yamlInABlockScalarKeepsItsPlaceInTheFile() {
    List<YamlDocument> outer = read("data:\n  mesh: |-\n\n    a: 1\n    b:\n      c: *x\n");
    Value mesh =
        outer
            .getFirst()
            .value(problems)
            .decode(f -> f.required("data"))
            .decode(f -> f.required("mesh"));
    List<YamlDocument> inner = new YamlReader(problems).readEmbedded(mesh);
    assertThat(inner).hasSize(1);
    assertThat(found()).containsExactly("6:10 HLD0009 data.mesh.b.c");
  }

  @Test
  void anUnsoundDocumentSaysSo() {
    assertThat(read("a: 1\n---\nb: *x\n---\nc: 1\n"))
        .extracting(YamlDocument::sound)
        .containsExactly(true, false, true);
  }

  private List<YamlDocument> read(String yaml) {
    return new YamlReader(problems).read("f", yaml.getBytes(UTF_8));
  }

  private static List<String> readFresh(String yaml) {
    ProblemCollector fresh = new ProblemCollector();
    new YamlReader(fresh).read("f", yaml.getBytes(UTF_8));
    return found(fresh);
  }

  private List<String> found() {
    return found(problems);
  }

  private static List<String> found(ProblemCollector from) {
    return from.problems().all().stream().map(YamlReaderTest::brief).toList();
  }

  private static String brief(Problem p) {
    return p.at().line() + ":" + p.at().column() + " " + p.code().id() + " " + p.at().field();
  }
}
