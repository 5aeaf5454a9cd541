package io.heraldmesh.fuzz;

import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.compile.MeshWorkload;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.read.ResourceReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A file of resources: whatever it holds becomes resources or problems with a place, the same each
 * time; what was accepted compiles, and is refused as a duplicate when it stands there twice.
 */
public final class YamlFuzz {
  private static final MeshCompiler COMPILER = new MeshCompiler(new TrustDomain("mesh.test"));

  private YamlFuzz() {}

  public static void fuzzerTestOneInput(byte[] file) {
    Resources resources = ResourceReader.read("f.yaml", file);
    Disagreement.unless(
        resources.equals(ResourceReader.read("f.yaml", file)), "read again, it is another set");
    for (Problem problem : resources.problems().all()) {
      Disagreement.unless(
          problem.at().line() > 0 && problem.at().column() > 0, "a problem without a place");
      Disagreement.unless(
          problem.text().codePoints().noneMatch(YamlFuzz::misleads), "a problem that forges lines");
    }
    if (resources.problems().hasErrors()) {
      return;
    }
    COMPILER.compile(resources, List.<MeshWorkload>of());
    COMPILER.jwtRules(resources);
    if (!resources.all().isEmpty()) {
      String text = new String(file, StandardCharsets.UTF_8);
      Disagreement.unless(
          ResourceReader.read("f.yaml", text + "\n---\n" + text).problems().hasErrors(),
          "the same twice is accepted");
    }
  }

  private static boolean misleads(int c) {
    return Character.isISOControl(c)
        || c == 0x2028
        || c == 0x2029
        || c >= 0x202a && c <= 0x202e
        || c >= 0x2066 && c <= 0x2069;
  }
}
