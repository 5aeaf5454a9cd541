package io.heraldmesh.resource.read;

import io.heraldmesh.resource.JwtRule;
import io.heraldmesh.resource.JwtRule.ClaimToHeader;
import io.heraldmesh.resource.JwtRule.HeaderLocation;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code jwtRules[]}. Source: Istio request_authentication.proto, JWTRule. */
final class JwtRuleDecoder {
  private static final int MAX_URI = 2048;
  private static final int MAX_SPACE_DELIMITED = 64;
  static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
  private static final Pattern OUTPUT_HEADER = Pattern.compile("[-_A-Za-z0-9]+");

  /** Headers that say where a request goes, how it is framed or who sent it. */
  private static final Set<String> RESERVED =
      Set.of(
          "host",
          "connection",
          "content-length",
          "transfer-encoding",
          "te",
          "trailer",
          "upgrade",
          "keep-alive",
          "proxy-connection",
          "expect",
          "x-forwarded-client-cert",
          "x-forwarded-for",
          "x-forwarded-proto");

  private JwtRuleDecoder() {}

  static JwtRule decode(Fields f) {
    Value issuer = f.required("issuer");
    Value uri = f.optional("jwksUri", "jwks_uri");
    Value inline = f.optional("jwks");
    Located<String> jwksUri = uri.textOrNull();
    Located<String> jwks = inline.textOrNull();
    checkKeys(uri, jwksUri, inline, jwks);
    Value spaceDelimited = f.optional("spaceDelimitedClaims");
    if (spaceDelimited.size() > MAX_SPACE_DELIMITED) {
      spaceDelimited.problem(ProblemCode.TOO_MANY, "more than " + MAX_SPACE_DELIMITED + " claims");
    }
    JwtRule rule =
        new JwtRule(
            f.at(),
            issuer.nonEmptyText(),
            f.optional("audiences").texts(),
            jwksUri,
            jwks,
            f.optional("fromHeaders").list(JwtRuleDecoder::fromHeader),
            f.optional("fromParams").texts(),
            f.optional("fromCookies").texts(),
            f.optional("forwardOriginalToken").bool(false),
            outputHeader(f.optional("outputPayloadToHeader")),
            f.optional("outputClaimToHeaders").list(JwtRuleDecoder::claimToHeader),
            spaceDelimited.texts(),
            f.optional("timeout").duration(Duration.ofMillis(1), DEFAULT_TIMEOUT));
    warnWithoutKeys(rule, issuer);
    warnOfSharedHeaders(rule, f.optional("outputClaimToHeaders"));
    return rule;
  }

  /** At most one of the two, and that one usable. */
  static void checkKeys(
      Value uri, @Nullable Located<String> jwksUri, Value inline, @Nullable Located<String> jwks) {
    if (jwksUri != null && jwks != null) {
      uri.problem(ProblemCode.CONFLICT, "only one of jwks and jwksUri may be set");
    } else if (jwksUri != null) {
      requireUri(uri, jwksUri.value());
    } else if (jwks != null) {
      InlineJwks.check(inline, jwks.value());
    }
  }

  /** A key set that came over plain HTTP could be anyone's; it would decide who is let in. */
  private static void requireUri(Value written, String uri) {
    if (uri.length() > MAX_URI) {
      written.problem(ProblemCode.INVALID_JWKS_URI, "jwksUri is longer than " + MAX_URI);
      return;
    }
    try {
      URI parsed = new URI(uri);
      if (parsed.getScheme() == null) {
        written.problem(
            ProblemCode.INVALID_JWKS_URI, "jwksUri has no scheme; url must have scheme");
      } else if (!parsed.getScheme().equalsIgnoreCase("https")) {
        written.problem(
            ProblemCode.INVALID_JWKS_URI,
            "scheme " + Shown.quoted(parsed.getScheme()) + " of jwksUri is not https");
      } else if (parsed.getHost() == null || parsed.getUserInfo() != null) {
        written.problem(ProblemCode.INVALID_JWKS_URI, "jwksUri needs a host, and no user");
      }
    } catch (URISyntaxException e) {
      written.problem(
          ProblemCode.INVALID_JWKS_URI, "jwksUri is no URL; url must have scheme and host");
    }
  }

  private static HeaderLocation fromHeader(Fields f) {
    Value written = f.required("name");
    Located<String> name = written.nonEmptyText();
    if (!name.value().isEmpty() && !Names.isHeader(name.value())) {
      written.problem(
          ProblemCode.INVALID_HEADER_NAME, Shown.quoted(name.value()) + " is no header name");
    }
    return new HeaderLocation(name, f.optional("prefix").text().value());
  }

  private static ClaimToHeader claimToHeader(Fields f) {
    Located<String> header = outputHeader(f.required("header"));
    Position at = f.at();
    return new ClaimToHeader(
        header == null ? new Located<>("", at) : header, f.required("claim").nonEmptyText());
  }

  private static @Nullable Located<String> outputHeader(Value written) {
    Located<String> header = written.nonEmptyTextOrNull();
    if (header == null || header.value().isEmpty()) {
      return header;
    }
    if (!OUTPUT_HEADER.matcher(header.value()).matches()) {
      written.problem(
          ProblemCode.INVALID_HEADER_NAME, Shown.quoted(header.value()) + " is no header name");
    } else if (RESERVED.contains(canonical(header.value()))) {
      written.problem(
          ProblemCode.RESERVED_HEADER,
          "header " + Shown.quoted(header.value()) + " may not be written from a token");
    }
    return header;
  }

  /** One header for two outputs: which of them the service gets is not said anywhere. */
  private static void warnOfSharedHeaders(JwtRule rule, Value written) {
    Set<String> names = new HashSet<>();
    Stream.concat(
            Stream.ofNullable(rule.outputPayloadToHeader()),
            rule.outputClaimToHeaders().stream().map(ClaimToHeader::header))
        .filter(header -> !header.value().isEmpty() && !names.add(canonical(header.value())))
        .forEach(
            header ->
                written
                    .problems()
                    .add(
                        header.at(),
                        ProblemCode.SHARED_HEADER,
                        "header "
                            + Shown.quoted(header.value())
                            + " is filled twice; the first that a token can fill it with counts"));
  }

  /** Without what many applications cannot tell apart. */
  private static String canonical(String header) {
    return header.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static void warnWithoutKeys(JwtRule rule, Value issuer) {
    String name = rule.issuer().value();
    if (rule.jwks() == null
        && rule.jwksUri() == null
        && !name.isEmpty()
        && !name.startsWith("https://")) {
      issuer.problem(
          ProblemCode.NO_KEYS,
          "the rule has neither jwks nor jwksUri, and its issuer is no https:// URL to find keys"
              + " at");
    }
  }
}
