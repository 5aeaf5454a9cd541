package io.heraldmesh.cli.demo;

import static io.heraldmesh.cli.demo.Outcome.NOT_REACHED;

import io.heraldmesh.cli.demo.WireClient.Answer;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.proxy.ForwardedClientCert;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The walk through the shop: each step is a real request, its answer and the service's record. */
final class Walk {
  private static final String WEB = "cluster.local/ns/shop/sa/web";
  private static final String ORDERS = "cluster.local/ns/shop/sa/orders";
  private static final String IDENTITY_REFUSED =
      "upstream connect error or disconnect: upstream_identity_refused";
  private static final String DENIED = "RBAC: access denied";
  private static final Duration IN_FORCE = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Mesh mesh;
  private final List<String> ownServices;
  private final Consumer<Row> print;
  private final List<Row> rows = new ArrayList<>();

  /**
   * @param ownServices services of the user's own that are protected too
   * @param print is handed each row as soon as it is known
   */
  Walk(Mesh mesh, List<String> ownServices, Consumer<Row> print) {
    this.mesh = mesh;
    this.ownServices = List.copyOf(ownServices);
    this.print = print;
  }

  /** Takes every step in order. Blocks; on a thread of its own. */
  List<Row> take() throws IOException {
    services();
    tokens();
    whileRunning();
    for (String name : ownServices) {
      own(name);
    }
    return List.copyOf(rows);
  }

  private void services() throws IOException {
    direct("plain text straight to the orders proxy", "orders", "/catalogue", Outcome.closed());
    call("web calls orders through the mesh", "web", "orders", "GET", "/catalogue")
        .expect(Outcome.passed(WEB));
    call("web calls payments, which is for orders only", "web", "payments", "POST", "/pay")
        .expect(Outcome.refused(403, DENIED));
    call("orders calls payments", "orders", "payments", "POST", "/pay")
        .expect(Outcome.passed(ORDERS));
    call("an impostor answers for stock; web's side refuses it", "web", "stock", "GET", "/items")
        .reaching("impostor")
        .expect(Outcome.refused(503, IDENTITY_REFUSED));
  }

  private void tokens() throws IOException {
    TokenIssuer issuer = mesh.issuer();
    String audience = TokenIssuer.AUDIENCE;
    call("read orders without a token", "web", "orders", "GET", "/orders")
        .expect(Outcome.refused(403, DENIED));
    call("with a token signed by a stranger", "web", "orders", "GET", "/orders")
        .token(issuer.forged("mallory", "manager"))
        .expect(Outcome.refused(401, "Jwt verification fails"));
    call("with a token that expired", "web", "orders", "GET", "/orders")
        .token(issuer.token("carol", "clerk", audience, -3600))
        .expect(Outcome.refused(401, "Jwt is expired"));
    call("with a token for another audience", "web", "orders", "GET", "/orders")
        .token(issuer.token("carol", "clerk", "newsletter", 3600))
        .expect(Outcome.refused(403, "Audiences in Jwt are not allowed"));
    call("with a good token", "web", "orders", "GET", "/orders")
        .token(issuer.token("carol", "clerk", audience, 3600))
        .expect(Outcome.passed(WEB + " for carol"));
    call("a clerk deletes an order", "web", "orders", "DELETE", "/orders/7")
        .token(issuer.token("carol", "clerk", audience, 3600))
        .expect(Outcome.refused(403, DENIED));
    call("a manager deletes an order", "web", "orders", "DELETE", "/orders/7")
        .token(issuer.token("mia", "manager", audience, 3600))
        .expect(Outcome.passed(WEB + " for mia"));
  }

  private void whileRunning() throws IOException {
    rotate();
    edit();
  }

  /** One connection, two requests, new certificates on both sides in between. */
  private void rotate() throws IOException {
    Call call =
        call("certificates renewed under an open connection", "web", "orders", "GET", "/catalogue");
    try (WireClient client = new WireClient(mesh.outbound("web"))) {
      Outcome first = call.send(client);
      String before = lastHash("orders");
      mesh.renew("web", "orders");
      Outcome after = call.send(client);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (before.equals(lastHash("orders")) && System.nanoTime() < deadline) {
        after = call.send(client);
      }
      boolean renewed = !before.isEmpty() && !before.equals(lastHash("orders"));
      call.found(
          renewed || !first.equals(after)
              ? after
              : new Outcome(after.status(), "still the old certificate", after.seen()));
    }
    call.expect(Outcome.passed(WEB));
  }

  /** A policy is edited in its folder; the same call is refused within a second. */
  private void edit() throws IOException {
    String file = "payments-callers.yaml";
    Call call =
        call("policy edited: no more payments", "orders", "payments", "POST", "/pay")
            .after("sed -i 's#/pay, ##' " + mesh.folder().resolve(file) + "; sleep 1; ");
    Outcome expected = Outcome.refused(403, DENIED);
    try {
      mesh.edit(file, text -> text.replace("paths: [/pay, /refund]", "paths: [/refund]"));
      long deadline = System.nanoTime() + IN_FORCE.toNanos();
      Outcome seen = call.sendOnce();
      while (!seen.equals(expected) && System.nanoTime() < deadline) {
        seen = call.sendOnce();
      }
      call.found(seen);
      // As it was, for whoever repeats the rows.
      mesh.edit(file, text -> text.replace("paths: [/refund]", "paths: [/pay, /refund]"));
    } catch (NoSuchFileException e) {
      call.found(new Outcome(0, "there is no " + e.getMessage() + " to edit", NOT_REACHED));
    }
    call.expect(expected);
  }

  /** A service of the user's own: what it answers is its own affair, but it must be reached. */
  private void own(String name) throws IOException {
    String host = name + ".shop:8080";
    int inbound = mesh.inbound(name);
    Answer direct = WireClient.once(inbound, "GET", host, "/", List.of());
    add(
        new Row(
            "plain text straight to the proxy of " + name,
            Outcome.closed(),
            new Outcome(direct.status(), direct.body().strip(), NOT_REACHED),
            "curl -i http://127.0.0.1:" + inbound + "/ -H 'Host: " + host + "'"));
    Answer through = WireClient.once(mesh.outbound("web"), "GET", host, "/", List.of());
    Outcome actual =
        new Outcome(
            through.status(),
            through.status() < 500 ? "" : through.body().strip(),
            through.status() == 0 || through.status() >= 502 ? NOT_REACHED : WEB);
    boolean reached = !actual.seen().equals(NOT_REACHED) && through.status() != 403;
    add(
        new Row(
            "web calls " + name + " through the mesh",
            reached ? actual : Outcome.passed(WEB),
            actual,
            "curl -i -x http://127.0.0.1:" + mesh.outbound("web") + " http://" + host + "/"));
  }

  private String lastHash(String service) {
    List<SampleService.Seen> record = mesh.service(service).record();
    if (record.isEmpty()) {
      return "";
    }
    return peer(record.getLast(), "Hash").orElse("");
  }

  private void direct(String title, String workload, String path, Outcome expected)
      throws IOException {
    String host = workload + ".shop:8080";
    int port = mesh.inbound(workload);
    int before = mesh.service(workload).record().size();
    Answer answer = WireClient.once(port, "GET", host, path, List.of());
    add(
        new Row(
            title,
            expected,
            outcome(answer, workload, before),
            "curl -i http://127.0.0.1:" + port + path + " -H 'Host: " + host + "'"));
  }

  private Call call(String title, String from, String to, String method, String path) {
    return new Call(title, from, to, method, path);
  }

  private void add(Row row) {
    rows.add(row);
    print.accept(row);
  }

  private Outcome outcome(Answer answer, String service, int before) {
    List<SampleService.Seen> record = mesh.service(service).record();
    String seen = record.size() == before ? NOT_REACHED : caller(record.getLast());
    boolean success = answer.status() >= 200 && answer.status() < 300;
    return new Outcome(answer.status(), success ? "" : answer.body().strip(), seen);
  }

  private static String caller(SampleService.Seen seen) {
    String peer = peer(seen, "URI").map(id -> SpiffeId.parse(id).principal()).orElse("nobody");
    String user = seen.header("x-user");
    return peer + (user.equals("-") ? "" : " for " + user);
  }

  /** What the service was told about its caller; empty when it was told nothing. */
  private static Optional<String> peer(SampleService.Seen seen, String field) {
    String value = seen.header(ForwardedClientCert.HEADER);
    return value.equals("-")
        ? Optional.empty()
        : ForwardedClientCert.parse(value).getLast().value(field);
  }

  /** One call of a workload to a service by its mesh name. */
  private final class Call {
    private final String title;
    private final String from;
    private final String to;
    private final String method;
    private final String path;
    private String reaching;
    private String before = "";
    private List<String> headers = List.of();
    private @Nullable Outcome found;

    Call(String title, String from, String to, String method, String path) {
      this.title = title;
      this.from = from;
      this.to = to;
      this.method = method;
      this.path = path;
      this.reaching = to;
    }

    /** What to do before the call, for whoever repeats it. */
    Call after(String command) {
      before = command;
      return this;
    }

    Call token(String token) {
      headers = List.of("Authorization: Bearer " + token);
      return this;
    }

    /** The workload whose record tells whether the call arrived, when it is not the one called. */
    Call reaching(String workload) {
      reaching = workload;
      return this;
    }

    Outcome sendOnce() throws IOException {
      try (WireClient client = new WireClient(mesh.outbound(from))) {
        return send(client);
      }
    }

    Outcome send(WireClient client) throws IOException {
      int before = mesh.service(reaching).record().size();
      return outcome(client.send(method, to + ".shop:8080", path, headers), reaching, before);
    }

    void found(Outcome outcome) {
      found = outcome;
    }

    void expect(Outcome expected) throws IOException {
      Outcome actual = found == null ? sendOnce() : found;
      add(new Row(title, expected, actual, curl()));
    }

    private String curl() {
      StringBuilder curl = new StringBuilder(before + "curl -i -x http://127.0.0.1:");
      curl.append(mesh.outbound(from));
      if (!method.equals("GET")) {
        curl.append(" -X ").append(method);
      }
      curl.append(" http://").append(to).append(".shop:8080").append(path);
      headers.forEach(h -> curl.append(" -H '").append(h).append('\''));
      return curl.toString();
    }
  }
}
