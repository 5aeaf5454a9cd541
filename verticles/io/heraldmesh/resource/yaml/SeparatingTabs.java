package io.heraldmesh.resource.yaml;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Tabs between the words of a line, which YAML allows (1.2.2 section 6.2) and the parser does not.
 * Where it complains of one it was looking for the next token, so that the tab is in no text: it
 * becomes a space, which keeps every column. A tab of the indentation stays, and is an error.
 */
final class SeparatingTabs {
  /** Characters that may be parsed in vain, so that a file of tabs does not take for ever. */
  private long left = 16L << 20;

  String asSpaces(String text) {
    if (text.indexOf('\t') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text);
    for (int tab = refused(text); tab >= 0 && left > 0; tab = refused(out.toString())) {
      for (int i = tab; i < out.length() && out.charAt(i) == '\t'; i++) {
        out.setCharAt(i, ' ');
      }
    }
    return out.toString();
  }

  /** The tab between words that ends parsing, or -1. */
  private int refused(String text) {
    try {
      for (Event event :
          new Parse(LoadSettings.builder().setUseMarks(true).build()).parseString(text)) {
        if (event.getEventId() == Event.ID.StreamEnd) {
          return -1;
        }
      }
    } catch (MarkedYamlEngineException e) {
      Mark mark = e.getProblemMark().orElse(null);
      if (mark != null && e.getProblem().contains("TAB")) {
        int at = text.offsetByCodePoints(0, mark.getIndex());
        left -= at;
        return isBetweenWords(text, at) ? at : -1;
      }
    } catch (YamlEngineException e) {
      return -1;
    }
    return -1;
  }

  private static boolean isBetweenWords(String text, int at) {
    if (at == text.length() || text.charAt(at) != '\t') {
      return false;
    }
    int line = Math.max(text.lastIndexOf('\n', at), text.lastIndexOf('\r', at)) + 1;
    return !text.substring(line, at).isBlank();
  }
}
