package io.heraldmesh.conformance.envoy;

import io.heraldmesh.resource.Attribute;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Values;
import io.heraldmesh.resource.problem.Located;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The patterns that policies name, by what they are compared with. */
final class Vocabulary {
  /** What a pattern is compared with. */
  enum Kind {
    PRINCIPAL,
    REQUEST_PRINCIPAL,
    NAMESPACE,
    ACCOUNT,
    SOURCE_IP,
    REMOTE_IP,
    DESTINATION_IP,
    HOST,
    METHOD,
    PATH,
    PORT,
    SNI,
    HEADER,
    AUDIENCE,
    PRESENTER,
    ISSUER,
    CLAIM,
    OTHER
  }

  private static final Set<Kind> OF_TOKENS =
      Set.of(Kind.REQUEST_PRINCIPAL, Kind.AUDIENCE, Kind.PRESENTER, Kind.ISSUER, Kind.CLAIM);

  private final Map<Kind, List<String>> patterns = new EnumMap<>(Kind.class);
  private final Set<String> headers = new TreeSet<>();

  static Vocabulary of(List<AuthorizationPolicy> policies) {
    Vocabulary vocabulary = new Vocabulary();
    for (AuthorizationPolicy policy : policies) {
      for (AuthorizationPolicy.Rule rule : policy.rules()) {
        rule.from().forEach(vocabulary::source);
        rule.to().forEach(vocabulary::operation);
        rule.when().forEach(vocabulary::condition);
      }
    }
    return vocabulary;
  }

  List<String> of(Kind kind) {
    return patterns.getOrDefault(kind, List.of());
  }

  /** Names of headers, as written. */
  Set<String> headers() {
    return headers;
  }

  boolean asksForTokens() {
    return OF_TOKENS.stream().anyMatch(kind -> !of(kind).isEmpty());
  }

  private void source(AuthorizationPolicy.Source source) {
    add(Kind.PRINCIPAL, source.principals());
    add(Kind.REQUEST_PRINCIPAL, source.requestPrincipals());
    add(Kind.NAMESPACE, source.namespaces());
    add(Kind.ACCOUNT, source.serviceAccounts());
    add(Kind.SOURCE_IP, source.ipBlocks());
    add(Kind.REMOTE_IP, source.remoteIpBlocks());
  }

  private void operation(AuthorizationPolicy.Operation operation) {
    add(Kind.HOST, operation.hosts());
    add(Kind.METHOD, operation.methods());
    add(Kind.PATH, operation.paths());
    add(Kind.PORT, operation.ports());
  }

  private void condition(AuthorizationPolicy.Condition condition) {
    if (condition.attribute() == Attribute.REQUEST_HEADER) {
      headers.add(condition.arguments().getFirst());
    }
    add(
        switch (condition.attribute()) {
          case REQUEST_HEADER -> Kind.HEADER;
          case SOURCE_IP -> Kind.SOURCE_IP;
          case REMOTE_IP -> Kind.REMOTE_IP;
          case DESTINATION_IP -> Kind.DESTINATION_IP;
          case DESTINATION_PORT -> Kind.PORT;
          case SOURCE_NAMESPACE -> Kind.NAMESPACE;
          case SOURCE_SERVICE_ACCOUNT -> Kind.ACCOUNT;
          case SOURCE_PRINCIPAL -> Kind.PRINCIPAL;
          case REQUEST_PRINCIPAL -> Kind.REQUEST_PRINCIPAL;
          case REQUEST_AUDIENCES -> Kind.AUDIENCE;
          case REQUEST_PRESENTER -> Kind.PRESENTER;
          case REQUEST_CLAIM ->
              condition.arguments().equals(List.of("iss")) ? Kind.ISSUER : Kind.CLAIM;
          case CONNECTION_SNI -> Kind.SNI;
          case SOURCE_TRUST_DOMAIN -> Kind.OTHER;
        },
        condition.values());
  }

  private void add(Kind kind, Values values) {
    List<String> list = patterns.computeIfAbsent(kind, k -> new ArrayList<>());
    values.in().stream().map(Located::value).forEach(list::add);
    values.notIn().stream().map(Located::value).forEach(list::add);
  }
}
