package io.heraldmesh.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** What the walk needs of the running mesh. */
interface Mesh {
  /** The outbound port of a workload: whoever calls it speaks as that workload. */
  int outbound(String workload);

  /** The inbound port of a workload's proxy: what stands open to the network. */
  int inbound(String workload);

  SampleService service(String workload);

  TokenIssuer issuer();

  /** The watched folder of policies. */
  Path folder();

  /** Rewrites one file of the watched folder, as an editor would. */
  void edit(String file, UnaryOperator<String> change) throws IOException;

  /** Asks the authority for new leaves of these workloads, now; returns when they are held. */
  void renew(String... workloads);
}
