package io.heraldmesh.compile;

import io.heraldmesh.policy.AddressField;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.Condition;
import io.heraldmesh.policy.Condition.AddressAttribute;
import io.heraldmesh.policy.Condition.TextAttribute;
import io.heraldmesh.policy.Operation;
import io.heraldmesh.policy.PortField;
import io.heraldmesh.policy.Rule;
import io.heraldmesh.policy.Source;
import io.heraldmesh.policy.TextField;
import io.heraldmesh.policy.TextMatch;
import io.heraldmesh.resource.AuthorizationPolicy.Values;
import io.heraldmesh.resource.problem.Located;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** One AuthorizationPolicy as it is enforced: names completed, aliases expanded, patterns read. */
final class AuthorizationRules {
  private final io.heraldmesh.resource.AuthorizationPolicy policy;
  private final TrustDomainAliases aliases;

  AuthorizationRules(
      io.heraldmesh.resource.AuthorizationPolicy policy, TrustDomainAliases aliases) {
    this.policy = policy;
    this.aliases = aliases;
  }

  AuthorizationPolicy compile() {
    Located<String> provider = policy.provider();
    return new AuthorizationPolicy(
        policy.metadata().namespace(),
        policy.metadata().name(),
        switch (policy.action().value()) {
          case ALLOW -> AuthorizationPolicy.Action.ALLOW;
          case DENY -> AuthorizationPolicy.Action.DENY;
          case AUDIT -> AuthorizationPolicy.Action.AUDIT;
          case CUSTOM -> AuthorizationPolicy.Action.CUSTOM;
        },
        policy.dryRun(),
        policy.rules().stream().map(this::rule).toList(),
        provider == null ? null : provider.value());
  }

  private Rule rule(io.heraldmesh.resource.AuthorizationPolicy.Rule rule) {
    return new Rule(
        rule.from().stream().map(this::source).toList(),
        rule.to().stream().map(AuthorizationRules::operation).toList(),
        rule.when().stream().map(this::condition).toList());
  }

  private Source source(io.heraldmesh.resource.AuthorizationPolicy.Source source) {
    return new Source(
        principals(source.principals()),
        text(source.requestPrincipals()),
        namespaces(source.namespaces()),
        serviceAccounts(source.serviceAccounts()),
        trustDomains(source.trustDomains()),
        addresses(source.ipBlocks()),
        addresses(source.remoteIpBlocks()));
  }

  private static Operation operation(io.heraldmesh.resource.AuthorizationPolicy.Operation to) {
    return new Operation(
        text(to.hosts()),
        ports(to.ports()),
        text(to.methods()),
        field(to.paths(), UnaryOperator.identity(), TextMatch::ofPath));
  }

  private Condition condition(io.heraldmesh.resource.AuthorizationPolicy.Condition when) {
    Values values = when.values();
    return switch (when.attribute()) {
      case REQUEST_HEADER ->
          new Condition.HeaderCondition(when.arguments().getFirst(), text(values));
      case REQUEST_CLAIM -> new Condition.ClaimCondition(when.arguments(), text(values));
      case SOURCE_IP -> address(AddressAttribute.SOURCE_IP, values);
      case REMOTE_IP -> address(AddressAttribute.REMOTE_IP, values);
      case DESTINATION_IP -> address(AddressAttribute.DESTINATION_IP, values);
      case DESTINATION_PORT -> new Condition.PortCondition(ports(values));
      case SOURCE_NAMESPACE -> text(TextAttribute.SOURCE_NAMESPACE, namespaces(values));
      case SOURCE_SERVICE_ACCOUNT ->
          text(TextAttribute.SOURCE_SERVICE_ACCOUNT, serviceAccounts(values));
      case SOURCE_PRINCIPAL -> text(TextAttribute.SOURCE_PRINCIPAL, principals(values));
      case SOURCE_TRUST_DOMAIN -> text(TextAttribute.SOURCE_TRUST_DOMAIN, trustDomains(values));
      case REQUEST_PRINCIPAL -> text(TextAttribute.REQUEST_PRINCIPAL, text(values));
      case REQUEST_AUDIENCES -> text(TextAttribute.REQUEST_AUDIENCES, text(values));
      case REQUEST_PRESENTER -> text(TextAttribute.REQUEST_PRESENTER, text(values));
      case CONNECTION_SNI -> text(TextAttribute.CONNECTION_SNI, text(values));
    };
  }

  private static Condition text(TextAttribute attribute, TextField field) {
    return new Condition.TextCondition(attribute, field);
  }

  private static Condition address(AddressAttribute attribute, Values values) {
    return new Condition.AddressCondition(attribute, addresses(values));
  }

  private static TextField text(Values values) {
    return field(values, UnaryOperator.identity(), TextMatch::of);
  }

  private TextField principals(Values values) {
    return field(values, aliases::principals, TextMatch::of);
  }

  private TextField trustDomains(Values values) {
    return field(values, aliases::trustDomains, TextMatch::of);
  }

  private static TextField namespaces(Values values) {
    return field(values, UnaryOperator.identity(), TextMatch::ofNamespace);
  }

  /** {@code namespace/account}, or an account of the policy's own namespace. No wildcards. */
  private TextField serviceAccounts(Values values) {
    String own = policy.metadata().namespace() + "/";
    return field(
        values,
        UnaryOperator.identity(),
        text -> new TextMatch.Exact(text.indexOf('/') < 0 ? own + text : text));
  }

  private static TextField field(
      Values values, UnaryOperator<List<String>> expand, Function<String, TextMatch> read) {
    return new TextField(
        expand.apply(texts(values.in())).stream().map(read).toList(),
        expand.apply(texts(values.notIn())).stream().map(read).toList());
  }

  private static AddressField addresses(Values values) {
    return new AddressField(texts(values.in()), texts(values.notIn()));
  }

  private static PortField ports(Values values) {
    return new PortField(
        values.in().stream().map(port -> Integer.valueOf(port.value())).toList(),
        values.notIn().stream().map(port -> Integer.valueOf(port.value())).toList());
  }

  private static List<String> texts(List<Located<String>> values) {
    return values.stream().map(Located::value).toList();
  }
}
