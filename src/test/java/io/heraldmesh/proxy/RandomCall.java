package io.heraldmesh.proxy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One request, as bytes for a socket and as a line for {@code explain}.
 *
 * @param way how it reaches the called side
 * @param target with the query
 */
record RandomCall(
    Way way, String method, String target, String host, List<Map.Entry<String, String>> headers) {

  /** How a call comes, and as whom. */
  enum Way {
    /** From the client's proxy, which speaks mutual TLS as a/client. */
    PROXY("mesh.test/ns/a/sa/client"),
    /** Mutual TLS from a client of its own. */
    OTHER("mesh.test/ns/x/sa/other"),
    /** Mutual TLS with an identity that is no workload's. */
    STRANGE("mesh.test/strange"),
    /** Plain text. */
    PLAIN(null);

    private final @Nullable String principal;

    Way(@Nullable String principal) {
      this.principal = principal;
    }

    SpiffeId id() {
      try {
        return SpiffeId.parse("spiffe://" + principal);
      } catch (InvalidIdentity e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /**
   * @param tokens what a caller may have got hold of
   */
  static RandomCall random(Random random, List<String> tokens) {
    Way way =
        Way.values()[random.nextInt(12) == 0 ? 2 : List.of(0, 0, 1, 3).get(random.nextInt(4))];
    List<String> hosts =
        way == Way.PROXY
            ? List.of("server.b", "server.b:80", "server.b.svc", "SERVER.b")
            : List.of("server.b", "other.b", "server.b:8080", "10.1.2.3", "server.b.");
    String path = RandomPolicies.PATHS.get(random.nextInt(RandomPolicies.PATHS.size()));
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    List<String> values = List.of("one", "two", "two-b", "three", "", "one, two");
    for (int i = random.nextInt(3); i > 0; i--) {
      headers.add(Map.entry("X-A", values.get(random.nextInt(values.size()))));
    }
    if (random.nextInt(4) == 0) {
      headers.add(Map.entry("x-user", "joe"));
    }
    if (random.nextInt(6) == 0) {
      headers.add(Map.entry("x-payload", "forged"));
    }
    if (random.nextInt(2) == 0) {
      headers.add(Map.entry("Authorization", "Bearer " + one(random, tokens)));
    }
    if (random.nextInt(8) == 0) {
      headers.add(Map.entry("x-token", "T " + one(random, tokens)));
    }
    String query =
        switch (random.nextInt(8)) {
          case 0 -> "?x=1";
          case 1 -> "?jwt=" + one(random, tokens) + "&y=2";
          case 2 -> "?access_token=" + one(random, tokens);
          case 3 -> "?";
          default -> "";
        };
    return new RandomCall(
        way,
        one(random, List.of("GET", "GET", "POST", "PUT", "DELETE", "OPTIONS")),
        path + query,
        one(random, hosts),
        headers);
  }

  private static <T> T one(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** The same in plain text. */
  RandomCall plain() {
    return new RandomCall(Way.PLAIN, method, target, host, headers);
  }

  /** The head as it is sent. */
  String head() {
    StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
    head.append("Host: ").append(host).append("\r\n");
    headers.forEach(h -> head.append(h.getKey()).append(": ").append(h.getValue()).append("\r\n"));
    return head.append("Content-Length: 0\r\n\r\n").toString();
  }

  /** The line of a batch. */
  String line(int id, long now) {
    ObjectNode line = new ObjectMapper().createObjectNode();
    line.put("id", id);
    line.putObject("workload")
        .put("namespace", "b")
        .put("name", "server")
        .put("serviceAccount", "server");
    line.put("port", 8080).put("protocol", "http");
    line.put("tls", way == Way.PLAIN ? "none" : "mutual");
    line.put("sni", way == Way.PROXY ? "outbound_.80_._.server.b.svc.cluster.local" : null);
    line.putObject("source")
        .put("principal", way.principal)
        .put("ip", "127.0.0.1")
        .put("remoteIp", "127.0.0.1");
    line.put("destinationIp", "127.0.0.1");
    ObjectNode request = line.putObject("request");
    request.put("method", method).put("path", target).put("host", host);
    ArrayNode fields = request.putArray("headers");
    headers.forEach(h -> fields.addArray().add(h.getKey()).add(h.getValue()));
    fields.addArray().add("Content-Length").add("0");
    return line.put("now", now).toString();
  }
}
