package io.heraldmesh.policy;

import org.jspecify.annotations.Nullable;

/** What a request must look like before any policy reads it. */
final class RequestForm {
  private static final Reason METHOD =
      new Reason(Reason.BAD_METHOD, "the method is not a token in capital letters");
  private static final Reason HOST =
      new Reason(Reason.BAD_HOST, "Host or :authority is not a host with an optional port");

  /** Its path cannot be read, so no policy can decide on it. */
  static final Reason PATH =
      new Reason(Reason.BAD_PATH, "the request target is not a path, or holds illegal characters");

  private RequestForm() {}

  /** What is wrong with method or authority; null when nothing is. */
  static @Nullable Reason fault(RequestHead request) {
    if (!isMethod(request.method())) {
      return METHOD;
    }
    return Authority.isLegal(request.authority().strip()) ? null : HOST;
  }

  /** Methods are compared with case, and services often are not: lower case is refused. */
  private static boolean isMethod(String method) {
    for (int i = 0; i < method.length(); i++) {
      char c = method.charAt(i);
      boolean capital = c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!capital && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
        return false;
      }
    }
    return !method.isEmpty();
  }
}
