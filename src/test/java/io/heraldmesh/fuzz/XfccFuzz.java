package io.heraldmesh.fuzz;

import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.proxy.ForwardedClientCert;
import io.heraldmesh.proxy.listener.InboundBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * X-Forwarded-Client-Cert. The first byte says what the rest is: a value to be read, which written
 * and read again is the same; or header lines of a client that tries to say who it is, of which
 * nothing may reach the service.
 */
public final class XfccFuzz {
  private XfccFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(data, 1, data.length);
    if ((data[0] & 1) == 0) {
      value(new String(rest, StandardCharsets.ISO_8859_1));
    } else {
      headers(rest);
    }
  }

  private static void value(String value) {
    List<ForwardedClientCert> elements;
    try {
      elements = ForwardedClientCert.parse(value);
    } catch (IllegalArgumentException e) {
      return;
    }
    String written =
        elements.stream().map(ForwardedClientCert::toString).collect(Collectors.joining(","));
    Disagreement.unless(ForwardedClientCert.parse(written).equals(elements), "written as another");
    for (ForwardedClientCert element : elements) {
      // an identity stands in a value, so no value may look like a field of its own
      Disagreement.unless(
          ForwardedClientCert.parse(element.toString()).equals(List.of(element)),
          "an element that is two");
    }
  }

  private static void headers(byte[] lines) {
    InboundBytes client = new InboundBytes(PathNormalization.BASE);
    client.read("GET / HTTP/1.1\r\nHost: a\r\n".getBytes(StandardCharsets.ISO_8859_1));
    client.read(lines);
    client.read("\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    client.end();
    for (InboundBytes.Forwarded request : client.forwarded()) {
      byte[] sent = new byte[request.sent().size()];
      for (int i = 0; i < sent.length; i++) {
        sent[i] = request.sent().get(i);
      }
      SimpleRequest read = SimpleRequest.read(sent, request.complete());
      for (String name : read.names()) {
        String alike = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "-");
        Disagreement.unless(
            !alike.equals(ForwardedClientCert.HEADER) || name.equals(alike),
            "a header that some service takes for the caller's identity");
      }
      Disagreement.unless(
          read.values(ForwardedClientCert.HEADER).equals(List.of(InboundBytes.CLIENT_CERT)),
          "another caller");
    }
  }
}
