package io.heraldmesh.jwks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;

/**
 * The form in which a key set is kept. The digest is over all else, so that a file which was cut
 * off, mixed up or edited is seen to be.
 *
 * @param format what a reader must know; see {@link #FORMAT}
 * @param source whose keys they are
 * @param fetched RFC 3339
 * @param keySet as it was received
 * @param sha256 in hex
 */
record KeptFile(int format, String source, String fetched, String keySet, String sha256) {
  /** The only format so far. */
  static final int FORMAT = 1;

  /** No file that was written is longer, in bytes: JSON in JSON, every character escaped. */
  static final long LONGEST = 8L << 20;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  /** Why a file cannot be used; names no content. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1;

    Unusable(String message) {
      super(message, null, false, false);
    }
  }

  static byte[] encode(String source, Instant fetched, String keySet) {
    try {
      return JSON.writeValueAsBytes(
          new KeptFile(
              FORMAT, source, fetched.toString(), keySet, digest(source, "" + fetched, keySet)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are JSON", e);
    }
  }

  static KeptFile decode(byte[] bytes, String source) throws Unusable {
    if (bytes.length > LONGEST) {
      throw new Unusable("is longer than any that was written");
    }
    KeptFile file;
    try {
      file = JSON.readValue(bytes, KeptFile.class);
    } catch (java.io.IOException e) {
      throw new Unusable("is not the JSON that was written");
    }
    if (file.format() != FORMAT) {
      throw new Unusable("has format " + file.format() + "; this version reads " + FORMAT);
    }
    if (!file.sha256().equals(digest(file.source(), file.fetched(), file.keySet()))) {
      throw new Unusable("does not have the digest that it was written with");
    }
    if (!file.source().equals(source)) {
      throw new Unusable("holds the keys of another source");
    }
    return file;
  }

  Instant when() throws Unusable {
    try {
      return Instant.parse(fetched);
    } catch (DateTimeException e) {
      throw new Unusable("says no time");
    }
  }

  static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static String digest(String source, String fetched, String keySet) {
    return sha256(FORMAT + "\n" + source + "\n" + fetched + "\n" + keySet);
  }
}
