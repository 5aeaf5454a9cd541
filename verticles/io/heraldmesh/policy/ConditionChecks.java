package io.heraldmesh.policy;

import io.heraldmesh.jwt.VerifiedToken;
import io.heraldmesh.policy.Condition.AddressAttribute;
import io.heraldmesh.policy.Condition.AddressCondition;
import io.heraldmesh.policy.Condition.ClaimCondition;
import io.heraldmesh.policy.Condition.HeaderCondition;
import io.heraldmesh.policy.Condition.PortCondition;
import io.heraldmesh.policy.Condition.TextAttribute;
import io.heraldmesh.policy.Condition.TextCondition;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@link Condition} to checks. */
final class ConditionChecks {
  /** The claim that {@code request.auth.presenter} is: a text, or several of them in a list. */
  private static final List<String> PRESENTER = List.of("azp");

  private ConditionChecks() {}

  static List<Check> of(Condition condition) {
    CheckList checks = new CheckList();
    String key = "when[" + condition.key() + "]";
    String name = key + ".values";
    String notName = key + ".notValues";
    switch (condition) {
      case HeaderCondition(String header, TextField field) ->
          checks.secret(name, notName, field, half -> header(header, half));
      case ClaimCondition(List<String> path, TextField field) ->
          checks.text(name, notName, true, field, half -> claim(path, half));
      case TextCondition text -> text(checks, name, notName, text);
      case AddressCondition(AddressAttribute attribute, AddressField field) ->
          checks.addresses(name, notName, field, matcher -> address(attribute, matcher));
      case PortCondition(PortField field) -> checks.ports(name, notName, field);
    }
    return checks.checks();
  }

  private static Predicate<Facts> header(String name, TextField half) {
    String lower = name.toLowerCase(Locale.ROOT);
    FieldMatcher matcher = FieldMatcher.of(half);
    return f -> matcher.matchesHeader(f.header(lower));
  }

  private static Predicate<Facts> claim(List<String> path, TextField half) {
    FieldMatcher matcher = FieldMatcher.of(half);
    return f -> matcher.matchesMember(texts(f.token(), path));
  }

  private static Predicate<Facts> address(AddressAttribute attribute, AddressMatcher matcher) {
    return switch (attribute) {
      case SOURCE_IP -> f -> matcher.matches(f.connection.sourceIp());
      case REMOTE_IP -> f -> matcher.matches(f.connection.remoteIp());
      case DESTINATION_IP -> f -> matcher.matches(f.connection.destinationIp());
    };
  }

  private static void text(CheckList checks, String name, String notName, TextCondition condition) {
    TextField field = condition.field();
    TextAttribute attribute = condition.attribute();
    switch (attribute) {
      case SOURCE_NAMESPACE -> SourceChecks.peer(checks, name, notName, field, Peer::namespace);
      case SOURCE_SERVICE_ACCOUNT -> SourceChecks.peer(checks, name, notName, field, Peer::account);
      case SOURCE_PRINCIPAL -> SourceChecks.peer(checks, name, notName, field, Peer::principal);
      case SOURCE_TRUST_DOMAIN ->
          SourceChecks.peer(checks, name, notName, field, Peer::trustDomain);
      case REQUEST_PRINCIPAL -> SourceChecks.requestPrincipals(checks, name, notName, field);
      case REQUEST_AUDIENCES, REQUEST_PRESENTER, CONNECTION_SNI ->
          checks.text(name, notName, attribute.httpOnly(), field, half -> plain(attribute, half));
    }
  }

  private static Predicate<Facts> plain(TextAttribute attribute, TextField half) {
    FieldMatcher matcher = FieldMatcher.of(half);
    return switch (attribute) {
      case REQUEST_AUDIENCES -> f -> matcher.matchesMember(audiences(f.token()));
      case REQUEST_PRESENTER -> f -> matcher.matchesMember(texts(f.token(), PRESENTER));
      case CONNECTION_SNI -> f -> matcher.matches(f.connection.sni());
      case SOURCE_NAMESPACE,
          SOURCE_SERVICE_ACCOUNT,
          SOURCE_PRINCIPAL,
          SOURCE_TRUST_DOMAIN,
          REQUEST_PRINCIPAL ->
          throw new IllegalArgumentException(attribute.key() + " is not compared as it stands");
    };
  }

  private static List<String> texts(@Nullable VerifiedToken token, List<String> path) {
    return token == null ? List.of() : token.texts(path);
  }

  private static List<String> audiences(@Nullable VerifiedToken token) {
    return token == null ? List.of() : token.audiences();
  }
}
