package io.heraldmesh.resource.read;

import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.PolicyTest;
import io.heraldmesh.resource.PolicyTest.Case;
import io.heraldmesh.resource.PolicyTest.Expected;
import io.heraldmesh.resource.PolicyTest.What;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code herald.io/v1alpha1 PolicyTest}. Source: docs/policy-tests.md. */
final class PolicyTestDecoder {
  private static final List<What> TEXTS =
      List.of(
          What.BODY,
          What.REASON,
          What.POLICY,
          What.FIELD,
          What.PATH,
          What.PRINCIPAL,
          What.REQUEST_PRINCIPAL);

  private enum Decision {
    allow,
    deny
  }

  private PolicyTestDecoder() {}

  static PolicyTest decode(Fields document) {
    Metadata metadata = MetadataDecoder.namespaced(document);
    return document
        .required("spec")
        .decode(
            spec -> {
              CallDraft defaults =
                  spec.optional("defaults").decode(f -> CallDraft.decode(f, metadata.namespace()));
              Value list = spec.required("cases");
              List<Case> cases = new ArrayList<>();
              Map<String, Position> names = new HashMap<>();
              for (Value item : list.items()) {
                Case read = item.decode(f -> oneCase(f, item, defaults, metadata.namespace()));
                Position first = names.putIfAbsent(read.name().value(), read.name().at());
                if (first != null) {
                  list.problems()
                      .add(
                          read.name().at(),
                          ProblemCode.CONFLICT,
                          "a case of this name stands on line " + first.line() + " already",
                          "give each case a name of its own");
                }
                cases.add(read);
              }
              if (list.isList() && list.size() == 0) {
                list.problem(ProblemCode.EMPTY, "there must be at least one case");
              }
              return new PolicyTest(metadata, cases);
            });
  }

  private static Case oneCase(Fields f, Value at, CallDraft defaults, String namespace) {
    Located<String> name = f.required("name").nonEmptyText();
    CallDraft call = CallDraft.decode(f, namespace);
    List<Expected> expected = f.required("expect").decode(PolicyTestDecoder::expected);
    return new Case(name, call.complete(defaults, at), expected);
  }

  private static List<Expected> expected(Fields f) {
    List<Expected> all = new ArrayList<>();
    Value decision = f.optional("decision");
    if (decision.isPresent()) {
      Located<Decision> read = decision.oneOf(Decision.class, Decision.deny);
      add(all, What.DECISION, new Located<>(read.value().name(), read.at()));
    }
    number(all, What.STATUS, f.optional("status"), 599);
    number(all, What.RULE, f.optional("rule"), 100_000);
    for (What what : TEXTS) {
      Value text = f.optional(what.key());
      if (text.isPresent()) {
        add(all, what, text.text());
      }
    }
    f.optional("nearest")
        .decode(
            nearest -> {
              number(all, What.NEAREST_RULE, nearest.optional("rule"), 100_000);
              for (What what : List.of(What.NEAREST_POLICY, What.NEAREST_FIELD)) {
                Value text = nearest.optional(what.key().substring("nearest.".length()));
                if (text.isPresent()) {
                  add(all, what, text.nonEmptyText());
                }
              }
              return all;
            });
    headers(all, What.HEADER, f.optional("headers"));
    f.optional("upstreamHeaders")
        .decode(
            upstream -> {
              headers(all, What.UPSTREAM_SET, upstream.optional("set"));
              upstream
                  .optional("remove")
                  .texts()
                  .forEach(
                      name ->
                          add(
                              all,
                              What.UPSTREAM_REMOVE,
                              new Located<>(name.value().toLowerCase(Locale.ROOT), name.at())));
              return all;
            });
    if (all.isEmpty() && !f.isBroken()) {
      f.problem(ProblemCode.EMPTY, "expect names nothing, so that the case could not fail");
    }
    return all;
  }

  private static void number(List<Expected> all, What what, Value written, int max) {
    if (written.isPresent()) {
      Located<Integer> number = written.integer(0, max, 0);
      add(all, what, new Located<>(number.value().toString(), number.at()));
    }
  }

  private static void headers(List<Expected> all, What what, Value written) {
    written
        .entries()
        .forEach(
            entry -> {
              String name = entry.key().value();
              if (!Names.isHeader(name)) {
                entry
                    .value()
                    .problem(
                        ProblemCode.INVALID_HEADER_NAME, Shown.quoted(name) + " is no header name");
              }
              all.add(new Expected(what, name.toLowerCase(Locale.ROOT), entry.value().text()));
            });
  }

  private static void add(List<Expected> all, What what, Located<String> value) {
    all.add(new Expected(what, "", value));
  }
}
