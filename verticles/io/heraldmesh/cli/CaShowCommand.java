package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.ca.AuthorityException;
import io.heraldmesh.ca.IssuerFolder;
import io.heraldmesh.ca.RootFile;
import io.heraldmesh.node.UsageException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald ca show}: which certificates there are; never a key, and needs no passphrase. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Show the certificates of a root file, or of a control node's folder.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CaShowCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Source source;

  /** One of them. */
  static final class Source {
    @Option(names = "--root", paramLabel = "FILE", description = "That herald ca init made.")
    private @Nullable Path root;

    @Option(
        names = {"--cacerts", "--out"},
        paramLabel = "DIR",
        description = "A control node's folder.")
    private @Nullable Path cacerts;
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private LintCommand.Output output = LintCommand.Output.text;

  private enum Kind {
    ROOT,
    ISSUER;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private record Shown(Kind kind, CertificateView certificate) {}

  @Override
  public Integer call() {
    List<Shown> shown;
    try {
      shown = read();
    } catch (AuthorityException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    switch (output) {
      case text ->
          shown.forEach(
              s ->
                  spec.commandLine()
                      .getOut()
                      .println(s.kind().word() + " " + s.certificate().text()));
      case json -> {
        ObjectNode answer = new ObjectMapper().createObjectNode();
        ArrayNode certificates = answer.putArray("certificates");
        shown.forEach(s -> certificates.add(s.certificate().json().put("kind", s.kind().word())));
        spec.commandLine().getOut().println(answer);
      }
    }
    return 0;
  }

  private List<Shown> read() {
    if (source.root != null) {
      return List.of(
          new Shown(
              Kind.ROOT, CertificateView.of(RootFile.certificate(source.root.toAbsolutePath()))));
    }
    IssuerFolder folder = new IssuerFolder(Objects.requireNonNull(source.cacerts).toAbsolutePath());
    List<Shown> shown = new ArrayList<>();
    for (X509Certificate root : folder.roots()) {
      shown.add(new Shown(Kind.ROOT, CertificateView.of(root)));
    }
    shown.add(new Shown(Kind.ISSUER, CertificateView.of(folder.issuer())));
    return shown;
  }
}
