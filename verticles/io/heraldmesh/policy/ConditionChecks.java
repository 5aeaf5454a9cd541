package io.heraldmesh.policy;

import io.heraldmesh.jwt.VerifiedToken;
import io.heraldmesh.policy.Condition.AddressCondition;
import io.heraldmesh.policy.Condition.ClaimCondition;
import io.heraldmesh.policy.Condition.HeaderCondition;
import io.heraldmesh.policy.Condition.PortCondition;
import io.heraldmesh.policy.Condition.TextCondition;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@link Condition} to a check. */
final class ConditionChecks {
  private ConditionChecks() {}

  static Check of(Condition condition) {
    return switch (condition) {
      case HeaderCondition(String name, TextField field) -> header(name, field);
      case ClaimCondition(List<String> path, TextField field) -> claim(path, field);
      case TextCondition text -> text(text);
      case AddressCondition address -> address(address);
      case PortCondition(PortField field) ->
          new Check("when[destination.port]", false, f -> field.matches(f.connection.port()));
    };
  }

  private static Check header(String name, TextField field) {
    String lower = name.toLowerCase(Locale.ROOT);
    FieldMatcher matcher = FieldMatcher.of(field);
    return new Check(
        "when[request.headers[" + name + "]]", true, f -> matcher.matchesHeader(f.header(lower)));
  }

  private static Check claim(List<String> path, TextField field) {
    FieldMatcher matcher = FieldMatcher.of(field);
    return new Check(
        "when[request.auth.claims[" + String.join("][", path) + "]]",
        true,
        f -> matcher.matchesMember(texts(f.token(), path)));
  }

  private static Check address(AddressCondition condition) {
    AddressMatcher matcher = new AddressMatcher(condition.field());
    Predicate<Facts> test =
        switch (condition.attribute()) {
          case SOURCE_IP -> f -> matcher.matches(f.connection.sourceIp());
          case REMOTE_IP -> f -> matcher.matches(f.connection.remoteIp());
          case DESTINATION_IP -> f -> matcher.matches(f.connection.destinationIp());
        };
    return new Check("when[" + condition.attribute().key() + "]", false, test);
  }

  private static Check text(TextCondition condition) {
    TextField field = condition.field();
    String name = "when[" + condition.attribute().key() + "]";
    return switch (condition.attribute()) {
      case SOURCE_NAMESPACE -> SourceChecks.peer(name, field, Peer::namespace);
      case SOURCE_SERVICE_ACCOUNT -> SourceChecks.peer(name, field, Peer::account);
      case SOURCE_PRINCIPAL -> SourceChecks.peer(name, field, Peer::principal);
      case SOURCE_TRUST_DOMAIN -> SourceChecks.peer(name, field, Peer::trustDomain);
      case REQUEST_PRINCIPAL -> SourceChecks.requestPrincipals(name, field);
      case REQUEST_AUDIENCES -> {
        FieldMatcher matcher = FieldMatcher.of(field);
        yield new Check(name, true, f -> matcher.matchesMember(audiences(f.token())));
      }
      case REQUEST_PRESENTER -> {
        FieldMatcher matcher = FieldMatcher.of(field);
        yield new Check(name, true, f -> matcher.matches(presenter(f.token())));
      }
      case CONNECTION_SNI -> {
        FieldMatcher matcher = FieldMatcher.of(field);
        yield new Check(name, false, f -> matcher.matches(f.connection.sni()));
      }
    };
  }

  private static List<String> texts(@Nullable VerifiedToken token, List<String> path) {
    return token == null ? List.of() : token.texts(path);
  }

  private static List<String> audiences(@Nullable VerifiedToken token) {
    return token == null ? List.of() : token.audiences();
  }

  private static @Nullable String presenter(@Nullable VerifiedToken token) {
    return token == null ? null : token.presenter();
  }
}
