package io.heraldmesh.admin;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * All metrics as Prometheus text, as of one moment. Held compressed: every line repeats the labels
 * of others, so it takes a small part of what is sent to a client that takes it as it is.
 */
final class MetricsText {
  private final byte[] gzip;

  private MetricsText(byte[] gzip) {
    this.gzip = gzip;
  }

  /** Walks every meter, which takes its time. */
  static MetricsText of(PrometheusMeterRegistry registry) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream compressing = new Fast(out)) {
      registry.scrape(compressing);
    }
    return new MetricsText(out.toByteArray());
  }

  /**
   * @param compressed as gzip; else as it is
   */
  InputStream open(boolean compressed) throws IOException {
    InputStream held = new ByteArrayInputStream(gzip);
    return compressed ? held : new GZIPInputStream(held);
  }

  /** Of what {@link #open} gives. */
  long length(boolean compressed) {
    // the last four octets are the length of what was compressed (RFC 1952 section 2.3.1)
    return compressed
        ? gzip.length
        : Integer.toUnsignedLong(
            ByteBuffer.wrap(gzip).order(ByteOrder.LITTLE_ENDIAN).getInt(gzip.length - 4));
  }

  private static final class Fast extends GZIPOutputStream {
    Fast(OutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
