package io.heraldmesh.cli;

import io.heraldmesh.policy.RequestHead;
import io.heraldmesh.policy.SeenHeaders;
import java.util.List;
import java.util.Map;

/**
 * The head of a request that is only told of.
 *
 * @param fields as the client sends them; what a proxy takes off before policy looks is left out
 */
record ExplainedHead(
    String method,
    String target,
    String authority,
    String scheme,
    List<Map.Entry<String, String>> fields)
    implements RequestHead {

  ExplainedHead {
    fields = SeenHeaders.of(fields);
  }

  @Override
  public List<String> values(String name) {
    return fields.stream()
        .filter(field -> field.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }
}
