package io.heraldmesh.bus;

/** Bytes that are not the message they should be. The text holds nothing of the content. */
public final class MalformedMessage extends Exception {
  private static final long serialVersionUID = 1L;

  private final String text;

  public MalformedMessage(String message) {
    super(message);
    this.text = message;
  }

  @Override
  public String getMessage() {
    return text;
  }
}
