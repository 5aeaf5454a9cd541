package io.heraldmesh.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * Hosts on one machine: a network namespace each, joined by a bridge in a namespace of its own, so
 * that nothing of the machine's own network is touched. Host {@code i} (from 1, in the order of
 * names) has the address {@code 10.79.5.i}. Needs root, {@code ip} and {@code nft}.
 */
final class Hosts implements AutoCloseable {
  private static final String NET = "10.79.5.";

  private final String lab;
  private final Map<String, Integer> numbers = new LinkedHashMap<>();

  /** Namespaces that are there, or may be. */
  private final Queue<String> made = new ConcurrentLinkedQueue<>();

  /** Makes nothing yet. */
  Hosts(List<String> names) {
    this.lab = "hlab" + ProcessHandle.current().pid();
    names.forEach(name -> numbers.put(name, numbers.size() + 1));
  }

  /** Whatever it has made, also when it fails on its way, {@link #close} takes away. */
  void make() throws IOException, InterruptedException {
    make(bridge());
    must("ip", "-n", bridge(), "link", "set", "lo", "up");
    must("ip", "-n", bridge(), "link", "add", "br0", "type", "bridge");
    must("ip", "-n", bridge(), "link", "set", "br0", "up");
    for (String name : numbers.keySet()) {
      add(name);
    }
  }

  private void make(String namespace) throws IOException, InterruptedException {
    made.add(namespace);
    must("ip", "netns", "add", namespace);
  }

  private void add(String name) throws IOException, InterruptedException {
    String host = namespace(name);
    String port = port(name);
    make(host);
    must(
        "ip", "link", "add", "eth0", "netns", host, "type", "veth", "peer", "name", port, "netns",
        bridge());
    must("ip", "-n", bridge(), "link", "set", port, "master", "br0");
    must("ip", "-n", bridge(), "link", "set", port, "up");
    must("ip", "-n", host, "link", "set", "lo", "up");
    must("ip", "-n", host, "addr", "add", address(name) + "/24", "dev", "eth0");
    must("ip", "-n", host, "link", "set", "eth0", "up");
  }

  String address(String name) {
    return NET + numbers.get(name);
  }

  /** The command, in that host. */
  List<String> in(String name, List<String> command) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace(name)));
    all.addAll(command);
    return all;
  }

  /** The file that stands for the host's network. */
  Path file(String name) {
    return Path.of("/run/netns", namespace(name));
  }

  /** Takes the host's cable out. */
  void cut(String name) throws IOException, InterruptedException {
    must("ip", "-n", bridge(), "link", "set", port(name), "down");
  }

  /** Puts it back. */
  void heal(String name) throws IOException, InterruptedException {
    must("ip", "-n", bridge(), "link", "set", port(name), "up");
  }

  /** Nothing passes between the two groups any more; each still reaches the rest. */
  void split(List<String> one, List<String> other) throws IOException, InterruptedException {
    String ones = one.stream().map(this::address).collect(Collectors.joining(", "));
    String others = other.stream().map(this::address).collect(Collectors.joining(", "));
    rules(
        """
        table bridge split {
          chain forward {
            type filter hook forward priority 0; policy accept;
            ip saddr { %1$s } ip daddr { %2$s } drop
            ip saddr { %2$s } ip daddr { %1$s } drop
          }
        }
        """
            .formatted(ones, others));
  }

  /** Ends {@link #split}. */
  void join() throws IOException, InterruptedException {
    must("ip", "netns", "exec", bridge(), "nft", "delete", "table", "bridge", "split");
  }

  private void rules(String text) throws IOException, InterruptedException {
    Path file = Files.createTempFile("lab", ".nft");
    Files.writeString(file, text, StandardCharsets.US_ASCII);
    must("ip", "netns", "exec", bridge(), "nft", "-f", file.toString());
    Files.delete(file);
  }

  private String bridge() {
    return lab + "-sw";
  }

  private String namespace(String name) {
    return lab + "-" + name;
  }

  private String port(String name) {
    return "p" + numbers.get(name);
  }

  /** Processes in the hosts must have ended. */
  @Override
  public void close() throws IOException {
    Parts.close(made.stream().map(Hosts::deletion).toList());
  }

  private static AutoCloseable deletion(String namespace) {
    return () -> must("ip", "netns", "del", namespace);
  }

  static void must(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }
}
