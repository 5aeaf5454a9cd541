package io.heraldmesh.jwt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A request for tests. */
final class Request implements TokenCarrier {
  private final String query;
  private final List<Map.Entry<String, String>> headers = new ArrayList<>();

  private Request(String query) {
    this.query = query;
  }

  static Request query(String query) {
    return new Request(query);
  }

  static Request header1(String name, String value) {
    return new Request("").header(name, value);
  }

  Request header(String name, String value) {
    headers.add(Map.entry(name, value));
    return this;
  }

  @Override
  public List<String> headerValues(String name) {
    return headers.stream()
        .filter(header -> header.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }

  @Override
  public String query() {
    return query;
  }
}
