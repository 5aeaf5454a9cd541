package io.heraldmesh.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.tls.MeshProtocol;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What names lead to; connections are shared between calls whose targets are equal. */
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

  @ParameterizedTest
  @CsvSource({
    "prod.example.com, *prod.example.com",
    "shop-prod.example.com, *prod.example.com",
    "a.b.prod.example.com, *.b.prod.example.com",
    "b.prod.example.com, *prod.example.com",
    "very-prod.example.com, *very-prod.example.com",
    "a.very-prod.example.com, *very-prod.example.com",
    "exact-prod.example.com, exact-prod.example.com",
    "test.example.com, *.example.com",
    "xprod, *prod",
    "example.com, ",
    "prod.example.com.other, ",
    "prod.example.co, "
  })
  void aStarStandsForWhateverComesBeforeAndTheLongestNameCounts(
      String host, @Nullable String declared) {
    Routes routes =
        to(
            "*prod",
            "*.example.com",
            "*prod.example.com",
            "*very-prod.example.com",
            "*.b.prod.example.com",
            "exact-prod.example.com");

    Route found = routes.find(host, 443);
    assertThat(found == null ? null : found.destination().service()).isEqualTo(declared);
    assertThat(routes.tls(host)).isSameAs(found);
    assertThat(routes.find(host, 444)).isNull();
  }

  private static Routes to(String... hosts) {
    return new Routes(
        Stream.of(hosts)
            .map(
                host ->
                    new Destination(
                        host, Set.of(host), 443, Protocol.TCP, host, Set.of(), List.of()))
            .toList(),
        SpiffeId.parse("spiffe://mesh.test/ns/shop/sa/web"),
        "shop",
        null,
        true,
        false);
  }
}
