package io.heraldmesh.conformance.istio;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.conformance.istio.EchoServices.Echo;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.read.ResourceReader;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files that Istio's own tests apply, of today and of release 1.4, and inputs of its analyzers:
 * every document of a kind that Herald reads is read without an error.
 */
final class ReadableFiles implements Corpus {
  private static final Pattern FILES =
      Pattern.compile(
          "istio/istio-istio(-release-1\\.4)?/"
              + "(tests/(integration|e2e)/.*|pkg/config/analysis/.*)\\.yaml(\\.tmpl)?");

  private static final Pattern KIND = Pattern.compile("(?m)^kind: *\"?(\\w+)");

  @Override
  public boolean reads(DataFile file) {
    return FILES.matcher(file.name()).matches();
  }

  @Override
  public void run(DataFile file, Cases cases) {
    String rendered = TemplateFile.render(file, data(), "ns1");
    int number = 0;
    for (String document : rendered.split("(?m)^---\\s*$", -1)) {
      Matcher kind = KIND.matcher(document);
      String title = ++number + (kind.find() ? " " + kind.group(1) : "");
      boolean resource = title.indexOf(' ') > 0;
      cases.judge(
          title,
          IstioResources.kind(document, "document"),
          false,
          () -> resource ? judge(document) : Outcome.skipped("no resource: has no kind"));
    }
  }

  private static Outcome judge(String document) {
    Resources read = ResourceReader.read("resource.yaml", document);
    if (IstioResources.notRead(read)) {
      return Outcome.skipped(IstioResources.NOT_READ);
    }
    if (read.problems().all().stream().anyMatch(p -> p.code() == ProblemCode.NO_RESOURCES)) {
      return Outcome.skipped("only comments");
    }
    return Outcome.accepted(
        true, read.problems().errors().isEmpty(), read.problems().text().strip());
  }

  private static Map<String, Object> data() {
    Map<String, Object> data =
        new HashMap<>(IntegrationTests.data(MissingNode.getInstance(), new Echo("ns1", "b")));
    data.put("Namespace", Map.of("Prefix", "ns1", "String", "ns1"));
    data.put("TLSMode", "ISTIO_MUTUAL");
    data.put("MTLSMode", "STRICT");
    data.put("MTLSModeOverride", "DISABLE");
    data.put("timeout", "5s");
    data.put("delay", "10ms");
    return data;
  }
}
