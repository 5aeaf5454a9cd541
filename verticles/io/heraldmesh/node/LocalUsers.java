package io.heraldmesh.node;

import io.heraldmesh.proxy.capture.RunAs;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Users of this machine, as its own tools know them: from files, LDAP or wherever. */
public final class LocalUsers {
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");
  private static final Pattern UID = Pattern.compile("0|[1-9][0-9]{0,9}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.@-]{0,254}\\$?");

  private LocalUsers() {}

  /** A user's name or number; null when none is written, or none of that name is there. */
  static @Nullable RunAs read(Value value) {
    if (!value.isPresent()) {
      return null;
    }
    String user = value.isNumber() ? value.peekText() : value.nonEmptyText().value();
    Long uid = user.isEmpty() ? null : uid(user);
    if (uid == null && !user.isEmpty()) {
      value.problem(
          ProblemCode.INVALID,
          Shown.quoted(user) + " " + refusal(user),
          "name the local user that the workload's processes run as");
    }
    return uid == null ? null : new RunAs(user, uid);
  }

  /** Null: there is none of that name or number, as {@link #refusal} says. */
  public static @Nullable Long uid(String user) {
    if (NUMBER.matcher(user).matches()) {
      return number(user);
    }
    return NAME.matcher(user).matches() ? ask(user) : null;
  }

  /** Why {@code user}, which has no uid, is none. */
  public static String refusal(String user) {
    return NUMBER.matcher(user).matches()
        ? "is no uid: those are 0 to " + RunAs.MOST + ", without zeros before them"
        : "is no user of this machine";
  }

  private static @Nullable Long number(String digits) {
    if (!UID.matcher(digits).matches()) {
      return null;
    }
    long uid = Long.parseLong(digits);
    return uid <= RunAs.MOST ? uid : null;
  }

  private static @Nullable Long ask(String name) {
    try {
      Process id =
          new ProcessBuilder("id", "-u", "--", name)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      id.getOutputStream().close();
      String said = new String(id.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return id.waitFor() == 0 ? number(said.strip()) : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
