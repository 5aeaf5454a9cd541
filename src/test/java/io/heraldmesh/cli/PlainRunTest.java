package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What {@link PlainRun} reads is what picocli would have read. */
class PlainRunTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "run --config node.yaml",
        "run --config=node.yaml",
        "run --config /etc/herald/node.yaml",
        "run --config=a=b",
        "run --config run",
        "run --config ü",
        "run --config ."
      })
  void readsThePlainFormAsPicocliDoes(String line) {
    String[] arguments = line.split(" ");
    PlainRun plain = PlainRun.of(arguments);
    CommandLine.ParseResult run = HeraldCommand.commandLine().parseArgs(arguments).subcommand();
    assertThat(plain).isNotNull();
    assertThat((Path) run.matchedOptionValue("--config", null)).isEqualTo(plain.config());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "run",
        "run --config",
        "run --config=",
        "run --config -x",
        "run --config @file",
        "run --config=@file",
        "run --config \"quoted\"",
        "run --config a b",
        "run --config a --roles proxy",
        "run --config a --config b",
        "run --roles=proxy --config=a",
        "run --help x",
        "run -config a",
        "Run --config a",
        "lint --config a",
        "--config a run"
      })
  void leavesEveryOtherFormToPicocli(String line) {
    assertThat(PlainRun.of(line.split(" "))).isNull();
  }

  @Test
  void aNameThatIsNoPathIsPicoclisToRefuse() {
    assertThat(PlainRun.of("run", "--config", "a\0b")).isNull();
    assertThat(PlainRun.of("run", "--config", "")).isNull();
  }
}
