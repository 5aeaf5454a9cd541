package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.ProblemCode;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The policies of Istio's own security tasks are read as they were written. */
class IstioTasksTest {
  /** Read by later work; until then a warning says that nothing is done with them. */
  private static final Set<String> KINDS_NOT_READ = Set.of("VirtualService");

  @Test
  void everyPolicyOfTheTasksIsReadWithoutErrors() {
    Set<String> policies = new LinkedHashSet<>();
    for (JsonNode step : SharedData.json("istio/task-expectations.json")) {
      step.path("policies").forEach(p -> policies.add(p.asText()));
    }
    assertThat(policies).hasSizeGreaterThan(25);
    int understood = 0;
    for (String policy : policies) {
      Resources read = ResourceReader.read("policy.yaml", policy);
      assertThat(read.problems().errors()).as(policy).isEmpty();
      if (KINDS_NOT_READ.stream().anyMatch(k -> policy.contains("kind: " + k + "\n"))) {
        assertThat(read.problems().warnings())
            .as(policy)
            .anyMatch(p -> p.code() == ProblemCode.KIND_NOT_READ);
      } else {
        assertThat(read.problems().all())
            .as(policy)
            .allMatch(p -> p.code() == ProblemCode.PROTO_NAME);
        assertThat(read.all()).as(policy).isNotEmpty();
        understood++;
      }
    }
    assertThat(understood).isGreaterThan(24);
  }
}
