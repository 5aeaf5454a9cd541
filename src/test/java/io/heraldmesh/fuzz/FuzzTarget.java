package io.heraldmesh.fuzz;

import java.util.Locale;

/** The five parsers that are fuzzed; the name in lower case is that of the folder of inputs. */
enum FuzzTarget {
  YAML(YamlFuzz::fuzzerTestOneInput),
  JWT(JwtFuzz::fuzzerTestOneInput),
  X509(X509Fuzz::fuzzerTestOneInput),
  HTTP(HttpFuzz::fuzzerTestOneInput),
  XFCC(XfccFuzz::fuzzerTestOneInput);

  @SuppressWarnings("ImmutableEnumChecker") // a method without state
  private final Input input;

  FuzzTarget(Input input) {
    this.input = input;
  }

  String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws Throwable what the target found
   */
  void run(byte[] data) throws Throwable {
    input.run(data);
  }

  private interface Input {
    void run(byte[] data) throws Throwable;
  }
}
