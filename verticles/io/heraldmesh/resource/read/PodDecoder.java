package io.heraldmesh.resource.read;

import io.heraldmesh.resource.Deployment;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.Pod;
import io.heraldmesh.resource.PodSpec;
import io.heraldmesh.resource.yaml.Fields;
import java.util.List;
import java.util.Map;

/** Pods and Deployments, as far as identity, labels and ports need them. */
final class PodDecoder {
  private PodDecoder() {}

  static Pod pod(Fields document) {
    Metadata metadata = MetadataDecoder.namespaced(document);
    return new Pod(metadata, spec(document, metadata.labels()));
  }

  static Deployment deployment(Fields document) {
    return new Deployment(
        MetadataDecoder.namespaced(document),
        document.optional("spec").decode(spec -> spec.optional("template").decode(PodDecoder::of)));
  }

  private static PodSpec of(Fields template) {
    Map<String, String> labels =
        template.optional("metadata").decode(m -> m.optional("labels").textMap());
    return spec(template, labels);
  }

  private static PodSpec spec(Fields owner, Map<String, String> labels) {
    return owner
        .optional("spec")
        .decode(
            spec -> {
              String account = spec.optional("serviceAccountName").text().value();
              List<List<PodSpec.Port>> ports =
                  spec.optional("containers").list(c -> c.optional("ports").list(PodDecoder::port));
              return new PodSpec(
                  labels,
                  account.isEmpty() ? "default" : account,
                  ports.stream().flatMap(List::stream).toList());
            });
  }

  private static PodSpec.Port port(Fields f) {
    return new PodSpec.Port(
        f.optional("name").text().value(),
        f.required("containerPort").integer(1, Ports.MAX, 1).value());
  }
}
