package io.heraldmesh.conformance.istio;

import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.template.GoTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A template of Istio's tests as the resources that it gives. */
final class TemplateFile {
  private static final String FIELD = "  namespace: ";

  private TemplateFile() {}

  /**
   * @param namespace of resources that name none, as the test applies them
   */
  static String render(DataFile file, Map<String, Object> data, String namespace) {
    String text = file.text();
    String rendered = file.name().endsWith(".tmpl") ? GoTemplate.parse(text).render(data) : text;
    List<String> documents = new ArrayList<>();
    for (String document : rendered.split("(?m)^---\\s*$", -1)) {
      if (document.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#"))) {
        documents.add(placed(document, namespace));
      }
    }
    return String.join("\n---\n", documents);
  }

  private static String placed(String document, String namespace) {
    boolean within = false;
    boolean named = document.contains("kind: MeshPolicy");
    for (String line : document.lines().toList()) {
      if (!line.isBlank() && line.charAt(0) != ' ') {
        within = line.startsWith("metadata:");
      }
      named |= within && line.startsWith(FIELD);
    }
    return named
        ? document
        : document.replaceFirst("(?m)^metadata: *$", "metadata:\n" + FIELD + namespace);
  }
}
