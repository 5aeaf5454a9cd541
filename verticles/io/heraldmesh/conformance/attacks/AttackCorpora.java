package io.heraldmesh.conformance.attacks;

import io.heraldmesh.conformance.Corpus;
import java.util.List;

/** The corpora of {@code attacks/}. */
public final class AttackCorpora {
  private AttackCorpora() {}

  public static List<Corpus> all() {
    return List.of(
        new SignatureVectors(),
        new JoseVectors(),
        new JoseExamples(),
        new JwtAttacks(),
        new PathNormalizations(),
        new AuthorizationAttacks(),
        new SpiffeChains(),
        new LimboPaths(),
        new CsrAttacks(),
        new BadYaml());
  }
}
