package io.heraldmesh.conformance.istio;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.conformance.istio.EchoServices.Echo;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Istio's own integration tests: their templates, rendered, and each request decided under them.
 */
final class IntegrationTests implements Corpus {
  private static final Set<String> FIELDS =
      Set.of("test", "source", "templates", "template_params", "note", "cases");

  @Override
  public boolean reads(DataFile file) {
    return file.hasList("groups", "test", "templates", "cases");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    DataFile tokens = beside(file, file.json().path("tokens").asText());
    for (JsonNode group : file.json().get("groups")) {
      String test = group.get("test").asText();
      int number = 0;
      for (JsonNode c : group.get("cases")) {
        String id = test + " " + ++number + title(c);
        boolean control = c.path("allow").asBoolean(c.path("status").asInt() == 200);
        for (String port : ports(c)) {
          cases.judge(
              port.isEmpty() ? id : id + " " + port,
              test,
              control,
              () -> judge(file, tokens, group, c, port));
        }
      }
    }
  }

  private static String title(JsonNode c) {
    String name = c.path("name").asText(c.path("path").asText(""));
    return name.isEmpty() ? "" : " " + name;
  }

  private static List<String> ports(JsonNode c) {
    List<String> ports = new ArrayList<>();
    c.path("ports").forEach(port -> ports.add(port.asText()));
    return ports.isEmpty() ? List.of("") : ports;
  }

  private static Outcome judge(
      DataFile file, DataFile tokens, JsonNode group, JsonNode c, String port) throws Exception {
    group
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!FIELDS.contains(name)) {
                throw new IllegalArgumentException("not understood: field " + name);
              }
            });
    Echo to = new Echo("ns1", c.path("to").asText("b"));
    Resources resources = resources(file, group, to);
    if (resources.problems().hasErrors()) {
      return Outcome.wrong("its templates have errors: " + resources.problems().text());
    }
    if (group.path("test").asText().startsWith("1.4") && onlyServices(resources)) {
      return Outcome.skipped("its policies are of a kind that Herald does not read yet");
    }
    KeySet keys = KeySet.parse(beside(file, "../" + tokens.json().path("jwks").asText()).text());
    boolean slow = group.path("template_params").has("jwks server");
    IntegrationRequest request =
        new IntegrationRequest(group.path("template_params"), c, port, to, tokens.json());
    return request.judge(resources, source -> slow ? null : keys);
  }

  private static boolean onlyServices(Resources resources) {
    return resources.all().stream().allMatch(io.heraldmesh.resource.Service.class::isInstance);
  }

  private static Resources resources(DataFile file, JsonNode group, Echo to) {
    Map<String, Object> data = data(group.path("template_params"), to);
    List<String> documents = new ArrayList<>();
    documents.add(to.resource());
    for (JsonNode template : group.get("templates")) {
      String name = template.asText();
      String namespace =
          name.endsWith(" (root namespace)") ? EchoServices.ROOT_NAMESPACE : to.namespace();
      DataFile source = beside(file, "../" + name.replace(" (root namespace)", ""));
      documents.add(TemplateFile.render(source, data, namespace));
    }
    return ResourceReader.read("templates.yaml", String.join("\n---\n", documents));
  }

  /** What a template may name; tests give the callers, the rest is the same in all. */
  static Map<String, Object> data(JsonNode parameters, Echo to) {
    Map<String, Object> data = new HashMap<>();
    data.put("To", to.asData());
    data.put("dst", to.name());
    data.put("Services", List.of(to.asData()));
    data.put("Allowed", Echo.parse(parameters.path("Allowed").asText("ns1/a")).asData());
    data.put("Denied", Echo.parse(parameters.path("Denied").asText("ns2/a")).asData());
    data.put("From", new Echo("ns1", "a").asData());
    data.put("JWTServer", Map.of("JwksURI", EchoServices.KEY_SERVER));
    data.put("SystemNamespace", Map.of("Name", EchoServices.ROOT_NAMESPACE));
    data.put("RootNamespace", EchoServices.ROOT_NAMESPACE);
    data.put("Namespace", to.namespace());
    data.put("Namespace1", "ns1");
    data.put("Namespace2", "ns2");
    for (String provider : List.of("Provider", "Provider1", "Provider2")) {
      data.put(provider, Map.of("Name", "ext-authz-http"));
    }
    return data;
  }

  private static DataFile beside(DataFile file, String name) {
    String folder = file.name().substring(0, file.name().lastIndexOf('/') + 1);
    String path = folder + name;
    return file.other(path.replaceAll("[^/]+/\\.\\./", ""));
  }
}
