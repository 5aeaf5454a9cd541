package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.MeshConfig;
import io.heraldmesh.resource.MeshConfig.Normalization;
import io.heraldmesh.resource.MeshConfig.TlsProtocol;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Located;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The mesh configuration, in both of its forms. */
class MeshConfigDecoderTest {
  private static final String FIELDS =
      """
      trustDomain: mesh.test
      trustDomainAliases: [old.test]
      rootNamespace: root
      pathNormalization: {normalization: MERGE_SLASHES}
      enableAutoMtls: false
      outboundTrafficPolicy: {mode: REGISTRY_ONLY}
      meshMTLS: {minProtocolVersion: TLSV1_3}
      defaultConfig:
        discoveryAddress: istiod.istio-system.svc:15012
        gatewayTopology: {numTrustedProxies: 2}
      """;
  private static final String CONFIG_MAP =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: istio, namespace: istio-system}
      data:
        meshNetworks: 'networks: {}'
        mesh: |-
      """;

  @Test
  void everyFieldIsReadFromHeraldsKind() {
    assertComplete(Lines.read(MeshConfig.class, "MeshConfig", FIELDS));
  }

  @Test
  void everyFieldIsReadFromIstiosConfigMap() {
    MeshConfig read = Lines.only(MeshConfig.class, CONFIG_MAP + FIELDS.indent(4));
    assertComplete(read);
    assertThat(Objects.requireNonNull(read.trustDomain()).at().line()).isEqualTo(7);
    assertThat(Objects.requireNonNull(read.trustDomain()).at().field())
        .isEqualTo("data.mesh.trustDomain");
  }

  private static void assertComplete(MeshConfig read) {
    assertThat(read.trustDomain()).extracting(Located::value).isEqualTo("mesh.test");
    assertThat(read.trustDomainAliases()).extracting(Located::value).containsExactly("old.test");
    assertThat(read.rootNamespace()).isEqualTo("root");
    assertThat(read.pathNormalization()).isEqualTo(Normalization.MERGE_SLASHES);
    assertThat(read.enableAutoMtls()).isFalse();
    assertThat(read.registryOnly()).isTrue();
    assertThat(read.minProtocolVersion()).isEqualTo(TlsProtocol.TLSV1_3);
    assertThat(read.numTrustedProxies()).isEqualTo(2);
  }

  @Test
  void withoutAConfigurationTheDefaultsHold() {
    assertThat(Resources.NONE.meshConfig()).isSameAs(MeshConfig.DEFAULT);
    MeshConfig read = Lines.read(MeshConfig.class, "MeshConfig", "{}");
    assertThat(read.trustDomain()).isNull();
    assertThat(read.rootNamespace()).isEqualTo("istio-system");
    assertThat(read.pathNormalization()).isEqualTo(Normalization.BASE);
    assertThat(read.enableAutoMtls()).isTrue();
    assertThat(read.registryOnly()).isFalse();
    assertThat(read.minProtocolVersion()).isEqualTo(TlsProtocol.TLSV1_2);
  }

  @Test
  void metadataMayBeLeftOut() {
    assertThat(Lines.problems("apiVersion: herald.io/v1alpha1\nkind: MeshConfig\nspec: {}\n"))
        .isEmpty();
  }

  @Test
  void aProblemInAConfigMapStandsAtItsLineOfTheFile() {
    assertThat(Lines.problems(CONFIG_MAP + "    rootNamespace: r\n    trustDomian: x\n"))
        .containsExactly("8 error HLD0101 data.mesh.trustDomian");
    assertThat(Lines.problems(CONFIG_MAP + "    a: b\n    c: [\n"))
        .anyMatch(p -> p.endsWith("HLD0006 data.mesh.c") || p.contains("HLD0006 data.mesh"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trustDomain: Mesh.Test                        | 5 error HLD0510 spec.trustDomain",
        "trustDomain: ''                               | 5 error HLD0110 spec.trustDomain",
        "trustDomainAliases: [a/b]                     | 5 error HLD0510"
            + " spec.trustDomainAliases[0]",
        "pathNormalization: {normalization: base}      | 5 error HLD0104"
            + " spec.pathNormalization.normalization",
        "outboundTrafficPolicy: {mode: DENY_ALL}       | 5 error HLD0104"
            + " spec.outboundTrafficPolicy.mode",
        "meshMTLS: {minProtocolVersion: TLSV1_1}       | 5 error HLD0104"
            + " spec.meshMTLS.minProtocolVersion",
        "meshMTLS: {cipherSuites: [x]}                 | 5 error HLD0107"
            + " spec.meshMTLS.cipherSuites",
        "extensionProviders: []                        | 5 error HLD0107 spec.extensionProviders",
        "caCertificates: []                            | 5 error HLD0107 spec.caCertificates",
        "accessLogFile: /dev/stdout                    | 5 warning HLD0112 spec.accessLogFile",
        "enableAutoMTLS: true                          | 5 error HLD0101 spec.enableAutoMTLS",
        "defaultConfig: {gatewayTopology: {numTrustedProxies: -1}} | 5 error HLD0105"
            + " spec.defaultConfig.gatewayTopology.numTrustedProxies"
      })
  void whatHeraldDoesNotDoItDoesNotAccept(String spec, String problem) {
    assertThat(Lines.problems("MeshConfig", spec)).containsExactly(problem);
  }

  @Test
  void thereIsOneMeshConfiguration() {
    String two =
        "apiVersion: herald.io/v1alpha1\nkind: MeshConfig\nspec: {}\n---\n"
            + CONFIG_MAP
            + "    {}\n";
    assertThat(Lines.problems(two)).containsExactly("7 error HLD0701 metadata.name");
  }

  @Test
  void aConfigMapOfThisNameInAnyOtherNamespaceIsNotRead() {
    String other = CONFIG_MAP.replace("istio-system", "shop");
    assertThat(Lines.problems(other + "    trustDomain: shop.test\n"))
        .containsExactly("1 warning HLD0201 ");
    assertThat(
            Lines.problems(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: a}"))
        .containsExactly("1 warning HLD0201 ");
  }

  @Test
  void theRootNamespaceMayBeAnotherOne() {
    String own = CONFIG_MAP.replace("istio-system", "root") + FIELDS.indent(4);
    assertComplete(Lines.only(MeshConfig.class, own));
    String unsaid = CONFIG_MAP.replace(", namespace: istio-system", "") + FIELDS.indent(4);
    assertComplete(Lines.only(MeshConfig.class, unsaid));
  }

  @Test
  void theRootNamespaceIsANameOfANamespace() {
    assertThat(Lines.problems("MeshConfig", "rootNamespace: Not_A.name"))
        .containsExactly("5 error HLD0203 spec.rootNamespace");
  }

  @Test
  void anotherConfigMapIsNotRead() {
    assertThat(Lines.problems("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {}\n"))
        .containsExactly("1 warning HLD0201 ");
  }
}
