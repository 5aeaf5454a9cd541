package io.heraldmesh.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One HTTP/1.1 request, read the way a plain service would, and refused at the first thing that two
 * services could read differently.
 */
@SuppressWarnings("ArrayRecordComponent") // lives as long as one check
record SimpleRequest(
    String method, String target, List<Map.Entry<String, String>> headers, byte[] body) {
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  /**
   * @param complete false: the body may end early
   */
  static SimpleRequest read(byte[] bytes, boolean complete) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    Disagreement.unless(end >= 0, "a head without an end");
    String[] lines = text.substring(0, end).split("\r\n", -1);
    String[] first = lines[0].split(" ", -1);
    Disagreement.unless(
        first.length == 3 && TOKEN.matcher(first[0]).matches() && first[2].equals("HTTP/1.1"),
        "a request line that is none");
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (String line : Arrays.asList(lines).subList(1, lines.length)) {
      int colon = line.indexOf(':');
      Disagreement.unless(
          colon > 0 && TOKEN.matcher(line.substring(0, colon)).matches(), "a header without name");
      String value = line.substring(colon + 1).strip();
      Disagreement.unless(
          value.chars().noneMatch(c -> c < ' ' && c != '\t' || c == 0x7f), "a control character");
      headers.add(Map.entry(line.substring(0, colon).toLowerCase(Locale.ROOT), value));
    }
    SimpleRequest head = new SimpleRequest(first[0], first[1], headers, new byte[0]);
    byte[] rest = Arrays.copyOfRange(bytes, end + 4, bytes.length);
    return new SimpleRequest(first[0], first[1], headers, head.bodyOf(rest, complete));
  }

  List<String> values(String name) {
    return headers.stream().filter(h -> h.getKey().equals(name)).map(Map.Entry::getValue).toList();
  }

  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    headers.forEach(h -> names.add(h.getKey()));
    return names;
  }

  private byte[] bodyOf(byte[] rest, boolean complete) {
    List<String> lengths = values("content-length");
    List<String> codings = values("transfer-encoding");
    Disagreement.unless(lengths.size() + codings.size() <= 1, "two ways to find the end");
    if (!codings.isEmpty()) {
      Disagreement.unless(codings.getFirst().equalsIgnoreCase("chunked"), "an unknown coding");
      return chunks(rest, complete);
    }
    long length = lengths.isEmpty() ? 0 : Long.parseLong(lengths.getFirst());
    Disagreement.unless(
        complete ? rest.length == length : rest.length <= length, "a body of another length");
    return rest;
  }

  private static byte[] chunks(byte[] rest, boolean complete) {
    String text = new String(rest, StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int at = 0;
    while (true) {
      int line = text.indexOf("\r\n", at);
      if (line < 0) {
        Disagreement.unless(!complete, "chunks without an end");
        return body.toByteArray();
      }
      int size = Integer.parseInt(text.substring(at, line), 16);
      at = line + 2;
      if (size == 0) {
        Disagreement.unless(text.substring(at).equals("\r\n"), "something after the last chunk");
        return body.toByteArray();
      }
      Disagreement.unless(text.startsWith("\r\n", at + size), "a chunk of another length");
      body.write(rest, at, size);
      at += size + 2;
    }
  }
}
