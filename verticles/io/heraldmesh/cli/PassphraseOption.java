package io.heraldmesh.cli;

import io.heraldmesh.ca.AuthorityException;
import io.heraldmesh.ca.Passphrase;
import io.heraldmesh.node.StartFailure;
import io.heraldmesh.node.UsageException;
import java.io.Console;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The root's passphrase: from a file, or asked for on the terminal; never an argument. */
final class PassphraseOption {
  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description = "Its first line (0600); without it the passphrase is asked for.")
  private @Nullable Path file;

  /** Does {@code work} with the passphrase, which is wiped after it. */
  <T> T with(Function<char[], T> work) {
    return with(false, work);
  }

  /** As {@link #with}; a terminal asks twice, as there is nothing yet to try it on. */
  <T> T withNew(Function<char[], T> work) {
    return with(true, work);
  }

  private <T> T with(boolean fresh, Function<char[], T> work) {
    char[] passphrase = file == null ? asked(fresh) : from(file);
    try {
      return work.apply(passphrase);
    } catch (AuthorityException e) {
      throw StartFailure.cannotStart(String.valueOf(e.getMessage()));
    } finally {
      Arrays.fill(passphrase, '\0');
    }
  }

  private static char[] from(Path file) {
    try {
      return Passphrase.read(file);
    } catch (AuthorityException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static char[] asked(boolean fresh) {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      throw new UsageException(
          "there is no terminal to ask for the passphrase; give --passphrase-file");
    }
    char[] passphrase = read(console, "Passphrase of the root: ");
    if (fresh) {
      char[] again = read(console, "Once more: ");
      boolean same = Arrays.equals(passphrase, again);
      Arrays.fill(again, '\0');
      if (!same) {
        Arrays.fill(passphrase, '\0');
        throw new UsageException("the two passphrases differ");
      }
    }
    return passphrase;
  }

  private static char[] read(Console console, String prompt) {
    char[] read = console.readPassword("%s", prompt);
    if (read == null || read.length == 0) {
      throw new UsageException("no passphrase was given");
    }
    return read;
  }
}
