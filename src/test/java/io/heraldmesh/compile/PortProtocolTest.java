package io.heraldmesh.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.ServiceEntry;
import io.heraldmesh.resource.read.ResourceReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a service's port speaks, as Istio selects it. */
class PortProtocolTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name: http, port: 80                                             | HTTP
          name: http-web, port: 80                                         | HTTP
          name: http2, port: 80                                            | HTTP2
          name: http2-web, port: 80                                        | HTTP2
          name: grpc, port: 80                                             | HTTP2
          name: grpc-web, port: 80                                         | HTTP2
          name: https, port: 443                                           | TCP
          name: tls-x, port: 443                                           | TCP
          name: tcp, port: 80                                              | TCP
          name: mysql, port: 80                                            | TCP
          name: mongo, port: 80                                            | TCP
          name: redis-cache, port: 6379                                    | TCP
          name: web, port: 80                                              | AUTO
          name: httpx, port: 80                                            | AUTO
          port: 80                                                         | AUTO
          name: db, port: 3306                                             | TCP
          name: db, port: 27017                                            | TCP
          name: mail, port: 25                                             | TCP
          name: http-db, port: 3306                                        | HTTP
          name: tcp, port: 80, appProtocol: http                           | HTTP
          name: http, port: 80, appProtocol: tcp                           | TCP
          name: http, port: 80, appProtocol: GRPC                          | HTTP2
          name: http, port: 80, appProtocol: grpc-web                      | HTTP2
          name: http, port: 80, appProtocol: https                         | TCP
          name: http, port: 80, appProtocol: kubernetes.io/h2c             | HTTP2
          name: tcp, port: 80, appProtocol: kubernetes.io/ws               | HTTP
          name: http, port: 80, appProtocol: kubernetes.io/wss             | TCP
          name: http, port: 80, appProtocol: example.com/own               | AUTO
          """)
  void ofAService(String port, Protocol spoken) {
    Service service =
        ResourceReader.read(
                "service.yaml",
                """
                apiVersion: v1
                kind: Service
                metadata: {name: s, namespace: a}
                spec: {selector: {app: s}, ports: [{%s}]}
                """
                    .formatted(port))
            .of(Service.class)
            .getFirst();
    assertThat(PortProtocol.of(service.ports().getFirst())).isEqualTo(spoken);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name: x, number: 80, protocol: HTTP          | HTTP
          name: x, number: 80, protocol: HTTP2         | HTTP2
          name: x, number: 80, protocol: GRPC          | HTTP2
          name: x, number: 80, protocol: GRPC-WEB      | HTTP2
          name: x, number: 443, protocol: HTTPS        | TCP
          name: x, number: 443, protocol: TLS          | TCP
          name: x, number: 80, protocol: TCP           | TCP
          name: x, number: 80, protocol: MONGO         | TCP
          name: http-x, number: 80                     | HTTP
          name: x, number: 3306                        | TCP
          name: x, number: 80                          | AUTO
          """)
  void ofAServiceEntry(String port, Protocol spoken) {
    ServiceEntry entry =
        ResourceReader.read(
                "entry.yaml",
                """
                apiVersion: networking.istio.io/v1
                kind: ServiceEntry
                metadata: {name: s, namespace: a}
                spec: {hosts: [x.test], resolution: DNS, ports: [{%s}]}
                """
                    .formatted(port))
            .of(ServiceEntry.class)
            .getFirst();
    assertThat(PortProtocol.of(entry.ports().getFirst())).isEqualTo(spoken);
  }
}
