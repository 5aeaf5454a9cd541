package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.OfflineCall;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.AuthenticationPolicies;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Operation;
import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.policy.PortField;
import io.heraldmesh.policy.Rule;
import io.heraldmesh.policy.TextField;
import io.heraldmesh.policy.TextMatch;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.policy.WorkloadPolicy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a request target is normalized in each mode: the target that is forwarded, and then the same
 * once more under a DENY of the normalized path.
 */
final class PathNormalizations implements Corpus {
  @Override
  public boolean reads(DataFile file) {
    return file.hasList("cases", "mode", "raw", "normalized", "status");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    for (JsonNode c : file.json().get("cases")) {
      cases.judge(
          c.path("id").asText(),
          c.path("mode").asText(),
          c.get("raw").asText().equals(c.get("normalized").asText()),
          () -> judge(c));
    }
  }

  private static Outcome judge(JsonNode c) {
    PathNormalization mode;
    try {
      mode = PathNormalization.valueOf(c.get("mode").asText());
    } catch (IllegalArgumentException e) {
      return Outcome.notUnderstood("mode " + c.get("mode").asText());
    }
    String raw = c.get("raw").asText();
    String expected = c.get("normalized").isNull() ? null : c.get("normalized").asText();
    Decision open = decide(mode, raw, null);
    if (OfflineCall.status(open) != c.get("status").asInt()) {
      return Outcome.wrong("status " + OfflineCall.status(open) + ", expected " + c.get("status"));
    }
    if (!(open instanceof Decision.Allowed allowed)) {
      return Outcome.unless(expected == null ? "" : "refused: " + open.reason().detail());
    }
    if (!String.valueOf(allowed.target()).equals(expected)) {
      return Outcome.wrong("forwards " + allowed.target() + ", expected " + expected);
    }
    int denied = OfflineCall.status(decide(mode, raw, allowed.path()));
    return Outcome.unless(denied == 403 ? "" : "a DENY of " + expected + " gives " + denied);
  }

  private static Decision decide(PathNormalization mode, String raw, @Nullable String deny) {
    List<AuthorizationPolicy> policies = deny == null ? List.of() : List.of(deny(deny));
    return new OfflineCall(
            new OfflineCall.Target("a", "svc", "svc", Map.of(), 80, null),
            null,
            OfflineCall.Addresses.ANY,
            new OfflineCall.Head("GET", raw, "svc.a.test", List.of()),
            KeySets.NONE)
        .decide(
            new Enforcement(
                new WorkloadPolicy(
                    new Workload("a", "svc"),
                    "svc",
                    MtlsMode.PERMISSIVE,
                    Map.of(),
                    List.of(),
                    policies,
                    mode,
                    List.of(new TrustDomain("mesh.test")),
                    AuthenticationPolicies.NONE),
                Crypto.preferred()));
  }

  private static AuthorizationPolicy deny(String path) {
    TextField paths = new TextField(List.of(new TextMatch.Exact(path)), List.of());
    Operation operation = new Operation(TextField.ANY, PortField.ANY, TextField.ANY, paths);
    Rule rule = new Rule(List.of(), List.of(operation), List.of());
    return new AuthorizationPolicy(
        "a", "deny", AuthorizationPolicy.Action.DENY, false, List.of(rule), null);
  }
}
