package io.heraldmesh.resource.read;

import io.heraldmesh.resource.AuthenticationPolicy.Peer;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.List;

/** {@code peers}. Source: Istio authentication/v1alpha1 policy.proto, MutualTls. */
final class PeersDecoder {
  private PeersDecoder() {}

  static Located<Peer> decode(Value peers) {
    List<Value> methods = peers.items();
    for (Value more : methods.stream().skip(1).toList()) {
      more.problem(ProblemCode.CONFLICT, "there is an mtls before it; one is all that can count");
    }
    List<Located<Peer>> read = methods.stream().map(m -> m.decode(PeersDecoder::method)).toList();
    return read.isEmpty() ? new Located<>(Peer.NONE, peers.at()) : read.getFirst();
  }

  private static Located<Peer> method(Fields f) {
    Value jwt = f.optional("jwt");
    if (jwt.isPresent()) {
      jwt.problem(ProblemCode.PEER_METHOD, "a caller's service cannot be authenticated by a token");
      f.ignore("mtls");
      return new Located<>(Peer.STRICT, f.at());
    }
    Value mtls = f.required("mtls");
    // "mtls:" alone and "mtls: null" are how Istio's own pages write STRICT
    return mtls.isNull() || !mtls.isPresent()
        ? new Located<>(Peer.STRICT, mtls.at())
        : mtls.decode(PeersDecoder::mtls);
  }

  private static Located<Peer> mtls(Fields f) {
    Value mode = f.optional("mode");
    Value allowTls = f.optional("allowTls", "allow_tls");
    Mode read = mode.oneOf(Mode.class, Mode.STRICT).value();
    if (allowTls.bool(false)) {
      allowTls.problem(
          ProblemCode.TAKES_PLAIN_TEXT, "allowTls takes plain text too, as PERMISSIVE does");
      return new Located<>(Peer.PERMISSIVE, allowTls.at());
    }
    return new Located<>(
        read == Mode.STRICT ? Peer.STRICT : Peer.PERMISSIVE, mode.isPresent() ? mode.at() : f.at());
  }

  /** {@code mtls.mode}, as it is written. */
  private enum Mode {
    STRICT,
    PERMISSIVE
  }
}
