package io.heraldmesh.bus;

import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin API over a connection whose other end is known by other means than a signature. A
 * request is the type of an operation, a line feed, and the JSON of the bus; an answer is {@code
 * ok}, or the number of a {@link BusFailure}, a line feed, and JSON, or a text for people.
 */
public final class AdminFrames {
  /** The longest frame in either direction. */
  public static final int MOST_BYTES = 12 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(AdminFrames.class);
  private static final String OK = "ok";

  private AdminFrames() {}

  /** Sends one frame and brings the frame that answers it. */
  @FunctionalInterface
  public interface Exchange {
    Future<byte[]> send(byte[] request);
  }

  /** Answers one frame of {@code caller}; never fails. */
  public static Future<byte[]> answer(
      AdminService.Server server, AdminCaller caller, byte[] request) {
    int end = lineEnd(request);
    String type = new String(request, 0, Math.max(0, end), StandardCharsets.US_ASCII);
    return AdminOperations.of(server).stream()
        .filter(route -> route.operation().type().equals(type))
        .findFirst()
        .map(route -> answer(route, caller, request, end))
        .orElseGet(
            () ->
                Future.failedFuture(
                    new BusException(BusFailure.UNKNOWN_TYPE, "type is not known here")))
        .otherwise(AdminFrames::failure);
  }

  private static <Q extends Record, A extends Record> Future<byte[]> answer(
      AdminOperations.Route<Q, A> route, AdminCaller caller, byte[] request, int end) {
    Operation<Q, A> operation = route.operation();
    if (request.length > operation.mostRequestBytes()) {
      return Future.failedFuture(new BusException(BusFailure.TOO_LARGE, request.length + " bytes"));
    }
    try {
      Q payload =
          MessageCodec.decode(
              Arrays.copyOfRange(request, end + 1, request.length), operation.request());
      return route
          .handler()
          .handle(caller, payload)
          .map(answer -> frame(OK, MessageCodec.encode(answer)));
    } catch (MalformedMessage e) {
      return Future.failedFuture(new BusException(BusFailure.MALFORMED, e.getMessage()));
    }
  }

  private static byte[] failure(Throwable cause) {
    if (cause instanceof BusException e) {
      return frame(
          Integer.toString(e.failure().code()), e.detail().getBytes(StandardCharsets.UTF_8));
    }
    LOG.error("admin request failed", cause);
    return frame(
        Integer.toString(BusFailure.INTERNAL.code()),
        "the node's log says why".getBytes(StandardCharsets.UTF_8));
  }

  static AdminOperations.Calls over(Exchange exchange) {
    return new AdminOperations.Calls() {
      @Override
      public <Q extends Record, A extends Record> Future<A> call(
          Operation<Q, A> operation, Q request) {
        byte[] frame = frame(operation.type(), MessageCodec.encode(request));
        if (frame.length > operation.mostRequestBytes()) {
          return Future.failedFuture(
              new BusException(
                  BusFailure.TOO_LARGE,
                  operation.type()
                      + ": "
                      + frame.length
                      + " bytes, of "
                      + operation.mostRequestBytes()));
        }
        return exchange.send(frame).compose(answer -> open(operation, answer));
      }
    };
  }

  private static <A extends Record> Future<A> open(Operation<?, A> operation, byte[] answer) {
    int end = lineEnd(answer);
    String word = new String(answer, 0, Math.max(0, end), StandardCharsets.US_ASCII);
    byte[] rest = Arrays.copyOfRange(answer, end + 1, answer.length);
    try {
      return word.equals(OK)
          ? Future.succeededFuture(MessageCodec.decode(rest, operation.answer()))
          : Future.failedFuture(
              new BusException(
                  BusFailure.of(Integer.parseInt(word)).orElse(BusFailure.BAD_ANSWER),
                  new String(rest, StandardCharsets.UTF_8)));
    } catch (MalformedMessage | NumberFormatException e) {
      return Future.failedFuture(
          new BusException(BusFailure.BAD_ANSWER, operation.type() + ": " + e.getMessage()));
    }
  }

  private static byte[] frame(String word, byte[] rest) {
    byte[] head = (word + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] frame = Arrays.copyOf(head, head.length + rest.length);
    System.arraycopy(rest, 0, frame, head.length, rest.length);
    return frame;
  }

  /** Where the first line ends; -1 when it does not. */
  private static int lineEnd(byte[] frame) {
    for (int i = 0; i < Math.min(frame.length, 100); i++) {
      if (frame[i] == '\n') {
        return i;
      }
    }
    return -1;
  }
}
