package io.heraldmesh.capture;

import java.io.Serial;

/** The system's rules could not be read or changed. The message says what to do. */
public final class CaptureFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public CaptureFailure(String message) {
    super(message);
  }
}
