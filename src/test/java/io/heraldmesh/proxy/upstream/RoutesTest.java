package io.heraldmesh.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.tls.MeshProtocol;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections are shared between calls whose targets are equal. */
class RoutesTest {
  private static final InetSocketAddress SOMEWHERE = new InetSocketAddress("203.0.113.5", 50051);

  private static Routes routes(String workload, @Nullable Routes before) {
    SpiffeId source = SpiffeId.parse("spiffe://mesh.test/ns/shop/sa/" + workload);
    return new Routes(List.of(), source, "shop", before, true, false);
  }

  @ParameterizedTest
  @EnumSource(MeshProtocol.class)
  void whatTwoWorkloadsPassOnNeverSharesAConnection(MeshProtocol protocol) {
    Target one = routes("web", null).elsewhere(protocol, SOMEWHERE).target();
    Target other = routes("pay", null).elsewhere(protocol, SOMEWHERE).target();

    assertThat(one).isNotEqualTo(other);
  }

  @ParameterizedTest
  @EnumSource(MeshProtocol.class)
  void whatOneWorkloadPassesOnDoesAlsoUnderItsNextSnapshot(MeshProtocol protocol) {
    Routes first = routes("web", null);
    Target before = first.elsewhere(protocol, SOMEWHERE).target();
    Target after = routes("web", first).elsewhere(protocol, SOMEWHERE).target();

    assertThat(after).isEqualTo(before);
  }
}
