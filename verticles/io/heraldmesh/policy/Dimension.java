package io.heraldmesh.policy;

import io.heraldmesh.jwt.VerifiedToken;
import io.heraldmesh.policy.Condition.AddressAttribute;
import io.heraldmesh.policy.Condition.AddressCondition;
import io.heraldmesh.policy.Condition.TextAttribute;
import io.heraldmesh.policy.Condition.TextCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An attribute that rules are indexed by. A rule has keys in it when it can match only requests
 * whose value of the attribute matches one of them; a key is exact, a prefix or a suffix, and may
 * match more than the pattern it was made of.
 */
enum Dimension {
  PRINCIPAL,
  SERVICE_ACCOUNT,
  HOST,
  PATH,
  REQUEST_PRINCIPAL,
  SOURCE_IP,
  REMOTE_IP,
  SNI,
  NAMESPACE;

  /** True when a TCP connection cannot have it. */
  boolean httpOnly() {
    return this == HOST || this == PATH || this == REQUEST_PRINCIPAL;
  }

  /** The keys of {@code rule}; empty when it has none in this dimension. */
  List<TextMatch> keys(Rule rule) {
    List<TextMatch> keys =
        switch (this) {
          case HOST -> eachOf(rule.to(), o -> OperationChecks.folded(o.hosts().values()));
          case PATH -> eachOf(rule.to(), o -> o.paths().values());
          case PRINCIPAL -> eachOf(rule.from(), s -> s.principals().values());
          case SERVICE_ACCOUNT -> eachOf(rule.from(), s -> s.serviceAccounts().values());
          case NAMESPACE -> eachOf(rule.from(), s -> s.namespaces().values());
          case REQUEST_PRINCIPAL -> eachOf(rule.from(), s -> s.requestPrincipals().values());
          case SOURCE_IP -> eachOf(rule.from(), s -> AddressBits.keys(s.ipBlocks().values()));
          case REMOTE_IP -> eachOf(rule.from(), s -> AddressBits.keys(s.remoteIpBlocks().values()));
          case SNI -> List.of();
        };
    for (int i = 0; keys.isEmpty() && i < rule.when().size(); i++) {
      keys = keys(patterns(rule.when().get(i)));
    }
    return keys;
  }

  /** Gives {@code facts}' values, at most two, to {@code index}. */
  void find(Facts facts, TextIndex index, TextIndex.Candidates candidates) {
    switch (this) {
      case HOST -> {
        Authority authority = facts.authority();
        index.find(authority.host(), candidates);
        if (!authority.full().equals(authority.host())) {
          index.find(authority.full(), candidates);
        }
      }
      case PATH -> index.find(facts.path(), candidates);
      case PRINCIPAL -> peer(facts, Peer::principal, index, candidates);
      case SERVICE_ACCOUNT -> peer(facts, Peer::account, index, candidates);
      case NAMESPACE -> peer(facts, Peer::namespace, index, candidates);
      case REQUEST_PRINCIPAL -> {
        VerifiedToken token = facts.token();
        if (token != null && token.subject() != null) {
          index.find(token.issuer() + "/" + token.subject(), candidates);
        }
      }
      case SOURCE_IP -> index.find(AddressBits.of(facts.connection.sourceIp()), candidates);
      case REMOTE_IP -> index.find(AddressBits.of(facts.connection.remoteIp()), candidates);
      case SNI -> {
        String sni = facts.connection.sni();
        if (sni != null) {
          index.find(sni, candidates);
        }
      }
    }
  }

  private static void peer(
      Facts facts, Function<Peer, String> value, TextIndex index, TextIndex.Candidates candidates) {
    if (facts.peer != null) {
      index.find(value.apply(facts.peer), candidates);
    }
  }

  /** What a condition on this attribute asks for; a rule must meet all its conditions. */
  private List<TextMatch> patterns(Condition condition) {
    return switch (condition) {
      case TextCondition(TextAttribute attribute, TextField field) when of(attribute) == this ->
          field.values();
      case AddressCondition(AddressAttribute attribute, AddressField field)
          when of(attribute) == this ->
          AddressBits.keys(field.values());
      default -> List.of();
    };
  }

  private static @Nullable Dimension of(TextAttribute attribute) {
    return switch (attribute) {
      case SOURCE_NAMESPACE -> NAMESPACE;
      case SOURCE_SERVICE_ACCOUNT -> SERVICE_ACCOUNT;
      case SOURCE_PRINCIPAL -> PRINCIPAL;
      case REQUEST_PRINCIPAL -> REQUEST_PRINCIPAL;
      case CONNECTION_SNI -> SNI;
      case SOURCE_TRUST_DOMAIN, REQUEST_AUDIENCES, REQUEST_PRESENTER -> null;
    };
  }

  private static @Nullable Dimension of(AddressAttribute attribute) {
    return switch (attribute) {
      case SOURCE_IP -> SOURCE_IP;
      case REMOTE_IP -> REMOTE_IP;
      case DESTINATION_IP -> null;
    };
  }

  /** Any source or operation may match, so each must have keys; all of them together count. */
  private <T> List<TextMatch> eachOf(List<T> alternatives, Function<T, List<TextMatch>> patterns) {
    List<TextMatch> all = new ArrayList<>();
    for (T alternative : alternatives) {
      List<TextMatch> keys = keys(patterns.apply(alternative));
      if (keys.isEmpty()) {
        return List.of();
      }
      all.addAll(keys);
    }
    return all;
  }

  private List<TextMatch> keys(List<TextMatch> patterns) {
    List<TextMatch> keys = new ArrayList<>(patterns.size());
    for (TextMatch pattern : patterns) {
      TextMatch key = key(pattern);
      if (key == null) {
        return List.of();
      }
      keys.add(key);
    }
    return keys;
  }

  private @Nullable TextMatch key(TextMatch pattern) {
    return switch (pattern) {
      // an issuer without a subject is compared as no text that joins the two
      case TextMatch.Exact(String text) when this == REQUEST_PRINCIPAL && text.indexOf('/') < 0 ->
          null;
      case TextMatch.Exact exact -> exact;
      case TextMatch.Prefix prefix -> prefix;
      case TextMatch.Suffix suffix -> suffix;
      case TextMatch.Template(String text) -> beginning(text, '{');
      case TextMatch.Glob(String text) -> beginning(text, '*');
      case TextMatch.Present() -> null;
    };
  }

  private static @Nullable TextMatch beginning(String text, char end) {
    int length = text.indexOf(end);
    return length <= 0 ? null : new TextMatch.Prefix(text.substring(0, length));
  }
}
