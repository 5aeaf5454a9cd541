package io.heraldmesh.resource.read;

import io.heraldmesh.resource.PolicyTest;
import io.heraldmesh.resource.PolicyTest.Call;
import io.heraldmesh.resource.PolicyTest.Request;
import io.heraldmesh.resource.PolicyTest.Tls;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code given} and {@code when} as far as they are written; completed by the defaults. */
final class CallDraft {
  private static final String LOOPBACK = "127.0.0.1";

  private PolicyTest.@Nullable Subject workload;
  private @Nullable Instant now;
  private @Nullable Integer port;
  private @Nullable Boolean tcp;
  private @Nullable Tls tls;
  private @Nullable String sni;
  private @Nullable Located<String> principal;
  private @Nullable String ip;
  private @Nullable String remoteIp;
  private @Nullable String destinationIp;
  private @Nullable String method;
  private @Nullable String path;
  private @Nullable String host;
  private @Nullable List<Map.Entry<String, String>> headers;
  private PolicyTest.@Nullable Token token;

  private enum Protocol {
    http,
    tcp
  }

  /** As {@code herald explain} writes them. */
  private enum WrittenTls {
    none,
    simple,
    mutual
  }

  /** Reads {@code given} and {@code when} of one mapping. */
  static CallDraft decode(Fields f, String namespace) {
    CallDraft draft = new CallDraft();
    f.optional("given")
        .decode(
            given -> {
              draft.workload = given.optional("workload").decodeOrNull(w -> subject(w, namespace));
              draft.now = now(given.optional("now"));
              return draft;
            });
    f.optional("when").decode(draft::call);
    return draft;
  }

  private CallDraft call(Fields when) {
    Value port = when.optional("port");
    this.port = port.isPresent() ? port.integer(1, Ports.MAX, 1).value() : null;
    Value protocol = when.optional("protocol");
    tcp =
        protocol.isPresent()
            ? protocol.oneOf(Protocol.class, Protocol.http).value() == Protocol.tcp
            : null;
    Value tls = when.optional("tls");
    this.tls =
        tls.isPresent()
            ? switch (tls.oneOf(WrittenTls.class, WrittenTls.none).value()) {
              case none -> Tls.NONE;
              case simple -> Tls.SIMPLE;
              case mutual -> Tls.MUTUAL;
            }
            : null;
    sni = text(when.optional("sni"));
    destinationIp = address(when.optional("destinationIp"));
    when.optional("source")
        .decode(
            source -> {
              principal = source.optional("principal").nonEmptyTextOrNull();
              ip = address(source.optional("ip"));
              remoteIp = address(source.optional("remoteIp"));
              return this;
            });
    when.optional("request")
        .decode(
            request -> {
              method = text(request.optional("method"));
              path = text(request.optional("path"));
              host = text(request.optional("host"));
              headers = headers(request.optional("headers"));
              return this;
            });
    token = token(when.optional("token"));
    return this;
  }

  private static PolicyTest.Subject subject(Fields f, String namespace) {
    Value own = f.optional("namespace");
    Value account = f.optional("serviceAccount");
    return new PolicyTest.Subject(
        own.isPresent() ? own.nonEmptyText().value() : namespace,
        f.required("name").nonEmptyText().value(),
        account.isPresent() ? account.nonEmptyText().value() : "default",
        f.optional("labels").textMap());
  }

  private static @Nullable Instant now(Value written) {
    if (!written.isPresent()) {
      return null;
    }
    if (written.isNumber()) {
      return Instant.ofEpochSecond(written.integer(0, Integer.MAX_VALUE, 0).value());
    }
    String text = written.nonEmptyText().value();
    try {
      return text.isEmpty() ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      written.problem(
          ProblemCode.INVALID,
          "is not a time",
          "write it like 2026-01-31T12:00:00Z, or as seconds since 1970");
      return null;
    }
  }

  private static @Nullable String text(Value written) {
    Located<String> text = written.nonEmptyTextOrNull();
    return text == null ? null : text.value();
  }

  private static @Nullable String address(Value written) {
    String text = text(written);
    if (text != null && !text.isEmpty() && !IpBlocks.isAddress(text)) {
      written.problem(
          ProblemCode.INVALID_ADDRESS, "is not an IP address", "write it like 10.1.2.3 or ::1");
    }
    return text;
  }

  /** A mapping of names to one value or several, or a list of {@code [name, value]}. */
  private static @Nullable List<Map.Entry<String, String>> headers(Value written) {
    if (!written.isPresent()) {
      return null;
    }
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    if (written.isList()) {
      for (Value pair : written.items()) {
        List<Value> both = pair.items();
        if (both.size() == 2) {
          headers.add(Map.entry(both.get(0).nonEmptyText().value(), both.get(1).text().value()));
        } else {
          pair.problem(ProblemCode.WRONG_TYPE, "is not [name, value]");
        }
      }
      return headers;
    }
    written
        .entries()
        .forEach(
            entry -> {
              Value value = entry.value();
              List<Value> values = value.isList() ? value.items() : List.of(value);
              values.forEach(v -> headers.add(Map.entry(entry.key().value(), v.text().value())));
            });
    return headers;
  }

  private static PolicyTest.@Nullable Token token(Value written) {
    if (!written.isPresent()) {
      return null;
    }
    return written.isMapping()
        ? written.decode(f -> new PolicyTest.Claims(f.required("claims").tree()))
        : new PolicyTest.WrittenToken(written.nonEmptyText().value());
  }

  /** The call, with what is missing taken from {@code defaults} and then from the rules' page. */
  Call complete(CallDraft defaults, Value at) {
    CallDraft d = defaults;
    PolicyTest.Subject subject = or(workload, d.workload);
    if (subject == null) {
      missing(at, "given.workload");
      subject = new PolicyTest.Subject("", "", "", Map.of());
    }
    Integer callPort = or(port, d.port);
    if (callPort == null) {
      missing(at, "when.port");
      callPort = 1;
    }
    boolean isTcp = or(tcp, d.tcp, false);
    Tls written = or(tls, d.tls);
    Located<String> who =
        written == Tls.MUTUAL || tls == null ? or(principal, d.principal) : principal;
    Tls how = written != null ? written : who == null ? Tls.NONE : Tls.MUTUAL;
    if ((how == Tls.MUTUAL) != (who != null)) {
      at.problem(
          ProblemCode.CONFLICT,
          "when.source.principal is given exactly when tls is mutual",
          "write both, or neither");
    }
    boolean asksHttp = method != null || path != null || host != null || headers != null;
    if (isTcp && (asksHttp || token != null)) {
      at.problem(ProblemCode.CONFLICT, "when.request and when.token do not go with protocol tcp");
    }
    String from = or(ip, d.ip, LOOPBACK);
    return new Call(
        subject,
        or(now, d.now),
        callPort,
        how,
        or(sni, d.sni),
        who,
        from,
        or(remoteIp, d.remoteIp, from),
        or(destinationIp, d.destinationIp, LOOPBACK),
        isTcp
            ? null
            : new Request(
                or(method, d.method, "GET"),
                or(path, d.path, "/"),
                or(host, d.host, subject.name() + "." + subject.namespace()),
                or(headers, d.headers, List.of())),
        isTcp ? null : or(token, d.token));
  }

  private static void missing(Value at, String field) {
    Position place = at.at();
    at.problems()
        .add(
            place.withField(place.field() + "." + field),
            ProblemCode.REQUIRED,
            "required field is missing, here and in defaults");
  }

  private static <T> @Nullable T or(@Nullable T one, @Nullable T other) {
    return one == null ? other : one;
  }

  private static <T> T or(@Nullable T one, @Nullable T other, T otherwise) {
    return one == null ? other == null ? otherwise : other : one;
  }
}
