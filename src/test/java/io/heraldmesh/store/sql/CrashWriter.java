package io.heraldmesh.store.sql;

import io.heraldmesh.PostgresServer;
import io.heraldmesh.store.ApplyResult;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.ResourceChange;
import io.heraldmesh.store.ResourceChange.Expected;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoredResource;
import io.heraldmesh.store.TokenSecret;
import io.heraldmesh.store.TokenUse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * A process that changes a store without end, until it is killed, and prints each change once it
 * was accepted. Arguments: {@code sqlite FILE ROUND} or {@code postgres HOST SCHEMA ROUND}.
 */
final class CrashWriter {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Store store;
  private final String round;

  private CrashWriter(Store store, String round) {
    this.store = store;
    this.round = round;
  }

  public static void main(String[] args) {
    Store store =
        args[0].equals("sqlite")
            ? SqliteStore.open(Path.of(args[1]))
            : PostgresStore.open(settings(args[1], args[2]));
    CrashWriter writer = new CrashWriter(store, args[args.length - 1]);
    say("ready");
    for (int thread = 0; thread < 2; thread++) {
      String mine = Integer.toString(thread);
      writer.forever(number -> writer.issue(mine + "-" + number));
      writer.forever(number -> writer.apply(mine));
    }
    writer.forever(number -> writer.token());
    writer.forever(number -> say("revision " + show(store.revisions().next())));
  }

  static PostgresSettings settings(String host, String schema) {
    return new PostgresSettings(
        List.of(host),
        "postgres",
        schema,
        PostgresServer.USER,
        () -> PostgresServer.PASSWORD,
        false,
        null,
        8);
  }

  private interface Change {
    void make(long number);
  }

  /** A database that is away for a while is asked again; what it then holds is looked up first. */
  private void forever(Change change) {
    Thread.ofPlatform()
        .start(
            () -> {
              for (long number = 0; ; number++) {
                try {
                  change.make(number);
                } catch (StoreException e) {
                  requirePassing(e);
                } catch (CompletionException e) {
                  requirePassing(e.getCause() == null ? e : e.getCause());
                }
              }
            });
  }

  private static void requirePassing(Throwable e) {
    if (!(e instanceof StoreException failure && failure.mayPass())) {
      say("broken " + e);
    }
  }

  private void issue(String number) {
    String serial = round + "-" + number;
    Instant now = Instant.now();
    store
        .issuanceLog()
        .append(
            List.of(
                new IssuanceRecord(
                    serial, "spiffe://mesh.test/a", "n", now, now, now, "ab".repeat(32), "x")))
        .thenRun(() -> say("serial " + serial))
        .join();
  }

  /** Counts up in a resource that other rounds counted up before. */
  private void apply(String thread) {
    ResourceKey key = new ResourceKey("v/Count", "ns", "r" + thread);
    StoredResource there = store.resources().get(key).orElse(null);
    long next = there == null ? 1 : Long.parseLong(String.valueOf(there.content())) + 1;
    Expected expected = there == null ? new Expected.Absent() : new Expected.At(there.revision());
    ApplyResult result =
        store
            .resources()
            .apply(
                List.of(new ResourceChange(key, Long.toString(next), expected)),
                round,
                Instant.now());
    if (result instanceof ApplyResult.Applied applied) {
      say("resource " + key.name() + " " + next + " " + show(applied.revision()));
    } else {
      say("broken conflict without a rival " + result);
    }
  }

  private void token() {
    String hash = TokenSecret.random(RANDOM).hash();
    Instant now = Instant.now();
    store
        .tokens()
        .create(
            new JoinToken(
                hash,
                "n" + round,
                "node",
                Set.of("ns/sa"),
                Set.of("10.0.0.1"),
                "x",
                now,
                now.plus(Duration.ofDays(1)),
                null));
    say("token " + hash);
    if (store.tokens().use(hash, "n" + round, "key" + round, now) instanceof TokenUse.Accepted) {
      say("used " + hash + " key" + round);
    }
  }

  private static String show(Revision revision) {
    return revision.epoch() + "." + revision.number();
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
