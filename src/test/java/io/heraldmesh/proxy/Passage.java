package io.heraldmesh.proxy;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What the service got and what the client got, without what is never the same twice. */
record Passage(List<String> requests, String answer) {
  private static final Pattern CHANGING =
      Pattern.compile("(?im)^(x-request-id|x-forwarded-client-cert|traceparent):.*\\r\\n");

  static Passage of(String policy, String request, String rawAnswer) throws Exception {
    try (Mesh meeting = Mesh.ready()) {
      new Ruled(meeting).by(policy);
      meeting.app.rawAnswer(rawAnswer);
      try (RawClient client = meeting.call()) {
        client.send(request);
        client.finishOutput();
        String answer = client.readAll();
        return new Passage(
            meeting.app.seen().stream().map(seen -> fields(seen.head()) + seen.body()).toList(),
            fields(answer));
      }
    }
  }

  /**
   * HTTP/2 has field names in lower case and no reason phrases (RFC 9113 sections 8.2 and 8.1.1);
   * the order of fields says nothing, nor does where a chunk ends.
   */
  private static String fields(String message) {
    int end = message.indexOf("\r\n\r\n");
    if (end < 0) {
      return message;
    }
    String head = CHANGING.matcher(message.substring(0, end + 2)).replaceAll("");
    String rest = message.substring(end + 4);
    String lines =
        head.lines().map(Passage::plain).sorted().reduce("", (all, line) -> all + line + "\n");
    boolean chunked = lines.contains("\ntransfer-encoding: chunked\n");
    return lines
        + (rest.startsWith("HTTP/1.1 ")
            ? fields(rest)
            : chunked && !rest.isEmpty() ? whole(rest) : rest);
  }

  private static String plain(String line) {
    int colon = line.indexOf(": ");
    if (colon >= 0) {
      return line.substring(0, colon).toLowerCase(Locale.ROOT) + line.substring(colon);
    }
    return line.startsWith("HTTP/1.1 ") ? line.substring(0, 12) : line;
  }

  private static String whole(String chunks) {
    StringBuilder body = new StringBuilder();
    int at = 0;
    while (true) {
      int line = chunks.indexOf("\r\n", at);
      int length = Integer.parseInt(chunks.substring(at, line), 16);
      if (length == 0) {
        return body.append(chunks.substring(line).toLowerCase(Locale.ROOT)).toString();
      }
      body.append(chunks, line + 2, line + 2 + length);
      at = line + 2 + length + 2;
    }
  }
}
