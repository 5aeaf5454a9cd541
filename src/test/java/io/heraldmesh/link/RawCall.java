package io.heraldmesh.link;

import io.heraldmesh.Await;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.link.proto.LinkGrpcClient;
import io.heraldmesh.tls.PartTls;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;

/** What attaching with any certificate is answered. */
final class RawCall {
  private RawCall() {}

  static String status(
      LinkFixture mesh, KeyPair keys, List<X509Certificate> chain, SocketAddress to) {
    PartTls tls =
        new PartTls(
            keys.getPrivate(),
            chain,
            mesh.mesh.bundle(),
            new PeerVerifier(mesh.mesh.crypto()),
            mesh.clock);
    GrpcClient client = GrpcClient.client(mesh.vertx(), tls.http2Client(id -> true));
    return String.valueOf(
        Await.failure(
                client
                    .request(to, LinkGrpcClient.Attach)
                    .compose(
                        request -> {
                          request.write(io.heraldmesh.link.proto.FromNode.getDefaultInstance());
                          return request.response();
                        })
                    .compose(response -> response.end()))
            .getMessage());
  }
}
