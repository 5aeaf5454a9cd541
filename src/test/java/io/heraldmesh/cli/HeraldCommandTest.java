package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What holds for all commands of {@code herald}. */
class HeraldCommandTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"--help", "help", "help lint", "run --help", "state --help", "token --help"})
  void whoAsksForHelpGetsTheUsageAndExitCode0(String words) {
    CommandRun run = CommandRun.of((Object[]) words.split(" ", -1));
    assertThat(run.code()).isZero();
    assertThat(run.out()).startsWith("Usage: herald");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void everyCommandHasHelp() {
    assertHelp(HeraldCommand.commandLine());
  }

  private static void assertHelp(CommandLine command) {
    String name = command.getCommandSpec().qualifiedName();
    assertThat(command.getCommandSpec().findOption("--help")).as(name).isNotNull();
    command.getSubcommands().values().forEach(HeraldCommandTest::assertHelp);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "help", "lint --help", "--version"})
  void whatCannotBeWrittenMakesTheExitCode3(String words) {
    StringWriter err = new StringWriter();
    int code =
        HeraldCommand.commandLine()
            .setOut(new PrintWriter(new Full()))
            .setErr(new PrintWriter(err))
            .execute(words.split(" ", -1));
    assertThat(code).isEqualTo(3);
    assertThat(err.toString()).contains("standard output could not be written");
  }

  /** A device that takes nothing. */
  private static final class Full extends Writer {
    @Override
    public void write(char[] text, int from, int length) throws IOException {
      throw new IOException("No space left on device");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
