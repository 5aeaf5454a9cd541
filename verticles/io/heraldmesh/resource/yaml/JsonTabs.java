package io.heraldmesh.resource.yaml;

/** JSON may be indented with tabs, YAML may not: makes one of the other, keeping every column. */
final class JsonTabs {
  private JsonTabs() {}

  static String asSpaces(String json) {
    if (json.indexOf('\t') < 0) {
      return json;
    }
    StringBuilder out = new StringBuilder(json);
    boolean quoted = false;
    for (int i = 0; i < out.length(); i++) {
      char c = out.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++;
      } else if (c == '\t' && !quoted) {
        out.setCharAt(i, ' ');
      }
    }
    return out.toString();
  }
}
