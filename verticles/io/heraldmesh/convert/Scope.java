package io.heraldmesh.convert;

import java.util.List;
import java.util.Map;

/**
 * What converted resources are for.
 *
 * @param name for resources that are made for it
 * @param labels of the workloads; none: all of the namespace
 * @param ports of the workloads; none: all
 * @param notPorts left out, because they speak TCP
 */
record Scope(
    String namespace,
    String name,
    Map<String, String> labels,
    List<Integer> ports,
    List<Integer> notPorts) {}
