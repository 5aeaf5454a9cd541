package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.HeaderField;
import io.heraldmesh.policy.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request head as it was before it was made ready to go on: what policy saw, for a later look.
 *
 * @param sent the head as it went on
 * @param before values, by name in lower case, of the headers that were set or removed since; none
 *     for a header that was not there
 */
record DecidedHead(RequestHead sent, Map<String, List<String>> before) implements RequestHead {

  DecidedHead {
    before = Map.copyOf(before);
  }

  @Override
  public String method() {
    return sent.method();
  }

  @Override
  public String target() {
    return sent.target();
  }

  @Override
  public String authority() {
    return sent.authority();
  }

  @Override
  public String scheme() {
    return sent.scheme();
  }

  @Override
  public List<String> forwardedFor() {
    return sent.forwardedFor();
  }

  @Override
  public List<String> values(String name) {
    List<String> changed = before.get(name.toLowerCase(Locale.ROOT));
    if (changed != null) {
      return changed;
    }
    // what the client asked to go on as is the head's own, whatever the request says now
    return ours(name) && HeaderField.of(name) != HeaderField.UPGRADE
        ? List.of()
        : sent.values(name);
  }

  @Override
  public Iterable<Map.Entry<String, String>> fields() {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    for (Map.Entry<String, String> field : sent.fields()) {
      if (!before.containsKey(field.getKey().toLowerCase(Locale.ROOT)) && !ours(field.getKey())) {
        fields.add(field);
      }
    }
    before.forEach((name, values) -> values.forEach(v -> fields.add(Map.entry(name, v))));
    return fields;
  }

  /** Such fields were taken off before anything was decided; those there now are the proxy's. */
  private static boolean ours(String name) {
    return switch (HeaderField.of(name)) {
      case OWNED, TE, CONNECTION, UPGRADE -> true;
      case HOST, CONTENT_LENGTH, TRANSFER_ENCODING, EXPECT, HOP_BY_HOP, REQUEST_ID, OTHER -> false;
    };
  }
}
