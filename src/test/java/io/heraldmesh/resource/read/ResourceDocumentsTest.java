package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.read.ResourceDocuments.NamedText;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each resource keeps the text that it was read from, and only that. */
class ResourceDocumentsTest {
  private static final String ONE =
      """
      # of the platform team
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: {name: one, namespace: a}
      spec: {mtls: {mode: STRICT}}
      """;
  private static final String TWO =
      ONE.replace("one", "two").replace("# of the platform team\n", "");

  @Test
  void documentsOfAFileAreCutAtTheirMarks() {
    ResourceDocuments documents =
        read("---\n" + ONE + "\n\n--- # the next\n" + TWO + "...\n---\n# nothing\n");

    assertThat(documents.problems().isEmpty()).isTrue();
    assertThat(documents.all()).extracting(ResourceDocument::text).containsExactly(ONE, TWO);
    assertThat(documents.all().getFirst().type()).isEqualTo("security.istio.io/PeerAuthentication");
  }

  @Test
  void whatStandsBesideTheMarkStaysWithIt() {
    String text =
        "--- {apiVersion: security.istio.io/v1, kind: PeerAuthentication,"
            + " metadata: {name: one, namespace: a}, spec: {mtls: {mode: STRICT}}}\n";
    assertThat(read(text + "---\n" + TWO).all())
        .extracting(ResourceDocument::text)
        .containsExactly(text, TWO);
  }

  @Test
  void lineEndsOfWindowsAndAByteOrderMarkAreNotKept() {
    assertThat(read("\uFEFF" + ONE.replace("\n", "\r\n") + "---\r\n" + TWO).all())
        .extracting(ResourceDocument::text)
        .containsExactly(ONE, TWO);
  }

  @Test
  void anItemOfAListIsWrittenOut() {
    String list =
        """
        apiVersion: v1
        kind: List
        items:
        - apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: {name: one, namespace: a, labels: {version: "1.10", on: "yes"}}
          spec:
            selector: {matchLabels: {app: "1"}}
            portLevelMtls: {8080: {mode: DISABLE}}
        - apiVersion: v1
          kind: Service
          metadata: {name: two, namespace: a}
          spec: {ports: [{name: http, port: 80}]}
        """;
    ResourceDocuments documents = read(list);
    assertThat(documents.problems().hasErrors()).as(documents.problems().text()).isFalse();
    assertThat(documents.all()).hasSize(2);

    for (ResourceDocument document : documents.all()) {
      ResourceDocuments again = read(document.text());
      assertThat(again.problems().hasErrors()).as(document.text()).isFalse();
      ResourceDocument same = again.all().getFirst();
      assertThat(same.type()).isEqualTo(document.type());
      assertThat(same.resource().metadata().labels())
          .isEqualTo(document.resource().metadata().labels());
    }
    PeerAuthentication read =
        (PeerAuthentication) read(documents.all().getFirst().text()).all().getFirst().resource();
    assertThat(read.portModes()).containsKey(8080);
  }

  @Test
  void twiceTheSameAcrossFilesIsAnErrorAtTheSecond() {
    ResourceDocuments documents =
        ResourceReader.documents(
            List.of(new NamedText("a.yaml", ONE), new NamedText("b.yaml", ONE)));
    assertThat(documents.all()).hasSize(1);
    assertThat(documents.problems().errors().getFirst().text())
        .startsWith("b.yaml:4:")
        .contains("was given before, at a.yaml:4:");
  }

  private static ResourceDocuments read(String text) {
    return ResourceReader.documents(List.of(new NamedText("f.yaml", text)));
  }
}
