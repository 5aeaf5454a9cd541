package io.heraldmesh.proxy.listener;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Writes responses; told by the exchange when there is no body whatever the headers say. */
final class ResponseEncoder extends HttpResponseEncoder {
  private boolean noBody;

  /** The response that comes next answers a HEAD request. */
  void expectNoBody(boolean head) {
    noBody = head;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return noBody && response.status().code() >= 200 || super.isContentAlwaysEmpty(response);
  }
}
