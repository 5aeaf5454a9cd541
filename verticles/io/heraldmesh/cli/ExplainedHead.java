package io.heraldmesh.cli;

import io.heraldmesh.policy.RequestHead;
import java.util.List;
import java.util.Map;

/** The head of a request that is only told of. */
record ExplainedHead(
    String method,
    String target,
    String authority,
    String scheme,
    List<Map.Entry<String, String>> fields)
    implements RequestHead {

  ExplainedHead {
    fields = List.copyOf(fields);
  }

  @Override
  public List<String> values(String name) {
    return fields.stream()
        .filter(field -> field.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }
}
