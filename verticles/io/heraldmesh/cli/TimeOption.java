package io.heraldmesh.cli;

import io.heraldmesh.resource.yaml.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A duration on the command line, in the form of node files: {@code 30s}, {@code 1h30m}. */
final class TimeOption implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    return Durations.parse(text)
        .orElseThrow(
            () -> new TypeConversionException("'" + text + "' is no time such as 30s or 2m"));
  }
}
