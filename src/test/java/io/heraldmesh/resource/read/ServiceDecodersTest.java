package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.ServiceEntry;
import io.heraldmesh.resource.ServiceEntry.Location;
import io.heraldmesh.resource.ServiceEntry.Resolution;
import io.heraldmesh.resource.WorkloadEntry;
import io.heraldmesh.resource.problem.Located;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Service, ServiceEntry and WorkloadEntry: what can be called, and where it runs. */
class ServiceDecodersTest {

  @Test
  void aServiceIsReadAsFarAsItMatters() {
    Service read =
        Lines.read(
            Service.class,
            "Service",
            """
            selector: {app: shop}
            clusterIP: None
            sessionAffinity: ClientIP
            ports:
            - {name: http, port: 80, targetPort: 8080, nodePort: 30000}
            - {name: grpc, port: 81, targetPort: web, appProtocol: grpc}
            - {port: 53, protocol: UDP}
            """);
    assertThat(read.selector()).isEqualTo(Map.of("app", "shop"));
    assertThat(read.headless()).isTrue();
    assertThat(read.externalName()).isNull();
    assertThat(read.ports()).extracting(Service.Port::targetPort).containsExactly(8080, 0, 53);
    assertThat(read.ports().get(1).targetPortName()).isEqualTo("web");
    assertThat(read.ports().get(1).appProtocol()).isEqualTo("grpc");
    assertThat(read.ports())
        .extracting(Service.Port::protocol)
        .containsExactly("TCP", "TCP", "UDP");
  }

  @Test
  void whatIsReadOfAServiceMustStillBeRight() {
    assertThat(Lines.problems("Service", "ports: [{port: 0}]"))
        .containsExactly("5 error HLD0105 spec.ports[0].port");
    assertThat(Lines.problems("Service", "ports: [{name: x}]"))
        .containsExactly("5 error HLD0102 spec.ports[0].port");
    assertThat(Lines.problems("Service", "type: ExternalName"))
        .containsExactly("4 error HLD0102 spec.externalName");
  }

  @Test
  void aServiceEntryIsRead() {
    ServiceEntry read =
        Lines.read(
            ServiceEntry.class,
            "ServiceEntry",
            """
            hosts: [shop.test, "*.shop.test"]
            addresses: [10.1.0.0/16]
            location: MESH_INTERNAL
            resolution: STATIC
            exportTo: ["*"]
            ports: [{name: http, number: 80, protocol: http, targetPort: 8080}, {name: t, number: 1}]
            endpoints: [{address: 10.0.0.1, serviceAccount: shop, ports: {http: 8081}, labels: {v: a}}]
            subjectAltNames: [spiffe://td/ns/a/sa/b]
            """);
    assertThat(read.hosts()).extracting(Located::value).containsExactly("shop.test", "*.shop.test");
    assertThat(read.location()).isEqualTo(Location.MESH_INTERNAL);
    assertThat(read.resolution()).isEqualTo(Resolution.STATIC);
    assertThat(read.ports()).extracting(ServiceEntry.Port::protocol).containsExactly("HTTP", "");
    assertThat(read.ports()).extracting(ServiceEntry.Port::targetPort).containsExactly(8080, 1);
    assertThat(read.endpoints().getFirst().ports()).isEqualTo(Map.of("http", 8081));
    assertThat(read.endpoints().getFirst().serviceAccount())
        .extracting(Located::value)
        .isEqualTo("shop");
    assertThat(read.workloadSelector()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                  | 4 error HLD0102 spec.hosts",
        "hosts: []                                           | 5 error HLD0110 spec.hosts",
        "hosts: ['*']                                        | 5 error HLD0602 spec.hosts[0]",
        "hosts: ['a b']                                      | 5 error HLD0602 spec.hosts[0]",
        "{hosts: [a], workloadSelector: {labels: {a: '*'}}}  | 5 error HLD0205"
            + " spec.workloadSelector.labels.a",
        "{hosts: [a], workloadSelector: {}, resolution: STATIC, endpoints: [{address: 1.2.3.4}]} |"
            + " 5 error HLD0604 spec.endpoints",
        "{hosts: [a], endpoints: [{address: 1.2.3.4}]}       | 5 error HLD0604 spec.endpoints",
        "{hosts: [a], resolution: DNS_ROUND_ROBIN, endpoints: [{address: a}, {address: b}]} | 5"
            + " error HLD0604 spec.endpoints",
        "{hosts: [a], resolution: DNS, addresses: [1.2.0.0/16]} | 5 error HLD0601"
            + " spec.addresses[0]",
        "{hosts: [a], addresses: [x]}                        | 5 error HLD0503 spec.addresses[0]",
        "{hosts: [a], ports: [{name: a, number: 1}, {name: a, number: 2}]} | 5 error HLD0603"
            + " spec.ports[1]",
        "{hosts: [a], ports: [{name: a, number: 1}, {name: b, number: 1}]} | 5 error HLD0603"
            + " spec.ports[1]",
        "{hosts: [a], ports: [{name: a, number: 99999}]}     | 5 error HLD0105"
            + " spec.ports[0].number",
        "{hosts: [a], ports: [{name: a, number: 1, targetPort: 99999}]} | 5 error HLD0105"
            + " spec.ports[0].targetPort",
        "{hosts: [a], location: MESH}                        | 5 error HLD0104 spec.location",
        "{hosts: [a], exportTo: [.]}                         | 5 error HLD0107 spec.exportTo"
      })
  void aWrongServiceEntryIsRefusedAtItsField(String spec, String problem) {
    assertThat(Lines.problems("ServiceEntry", spec)).containsExactly(problem);
  }

  @Test
  void aWorkloadEntryIsRead() {
    WorkloadEntry read =
        Lines.read(
            WorkloadEntry.class,
            "WorkloadEntry",
            "{address: 10.0.0.1, serviceAccount: shop, labels: {app: shop}, ports: {http: 8080}}");
    assertThat(read.spec().address().value()).isEqualTo("10.0.0.1");
    assertThat(read.spec().labels()).isEqualTo(Map.of("app", "shop"));
    assertThat(Lines.problems("WorkloadEntry", "address: vm.test")).isEmpty();
    assertThat(Lines.problems("WorkloadEntry", "address: 2001:db8::1")).isEmpty();
    assertThat(Lines.problems("WorkloadEntry", "address: unix:///run/x.sock")).isEmpty();
    assertThat(Lines.problems("WorkloadEntry", "address: unix://@x")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                            | 4 error HLD0102 spec.address",
        "address: ''                                   | 5 error HLD0601 spec.address",
        "address: 'a b'                                | 5 error HLD0601 spec.address",
        "address: 'unix://x'                           | 5 error HLD0601 spec.address",
        "address: 'unix:///x/'                         | 5 error HLD0601 spec.address",
        "{address: 'unix://@x', ports: {http: 80}}     | 5 error HLD0114 spec.ports",
        "{address: 1.1.1.1, ports: {http: 99999}}      | 5 error HLD0105 spec.ports.http",
        "{address: 1.1.1.1, ports: {'@': 80}}          | 5 error HLD0113 spec.ports[\"@\"]",
        "{address: 1.1.1.1, weight: 2}                 | 5 error HLD0107 spec.weight",
        "{address: 1.1.1.1, serviceAccount: a/b}       | 5 error HLD0203 spec.serviceAccount"
      })
  void aWrongWorkloadEntryIsRefusedAtItsField(String spec, String problem) {
    assertThat(Lines.problems("WorkloadEntry", spec)).containsExactly(problem);
  }
}
