package io.heraldmesh.fuzz;

import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.proxy.listener.InboundBytes;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The bytes of an HTTP/1.1 client, at the inbound listener. The first two bytes choose the path
 * normalization and where the rest is cut in two. What goes on to the service is read by a second,
 * simpler reader, which must see one request, the one that policy saw.
 */
public final class HttpFuzz {
  /** Fields that the proxy sets itself, or that belong to one hop. */
  private static final Set<String> OWN =
      Set.of("host", "te", "connection", "upgrade", "x-request-id", "x-forwarded-client-cert");

  private HttpFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length < 2) {
      return;
    }
    PathNormalization[] modes = PathNormalization.values();
    PathNormalization mode = modes[(data[0] & 0xff) % modes.length];
    byte[] bytes = Arrays.copyOfRange(data, 2, data.length);
    int cut = bytes.length * (data[1] & 0xff) / 256;
    InboundBytes whole = new InboundBytes(mode);
    whole.read(bytes);
    whole.end();
    InboundBytes halves = new InboundBytes(mode);
    halves.read(Arrays.copyOf(bytes, cut));
    halves.read(Arrays.copyOfRange(bytes, cut, bytes.length));
    halves.end();
    Disagreement.unless(
        whole.answers().equals(halves.answers()) && same(whole.forwarded(), halves.forwarded()),
        "cut in two it is understood in another way");
    for (InboundBytes.Forwarded request : whole.forwarded()) {
      check(request, mode);
    }
  }

  private static void check(InboundBytes.Forwarded request, PathNormalization mode) {
    SimpleRequest read = SimpleRequest.read(bytes(request.sent()), request.complete());
    Disagreement.unless(read.method().equals(request.method()), "another method");
    Disagreement.unless(read.target().equals(request.target()), "another target");
    Disagreement.unless(isTarget(read.target(), mode), "a target that is no path");
    Disagreement.unless(
        read.values("host")
            .equals(
                request.authority().isEmpty() && request.seen("host").isEmpty()
                    ? List.of(InboundBytes.SERVICE.toString())
                    : List.of(request.authority())),
        "another host");
    Disagreement.unless(
        read.values("x-forwarded-client-cert").equals(List.of(InboundBytes.CLIENT_CERT)),
        "another caller");
    for (String name : read.names()) {
      Disagreement.unless(
          OWN.contains(name) || read.values(name).equals(request.seen(name)),
          "policy saw another value of a header");
    }
    if (request.complete()) {
      Disagreement.unless(Arrays.equals(read.body(), bytes(request.body())), "another body");
    }
  }

  private static boolean isTarget(String target, PathNormalization mode) {
    int end = target.indexOf('?') < 0 ? target.length() : target.indexOf('?');
    String path = target.substring(0, end);
    return path.equals("*")
        || path.startsWith("/")
            && (mode == PathNormalization.NONE
                || !path.contains("/../") && !path.endsWith("/..") && !path.contains("\\"));
  }

  /** A body that never ends may be passed on in other pieces. */
  private static boolean same(
      List<InboundBytes.Forwarded> whole, List<InboundBytes.Forwarded> halves) {
    if (whole.size() != halves.size()) {
      return false;
    }
    for (int i = 0; i < whole.size(); i++) {
      InboundBytes.Forwarded a = whole.get(i);
      InboundBytes.Forwarded b = halves.get(i);
      boolean equal =
          a.method().equals(b.method())
              && a.target().equals(b.target())
              && a.authority().equals(b.authority())
              && a.seen().equals(b.seen())
              && a.complete() == b.complete()
              && (!a.complete() || a.body().equals(b.body()));
      if (!equal) {
        return false;
      }
    }
    return true;
  }

  private static byte[] bytes(List<Byte> list) {
    byte[] bytes = new byte[list.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = list.get(i);
    }
    return bytes;
  }
}
