package io.heraldmesh.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A request head made of plain values. */
record Requests(
    String method, String target, String authority, List<Map.Entry<String, String>> list)
    implements RequestHead {

  static Requests get(String target) {
    return new Requests("GET", target, "svc.a.test", List.of());
  }

  Requests method(String value) {
    return new Requests(value, target, authority, list);
  }

  Requests to(String value) {
    return new Requests(method, value, authority, list);
  }

  Requests host(String value) {
    return new Requests(method, target, value, list);
  }

  Requests header(String name, String value) {
    List<Map.Entry<String, String>> more = new ArrayList<>(list);
    more.add(Map.entry(name, value));
    return new Requests(method, target, authority, more);
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public List<String> values(String name) {
    return list.stream()
        .filter(h -> h.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }

  @Override
  public Iterable<Map.Entry<String, String>> fields() {
    return list;
  }
}
