package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.Namespace;
import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.ServiceAccount;
import io.heraldmesh.resource.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From files and folders to one set: which are read, in which order, and what is refused. */
class ResourceReaderTest {
  @TempDir Path folder;

  @Test
  void aFolderIsReadRecursivelyByNameWithoutHiddenFiles() throws IOException {
    write("b.yaml", account("b"));
    write("a.yml", account("a"));
    write(
        "c.json",
        "{\"apiVersion\":\"v1\",\"kind\":\"ServiceAccount\",\"metadata\":{\"name\":\"c\"}}");
    write("notes.txt", "not: [read");
    write(".hidden.yaml", "not: [read");
    write("sub/d.yaml", account("d"));
    write(".git/e.yaml", "not: [read");
    Resources read = ResourceReader.read(List.of(folder));
    assertThat(read.problems().all()).isEmpty();
    assertThat(names(read)).containsExactly("a", "b", "c", "d");
    assertThat(read.all().getFirst().metadata().at().file())
        .isEqualTo(folder.resolve("a.yml").toString());
  }

  @Test
  void aNamedFileIsReadWhateverItsName() throws IOException {
    write("policy.txt", account("a"));
    assertThat(names(ResourceReader.read(List.of(folder.resolve("policy.txt")))))
        .containsExactly("a");
  }

  @Test
  void ofAMountedConfigMapEachFileIsReadOnce() throws IOException {
    write("..2026_01/a.yaml", account("a"));
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_01"));
    Files.createSymbolicLink(folder.resolve("a.yaml"), Path.of("..data/a.yaml"));
    Resources read = ResourceReader.read(List.of(folder));
    assertThat(read.problems().all()).isEmpty();
    assertThat(names(read)).containsExactly("a");
  }

  @Test
  void aLinkToAFolderAboveEnds() throws IOException {
    write("sub/a.yaml", account("a"));
    Files.createSymbolicLink(folder.resolve("sub/loop"), folder);
    assertThat(names(ResourceReader.read(List.of(folder)))).containsExactly("a");
  }

  @Test
  void whatCannotBeReadIsSetApartFromWhatIsWrong() throws IOException {
    write("a.yaml", "a: [");
    Resources wrong = ResourceReader.read(List.of(folder));
    assertThat(wrong.problems().hasErrors()).isTrue();
    assertThat(wrong.problems().hasUnreadable()).isFalse();
    Resources missing = ResourceReader.read(List.of(folder.resolve("none"), folder));
    assertThat(missing.problems().hasUnreadable()).isTrue();
    assertThat(missing.problems().errors()).as("the rest is read all the same").hasSize(2);
  }

  @Test
  void theSameResourceInTwoFilesIsAnErrorThatNamesBoth() throws IOException {
    write("a.yaml", account("x"));
    write("b.yaml", "# second\n" + account("x"));
    Resources read = ResourceReader.read(List.of(folder));
    assertThat(read.problems().errors())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.code()).isEqualTo(ProblemCode.DUPLICATE_RESOURCE);
              assertThat(p.at().file()).endsWith("b.yaml");
              assertThat(p.at().line()).isEqualTo(4);
              assertThat(p.message()).contains("serviceaccount default/x").contains("a.yaml:3:");
            });
    write("b.yaml", account("x").replace("{name: x}", "{name: x, namespace: other}"));
    assertThat(ResourceReader.read(List.of(folder)).problems().all()).isEmpty();
  }

  @Test
  void versionsOfAKindAreTheSameKind() {
    String policy =
        """
        apiVersion: security.istio.io/%s
        kind: PeerAuthentication
        metadata: {name: n}
        spec: {}
        """;
    assertThat(Lines.problems(policy.formatted("v1") + "---\n" + policy.formatted("v1beta1")))
        .containsExactly("8 error HLD0204 metadata.name");
  }

  @Test
  void tenThousandPoliciesInOneFileAreReadInSeconds() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      text.append(
              """
              ---
              apiVersion: security.istio.io/v1
              kind: AuthorizationPolicy
              metadata:
                name: p\
              """)
          .append(i)
          .append("\n  namespace: a\nspec:\n  action: ALLOW\n  rules:\n  - to:\n    - operation:\n")
          .append("        paths: [\"/x\"]\n");
    }
    write("many.yaml", text.toString());
    long start = System.nanoTime();
    Resources read = ResourceReader.read(List.of(folder));
    assertThat(read.problems().all()).isEmpty();
    assertThat(read.all()).hasSize(10_000);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void aFileOfManyMebibytesIsRefusedAtOnce() throws IOException {
    write("big.yaml", account("a") + "# comment\n".repeat(7_000_000));
    long start = System.nanoTime();
    Resources read = ResourceReader.read(List.of(folder));
    assertThat(read.problems().errors())
        .singleElement()
        .satisfies(p -> assertThat(p.code()).isEqualTo(ProblemCode.TOO_LARGE));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void emptyFilesAndFoldersAreWarnedOf() throws IOException {
    assertThat(codes(ResourceReader.read(List.of(folder))))
        .containsExactly(ProblemCode.NO_RESOURCES);
    write("a.yaml", "# nothing\n");
    assertThat(codes(ResourceReader.read(List.of(folder))))
        .containsExactly(ProblemCode.NO_RESOURCES);
  }

  @Test
  void nothingOfAnUnsoundDocumentIsRead() {
    assertThat(ResourceReader.read("f", account("a") + "---\n" + account("b") + "x: *y\n").all())
        .extracting(r -> r.metadata().name())
        .containsExactly("a");
  }

  @Test
  void aListIsReadItemByItem() {
    String list =
        "apiVersion: v1\nkind: List\nitems:\n- "
            + account("a").replace("\n", "\n  ").strip()
            + """

            - apiVersion: security.istio.io/v1
              kind: PeerAuthentication
              metadata: {name: n}
              spec: {mtls: {mode: x}}
            """;
    assertThat(Lines.problems(list)).containsExactly("10 error HLD0104 items[1].spec.mtls.mode");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "security.istio.io/v1         | authorizationpolicy   | 2 error HLD0202 kind",
        "security.istio.io/v1         | AuthorizationPolicies | 2 warning HLD0201 kind",
        "security.istio.io/v1         | AuthorisationPolicy   | 2 error HLD0202 kind",
        "security.istio.io/v1         | PeerAuthenticaton     | 2 error HLD0202 kind",
        "security.istio.io/v2         | PeerAuthentication    | 1 error HLD0202 apiVersion",
        "security.istio.io/v1alpha1   | PeerAuthentication    | 1 error HLD0202 apiVersion",
        "Security.istio.io/v1         | PeerAuthentication    | 1 error HLD0202 apiVersion",
        "security.istio.oi/v1         | PeerAuthentication    | 1 error HLD0202 apiVersion",
        "v1                           | AuthorizationPolicy   | 1 error HLD0202 apiVersion",
        "networking.istio.io/v1       | AuthorizationPolicy   | 1 error HLD0202 apiVersion",
        "herald.io/v1alpha1           | PeerAuthentication    | 1 error HLD0202 apiVersion",
        "v2                           | Service               | 1 error HLD0202 apiVersion",
        "networking.istio.io/v1       | destinationRule       | 2 error HLD0202 kind",
        "networking.istio.io/v1       | VirtualService        | 2 warning HLD0201 kind",
        "policy.linkerd.io/v1alpha1   | AuthorizationPolicy   | 2 warning HLD0201 kind",
        "serving.knative.dev/v1       | Service               | 2 warning HLD0201 kind",
        "v1                           | Node                  | 2 warning HLD0201 kind",
        "batch/v1                     | Job                   | 2 warning HLD0201 kind"
      })
  void aKindIsReadOrNotReadButNeverMistaken(String apiVersion, String kind, String problem) {
    assertThat(
            Lines.problems(
                "apiVersion: "
                    + apiVersion
                    + "\nkind: "
                    + kind
                    + "\nmetadata: {name: n}\nspec: {}\n"))
        .containsExactly(problem);
  }

  @Test
  void apiVersionKindAndSpecAreRequired() {
    assertThat(Lines.problems("kind: Service\n")).containsExactly("1 error HLD0102 apiVersion");
    assertThat(Lines.problems("apiVersion: v1\n")).containsExactly("1 error HLD0102 kind");
    assertThat(Lines.problems("[a, b]\n")).containsExactly("1 error HLD0103 ");
    String policy = "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\n";
    assertThat(Lines.problems(policy + "metadata: {name: n}\n"))
        .containsExactly("1 error HLD0102 spec");
    assertThat(Lines.problems(policy + "metadata: {name: n}\nspec:\n"))
        .containsExactly("4 error HLD0106 spec");
    assertThat(Lines.problems(policy + "spec: {}\n")).containsExactly("1 error HLD0102 metadata");
  }

  @Test
  void metadataIsReadAndWhatKubernetesAddsIsPassedOver() {
    PeerAuthentication read =
        Lines.only(
            PeerAuthentication.class,
            """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata:
              name: n
              namespace: ns
              labels: {app.kubernetes.io/name: x}
              annotations:
              creationTimestamp: "2026-01-31T12:00:00Z"
              uid: 1f
              resourceVersion: "12"
              generation: 3
              managedFields: [{manager: kubectl}]
            spec: {}
            status: {conditions: []}
            """);
    assertThat(read.metadata().namespace()).isEqualTo("ns");
    assertThat(read.metadata().labels()).isEqualTo(Map.of("app.kubernetes.io/name", "x"));
    assertThat(read.metadata().annotations()).isEmpty();
    assertThat(read.metadata().created()).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
    assertThat(read.describe()).isEqualTo("peerauthentication ns/n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                          | 3 error HLD0102 metadata.name",
        "{name: ''}                                  | 3 error HLD0110 metadata.name",
        "{name: A}                                   | 3 error HLD0203 metadata.name",
        "{name: a, namespace: a.b}                   | 3 error HLD0203 metadata.namespace",
        "{name: a, lables: {}}                       | 3 error HLD0101 metadata.lables",
        "{name: a, labels: {v: 1}}                   | 3 warning HLD0108 metadata.labels.v",
        "{name: a, creationTimestamp: yesterday}     | 3 error HLD0113 metadata.creationTimestamp"
      })
  void wrongMetadataIsRefusedAtItsField(String metadata, String problem) {
    assertThat(
            Lines.problems(
                "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: "
                    + metadata
                    + "\nspec: {}\n"))
        .containsExactly(problem);
  }

  @Test
  void aNamespaceHasNoNamespace() {
    Namespace read =
        Lines.only(Namespace.class, "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
    assertThat(read.metadata().namespace()).isEmpty();
    assertThat(read.describe()).isEqualTo("namespace shop");
    assertThat(read.isPolicy()).isFalse();
  }

  @Test
  void aHomoglyphIsShownByItsCodePoint() {
    Resources read =
        ResourceReader.read(
            "f",
            """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: n}
            spec:
              \u0430ction: DENY
            """);
    assertThat(read.problems().errors())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.message()).contains("U+0430");
              assertThat(p.hint()).isEqualTo("did you mean action?");
            });
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String account(String name) {
    return "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: " + name + "}\n";
  }

  private static List<String> names(Resources read) {
    return read.of(ServiceAccount.class).stream().map(a -> a.metadata().name()).toList();
  }

  private static List<ProblemCode> codes(Resources read) {
    return read.problems().all().stream().map(p -> p.code()).toList();
  }
}
