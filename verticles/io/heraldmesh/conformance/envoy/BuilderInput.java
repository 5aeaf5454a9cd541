package io.heraldmesh.conformance.envoy;

import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.read.ResourceReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The policies of one input of Istio's authorization builder, for the workload that its tests build
 * for.
 *
 * @param domains trust domain and aliases of the mesh
 */
record BuilderInput(List<AuthorizationPolicy> policies, List<String> domains, boolean tcp) {
  private static final Map<String, String> LABELS = Map.of("app", "httpbin", "version", "v1");

  /** The meshes of Istio's builder tests; where a test names none, some that its constants name. */
  private static final Map<String, List<List<String>>> MESHES =
      Map.of(
          "allow-full-rule",
          List.of(
              List.of("td1"), List.of("principal-prefix-td"), List.of("not-principal-prefix-td")),
          "simple-policy-td-aliases",
          List.of(List.of("td1", "cluster.local")),
          "simple-policy-multiple-td-aliases",
          List.of(List.of("td1", "cluster.local", "some-td")),
          "simple-policy-principal-with-wildcard",
          List.of(List.of("td1", "foobar")),
          "td-aliases-source-principal",
          List.of(List.of("new-td", "old-td", "some-trustdomain")),
          "trust-domains",
          List.of(
              List.of("cluster.local"),
              List.of("another.local"),
              List.of("bad-td"),
              List.of("untrusted"),
              List.of("any-other")));

  private static final List<List<String>> ANY_MESH = List.of(List.of("td1"));

  /** One for each mesh that the input is compiled for. */
  static List<BuilderInput> of(DataFile file) {
    Resources read = ResourceReader.read("policies.yaml", Constants.inPolicy(file.text()));
    if (read.problems().hasErrors()) {
      throw new IllegalArgumentException(read.problems().text());
    }
    boolean tcp = file.name().contains("/tcp/");
    List<AuthorizationPolicy> policies = read.of(AuthorizationPolicy.class);
    return MESHES.getOrDefault(base(file), ANY_MESH).stream()
        .map(domains -> new BuilderInput(policies, domains, tcp))
        .toList();
  }

  /** The name of the input without what says that it is one. */
  static String base(DataFile file) {
    return file.name().substring(file.name().lastIndexOf('/') + 1).replace("-in.yaml", "");
  }

  boolean custom() {
    return policies.stream().anyMatch(p -> p.action().value() == AuthorizationPolicy.Action.CUSTOM);
  }

  /**
   * Whether a caller of this mesh can be one that the field tells from others: not when the field
   * is about trust domains and the mesh has one.
   */
  boolean reaches(SingleFields.Field field) {
    return !field.name().toLowerCase(Locale.ROOT).contains("trustdomain");
  }

  /** What Herald enforces for these policies, and takes tokens of these issuers. */
  Enforcement enforcement(List<AuthorizationPolicy> these, String tokenRules) {
    StringBuilder yaml =
        new StringBuilder(
            """
            apiVersion: herald.io/v1alpha1
            kind: MeshConfig
            spec:
              trustDomain: %s
              trustDomainAliases: %s
            """
                .formatted(domains.getFirst(), domains.subList(1, domains.size())));
    if (!tokenRules.isEmpty()) {
      yaml.append("---\n").append(tokenRules);
    }
    Resources mesh = ResourceReader.read("mesh.yaml", yaml.toString());
    if (mesh.problems().hasErrors()) {
      throw new IllegalArgumentException(mesh.problems().text());
    }
    List<Resource> all = new ArrayList<>(mesh.all());
    all.addAll(these);
    return new Enforcement(
        new MeshCompiler(new TrustDomain(domains.getFirst()))
            .workload(
                new Resources(all, new Problems(List.of())),
                new Workload("foo", "httpbin"),
                "httpbin",
                LABELS),
        Crypto.preferred());
  }
}
