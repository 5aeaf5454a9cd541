package io.heraldmesh.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.tls.MeshProtocol;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
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

  private static final String ENTRY =
      """
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata: {name: httpbin, namespace: shop}
      spec:
        hosts: [%s]
        resolution: DNS
        ports: [{name: http, number: 80, protocol: HTTP}]
      """;

  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: httpbin, namespace: shop}
      spec:
        selector: {app: httpbin}
        ports: [{name: http, port: 80}]
      """;

  @Test
  void aServiceEntryIsCalledByItsHostsAndNeverByItsOwnName() {
    Routes routes = compiled(ENTRY.formatted("httpbin.org, web.shop"));
    assertThat(routes.find("httpbin", 80)).isNull();
    assertThat(routes.find("httpbin.shop", 80)).isNull();
    assertThat(called(routes, "httpbin.org")).isEqualTo("httpbin.org");
    assertThat(called(routes, "web")).isEqualTo("web.shop");
  }

  /** Another entry may have a host of the same one word. */
  @Test
  void theBareNameOfAServiceOfTheOwnNamespaceIsTheServices() {
    for (String hosts : List.of("httpbin.org", "httpbin")) {
      assertThat(called(compiled(SERVICE + "---\n" + ENTRY.formatted(hosts)), "httpbin"))
          .isEqualTo("httpbin.shop.svc.cluster.local");
    }
  }

  @Test
  void aWildcardOfTheOwnNamespaceIsNoBareName() {
    Routes routes = compiled(ENTRY.formatted("\"*.shop\", \"*x.shop\""));
    assertThat(routes.find("anything.shop", 80)).isNotNull();
    assertThat(routes.find("anything", 80)).isNull();
    assertThat(routes.find("x", 80)).isNull();
    assertThat(routes.find("anything.org", 80)).isNull();
  }

  private static @Nullable String called(Routes routes, String host) {
    Route route = routes.find(host, 80);
    return route == null ? null : route.called().host();
  }

  private static Routes compiled(String yaml) {
    return to(
        new MeshCompiler(new TrustDomain("mesh.test"))
            .compile(ResourceReader.read("test.yaml", yaml), List.of())
            .destinations());
  }

  private static Routes to(String... hosts) {
    return to(
        Stream.of(hosts)
            .map(
                host ->
                    new Destination(
                        host, Set.of(host), 443, Protocol.TCP, host, Set.of(), List.of()))
            .toList());
  }

  private static Routes to(List<Destination> destinations) {
    return new Routes(
        destinations,
        SpiffeId.parse("spiffe://mesh.test/ns/shop/sa/web"),
        "shop",
        null,
        true,
        false);
  }
}
