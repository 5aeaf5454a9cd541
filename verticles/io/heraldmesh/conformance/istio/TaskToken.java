package io.heraldmesh.conformance.istio;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.OfflineCall;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.PrivateKeyPem;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The tokens that steps name: as text, as a file of the data, or made with Istio's sample key. */
final class TaskToken {
  private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

  private static final Pattern WORDS =
      Pattern.compile("generate:\\{alg:RS256,key:([^,]+),iss:([^,]+),sub:([^,]+),exp:([+-]\\d+)s}");

  private TaskToken() {}

  static @Nullable String of(DataFile file, JsonNode token) {
    String text = token.asText();
    if (token.isNull() || token.isMissingNode()) {
      return null;
    }
    if (text.startsWith("file:")) {
      return file.other("istio/" + text.substring("file:".length())).text().strip();
    }
    return text.startsWith("generate:") ? generate(file, text) : text;
  }

  private static String generate(DataFile file, String words) {
    Matcher said = WORDS.matcher(words);
    if (!said.matches()) {
      throw new IllegalArgumentException("not understood: token " + words);
    }
    long now = OfflineCall.NOW.getEpochSecond();
    String input =
        encode("{\"alg\":\"RS256\",\"typ\":\"JWT\"}")
            + "."
            + encode(
                "{\"iss\":\"%s\",\"sub\":\"%s\",\"iat\":%d,\"exp\":%d}"
                    .formatted(
                        said.group(2), said.group(3), now, now + Long.parseLong(said.group(4))));
    try {
      PrivateKey key =
          PrivateKeyPem.parse(file.other("istio/" + said.group(1)).text(), Crypto.jdk());
      Signature signer = Crypto.jdk().signature("SHA256withRSA");
      signer.initSign(key);
      signer.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + BASE64URL.encodeToString(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encode(String json) {
    return BASE64URL.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
