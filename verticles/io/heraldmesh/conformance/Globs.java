package io.heraldmesh.conformance;

import java.util.regex.Pattern;

/** Path patterns: {@code *} is anything without a slash, {@code **} anything. */
final class Globs {
  private Globs() {}

  static boolean matches(String glob, String path) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      if (glob.charAt(i) != '*') {
        regex.append(Pattern.quote(glob.substring(i, i + 1)));
      } else if (i + 1 < glob.length() && glob.charAt(i + 1) == '*') {
        regex.append(".*");
        i++;
      } else {
        regex.append("[^/]*");
      }
    }
    return Pattern.matches(regex.toString(), path);
  }

  /** Of a pattern for names, where {@code *} is anything at all. */
  static String regex(String glob) {
    return Pattern.quote(glob).replace("*", "\\E.*\\Q");
  }
}
