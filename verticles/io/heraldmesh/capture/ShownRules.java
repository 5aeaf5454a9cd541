package io.heraldmesh.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules in force.
 *
 * @param text as the system shows them
 * @param rules one by one, in order
 */
public record ShownRules(String text, List<Rule> rules) {

  public ShownRules {
    rules = List.copyOf(rules);
  }

  /**
   * One of them.
   *
   * @param table such as {@code inet herald}, or {@code iptables nat}
   * @param rule in the words of the system's tool
   */
  public record Rule(String table, String chain, String rule) {}

  private static final Pattern NFT_CHAIN = Pattern.compile("chain (\\S+) \\{");
  private static final Pattern NFT_TABLE = Pattern.compile("table (\\S+ \\S+) \\{");
  private static final Pattern APPENDED = Pattern.compile("-A (\\S+) (.*)");
  private static final Pattern TOOL = Pattern.compile("# (\\S+) -t (\\S+)");

  /** From what {@code nft list table} prints. */
  static ShownRules ofNft(String text) {
    List<Rule> rules = new ArrayList<>();
    String table = "";
    String chain = "";
    for (String line : text.lines().map(String::strip).toList()) {
      Matcher inTable = NFT_TABLE.matcher(line);
      Matcher inChain = NFT_CHAIN.matcher(line);
      if (inTable.matches()) {
        table = inTable.group(1);
      } else if (inChain.matches()) {
        chain = inChain.group(1);
      } else if (!line.isEmpty() && !line.equals("}")) {
        rules.add(new Rule(table, chain, line));
      }
    }
    return new ShownRules(text, rules);
  }

  /** From the chains as {@code iptables -S} prints them, each table behind a line that names it. */
  static ShownRules ofIptables(String text) {
    List<Rule> rules = new ArrayList<>();
    String table = "";
    for (String line : text.lines().map(String::strip).toList()) {
      Matcher tool = TOOL.matcher(line);
      Matcher appended = APPENDED.matcher(line);
      if (tool.matches()) {
        table = tool.group(1) + " " + tool.group(2);
      } else if (appended.matches()) {
        rules.add(new Rule(table, appended.group(1), appended.group(2)));
      }
    }
    return new ShownRules(text, rules);
  }
}
