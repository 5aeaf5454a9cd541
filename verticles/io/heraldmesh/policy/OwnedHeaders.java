package io.heraldmesh.policy;

import io.heraldmesh.jwt.JwtRule;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The headers that token rules fill. The service believes them, so whatever a request says under
 * these names is taken off, and under names that many applications cannot tell from them: {@code
 * X_Role} for {@code x-role}.
 */
final class OwnedHeaders {
  private final Set<String> names;
  private final Set<String> canonical;

  OwnedHeaders(List<JwtRule> rules) {
    this.names =
        rules.stream()
            .flatMap(rule -> rule.outputHeaders().stream())
            .collect(Collectors.toUnmodifiableSet());
    this.canonical =
        names.stream().map(OwnedHeaders::canonical).collect(Collectors.toUnmodifiableSet());
  }

  /** What has to come off {@code request}, in lower case; always all the names themselves. */
  Set<String> of(RequestHead request) {
    if (names.isEmpty()) {
      return names;
    }
    Set<String> lookAlikes = null;
    for (Map.Entry<String, String> field : request.fields()) {
      String name = field.getKey().toLowerCase(Locale.ROOT);
      if (!names.contains(name) && canonical.contains(canonical(name))) {
        lookAlikes = lookAlikes == null ? new TreeSet<>(names) : lookAlikes;
        lookAlikes.add(name);
      }
    }
    return lookAlikes == null ? names : lookAlikes;
  }

  private static String canonical(String name) {
    return name.replace('_', '-');
  }
}
