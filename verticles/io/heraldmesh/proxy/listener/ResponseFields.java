package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.HeaderField;
import io.heraldmesh.policy.HopByHop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a service's response head one that every client reads alike, in one pass. */
final class ResponseFields {
  private final int most;
  private @Nullable List<CharSequence> drop;
  private @Nullable List<String> connection;
  private boolean readable = true;

  private ResponseFields(int most) {
    this.most = most;
  }

  /**
   * Takes off what is for this hop only or only a proxy may say.
   *
   * @param most fields that a response may have
   * @return false when it is no legal response (RFC 9112 sections 2.3, 4 and 6.3)
   */
  static boolean clean(HttpResponse response, int most) {
    int status = response.status().code();
    if (status < 100
        || status > 999
        || response.protocolVersion().majorVersion() != 1
        || !isText(response.status())) {
      return false;
    }
    ResponseFields fields = new ResponseFields(most);
    fields.read(response.headers());
    if (fields.readable) {
      fields.strip(response.headers());
    }
    return fields.readable;
  }

  /** RFC 9112 section 4: no control characters but the tab. */
  private static boolean isText(HttpResponseStatus status) {
    String reason = status.reasonPhrase();
    for (int i = 0; i < reason.length(); i++) {
      char c = reason.charAt(i);
      if (c < ' ' && c != '\t' || c == 0x7f) {
        return false;
      }
    }
    return true;
  }

  private void read(HttpHeaders headers) {
    Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
    int count = 0;
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> entry = all.next();
      if (++count > most) {
        readable = false;
        return;
      }
      switch (HeaderField.of(entry.getKey())) {
        case CONNECTION -> {
          if (connection == null) {
            connection = new ArrayList<>(1);
          }
          connection.add(entry.getValue().toString());
          drop(entry.getKey());
        }
        case HOP_BY_HOP, UPGRADE, OWNED -> drop(entry.getKey());
        // any other coding would reach the client as if it were none
        case TRANSFER_ENCODING ->
            readable &= entry.getValue().toString().equalsIgnoreCase("chunked");
        case HOST, CONTENT_LENGTH, EXPECT, TE, REQUEST_ID, OTHER -> {}
      }
    }
  }

  private void drop(CharSequence name) {
    if (drop == null) {
      drop = new ArrayList<>(2);
    }
    drop.add(name);
  }

  private void strip(HttpHeaders headers) {
    if (connection != null) {
      HopByHop.listed(connection, headers::remove);
    }
    if (drop != null) {
      drop.forEach(headers::remove);
    }
  }
}
