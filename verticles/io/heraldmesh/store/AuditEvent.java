package io.heraldmesh.store;

import java.time.Instant;

/**
 * Something that somebody did or was refused. Holds no secret.
 *
 * @param actor the identity of whoever did it
 * @param action such as {@code token.create}
 * @param subject what it was done to
 * @param outcome such as {@code done} or {@code refused}
 * @param detail for people
 */
public record AuditEvent(
    Instant at, String actor, String action, String subject, String outcome, String detail) {

  public AuditEvent {
    Words.text("actor", actor);
    Words.name("action", action);
    Words.text("subject", subject);
    Words.name("outcome", outcome);
    Words.text("detail", detail);
  }
}
