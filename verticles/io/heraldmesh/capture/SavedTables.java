package io.heraldmesh.capture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What {@code iptables-save} says, which unlike other questions makes no table by being asked. In
 * order of the tables.
 */
record SavedTables(Map<String, List<String>> lines) {
  /** A chain of Herald's own that only says: the table it stands in was not there before. */
  static final String MADE = "HERALD_MADE";

  private static final String OWN = "HERALD_";

  static SavedTables parse(String saved) {
    Map<String, List<String>> tables = new LinkedHashMap<>();
    List<String> table = new ArrayList<>();
    for (String line : saved.lines().map(String::strip).toList()) {
      if (line.startsWith("*")) {
        table = tables.computeIfAbsent(line.substring(1), name -> new ArrayList<>());
      } else if (line.startsWith(":") || line.startsWith("-")) {
        table.add(line);
      }
    }
    return new SavedTables(tables);
  }

  /** Nothing of Herald's is there. */
  boolean isEmpty() {
    return lines.values().stream().flatMap(List::stream).noneMatch(line -> line.contains(OWN));
  }

  /** Which of {@code tables} an install makes, or an earlier one has made. */
  Set<String> made(Set<String> tables) {
    return tables.stream()
        .filter(table -> !lines.containsKey(table) || isMade(table))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** An install has made {@code table}. */
  boolean isMade(String table) {
    return has(table, MADE);
  }

  /** Whether there is such a chain. */
  boolean has(String table, String chain) {
    return lines.getOrDefault(table, List.of()).stream()
        .anyMatch(line -> line.startsWith(":" + chain + " "));
  }

  /** Nothing was put into {@code table}: it has the system's chains alone, which accept all. */
  boolean isBare(String table) {
    return lines.getOrDefault(table, List.of()).stream()
        .allMatch(line -> line.matches(":[A-Z]+ ACCEPT .*"));
  }

  /** Herald's chains of {@code table} with their rules, as {@code iptables -S} writes them. */
  List<String> own(String table) {
    return lines.getOrDefault(table, List.of()).stream()
        .filter(SavedTables::isOwn)
        .filter(line -> !line.startsWith(":" + MADE))
        .map(line -> line.startsWith(":") ? "-N " + line.substring(1).split(" ", 2)[0] : line)
        .toList();
  }

  /** Rules of Herald's lead what arrives to the proxy with its addresses as they are. */
  boolean isTransparent() {
    return own("mangle").stream().anyMatch(line -> line.contains(" -j TPROXY "));
  }

  /** Herald's chains with their rules and marks, for {@code iptables-restore --noflush}. */
  String restore() {
    StringBuilder text = new StringBuilder();
    lines.forEach(
        (table, all) -> {
          List<String> own = all.stream().filter(SavedTables::isOwn).toList();
          if (!own.isEmpty()) {
            text.append('*').append(table).append('\n');
            own.forEach(line -> text.append(line).append('\n'));
            text.append("COMMIT\n");
          }
        });
    return text.toString();
  }

  private static boolean isOwn(String line) {
    return line.startsWith(":" + OWN) || line.startsWith("-A " + OWN);
  }
}
