package io.heraldmesh.conformance.template;

/** A template says something that is not understood, or asks for a value that is not there. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TemplateException(String message) {
    super(message);
  }
}
