package io.heraldmesh.cli;

import io.heraldmesh.Descendants;
import io.heraldmesh.RunFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A node under an hour of churn: connections of every kind, good and bad, while certificates,
 * roots, policy and endpoints change every second. Once a minute the load pauses and a row is added
 * to the table: heap after garbage collection, threads, file descriptors. Ends with 1 when one of
 * them has left 5 % of what it was at minutes 9 and 10, or in a shorter run grew by more than that
 * after its first minute, a request failed, the heap could not be measured, or an event loop was
 * late by more than 100 ms ({@link LagVerdict}); the run is void when a loop that is blocked on
 * purpose is not noticed.
 *
 * <p>Arguments: minutes, at least five; file of the table; further options of Java.
 */
final class ChurnRun {
  private static final int ALLOWED_PERCENT = 5;

  /** After so many minutes a run has settled. */
  private static final int LONG = 10;

  /** In fewer minutes the last two are not all beside those that they are held against. */
  private static final int LEAST = 5;

  private static final Pattern USED =
      Pattern.compile("(?:new generation|Tenured|tenured).*?used (\\d+)K");

  private final ChangingMesh mesh;
  private final MachineLag machine;
  private final List<String> options;
  private final Path table;
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicLong connections = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();

  private record Row(
      long heapKib, long threads, long files, long residentKib, LagVerdict.Minute lag) {}

  private ChurnRun(ChangingMesh mesh, MachineLag machine, List<String> options, Path table) {
    this.mesh = mesh;
    this.machine = machine;
    this.options = options;
    this.table = table;
  }

  public static void main(String... arguments) throws Exception {
    Descendants.endWithThis();
    int minutes = Integer.parseInt(arguments[0]);
    if (minutes < LEAST) {
      System.err.println("churn.sh: at least " + LEAST + " minutes, not " + minutes);
      System.exit(2);
    }
    Path table = Path.of(arguments[1]);
    List<String> java = List.of(arguments).subList(2, arguments.length);
    List<String> options = java.isEmpty() ? List.of("-Xmx200m") : java;
    boolean held;
    try (RunFolder folder = RunFolder.make("herald-churn")) {
      LagControl control = LagControl.run(folder.path().resolve("control"));
      say(table, control.said());
      held = control.seen() && run(folder.path().resolve("node"), options, table, minutes);
      folder.held(held);
    }
    System.exit(held ? 0 : 1);
  }

  private static boolean run(Path folder, List<String> options, Path table, int minutes)
      throws Exception {
    Files.createDirectories(folder);
    try (MachineLag machine = MachineLag.watch(folder.resolve("machine.log"));
        ChangingMesh mesh =
            new ChangingMesh(
                folder,
                HeraldProcess.shipped(List.of(), options),
                "  accessLog: {file: access.log, samplePercent: 1}\n")) {
      return new ChurnRun(mesh, machine, options, table).run(minutes);
    }
  }

  private boolean run(int minutes) throws Exception {
    say(
        "\nStarted %s, %d minutes, node as shipped, and Java's options %s\n"
            .formatted(Instant.now().truncatedTo(ChronoUnit.SECONDS), minutes, options));
    say(
        "| minute | requests | connections | changes | failed | heap after GC, KiB | threads | files | RSS, KiB | worst lag, ms | machine's own, ms |");
    say("|---|---|---|---|---|---|---|---|---|---|---|");
    forgetLag();
    long failed = 0;
    long requests = 0;
    for (int minute = 1; minute <= minutes; minute++) {
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
      try (LabTraffic traffic = new LabTraffic(mesh)) {
        traffic.perConnection = 25;
        traffic.start(4, 3, 3, 15);
        churners();
        while (System.nanoTime() < end - TimeUnit.SECONDS.toNanos(6)) {
          long next = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
          mesh.change(traffic::drain);
          LockSupport.parkNanos(next - System.nanoTime());
        }
        traffic.stop();
        stopChurners();
        requests += traffic.requests();
        failed += traffic.failures.size();
        traffic.failures.stream()
            .distinct()
            .limit(5)
            .forEach(f -> System.err.println("failed: " + f));
      }
      Row row = measure(minute);
      rows.add(row);
      say(
          "| %d | %d | %d | %d | %d | %d | %d | %d | %d | %.0f | %.0f |"
              .formatted(
                  minute,
                  requests,
                  connections.get(),
                  mesh.generation(),
                  failed,
                  row.heapKib,
                  row.threads,
                  row.files,
                  row.residentKib,
                  row.lag.loopsMillis(),
                  row.lag.machineMillis()));
      LockSupport.parkNanos(end - System.nanoTime());
    }
    return judge(requests, failed);
  }

  /** What each figure of the last minutes is beside the one it is held against. */
  private boolean judge(long requests, long failed) throws IOException {
    boolean measured = rows.stream().allMatch(row -> row.heapKib > 0);
    if (!measured) {
      say("heap after GC: not measured in every minute: FELL SHORT");
    }
    boolean heap = within("heap after GC", Row::heapKib, 0);
    boolean count = within("threads", Row::threads, 1);
    boolean files = within("file descriptors", Row::files, 4);
    LagVerdict lag = LagVerdict.of(rows.stream().map(Row::lag).toList());
    say(lag.said());
    say("requests failed: %d of %d".formatted(failed, requests));
    boolean served = requests > 0 && failed == 0;
    boolean held = measured && heap && count && files && !lag.fellShort() && served;
    say("verdict: " + (held ? lag.held() : "FELL SHORT"));
    return held;
  }

  /**
   * Compares the mean of the last two minutes with that of minutes 9 and 10, since every other
   * minute measures another half of the configuration. A short run compares with the two after its
   * first, and only looks for growth: there is no time for anything to settle.
   *
   * @param few more than before are no growth in a short run
   */
  private boolean within(String what, ToLongFunction<Row> figure, long few) throws IOException {
    int count = rows.size();
    boolean settled = count > LONG + 1;
    double first = mean(figure, settled ? rows.subList(LONG - 2, LONG) : rows.subList(1, 3));
    double last = mean(figure, rows.subList(count - 2, count));
    double change = last / first - 1;
    if (settled) {
      return said(what, change, "since minutes 9 and 10", isWithin(first, last));
    }
    boolean held = last <= first || isWithin(first, last) || last - first <= few;
    return said(what, change, "between minutes 2 and 3 and the last two", held);
  }

  /** By whole numbers: 42 is exactly 5 % more than 40, and 1.05 is no number of the machine's. */
  static boolean isWithin(double first, double last) {
    return Math.abs(last - first) * 100 <= first * ALLOWED_PERCENT;
  }

  private static double mean(ToLongFunction<Row> figure, List<Row> of) {
    return of.stream().mapToLong(figure).average().orElse(Double.NaN);
  }

  private boolean said(String what, double change, String since, boolean held) throws IOException {
    say(
        "%s: %+.1f %% %s, allowed 5 %%: %s"
            .formatted(what, change * 100, since, held ? "held" : "FELL SHORT"));
    return held;
  }

  private Row measure(int minute) throws IOException, InterruptedException {
    long pid = mesh.process().pid();
    LagVerdict.Minute lag =
        new LagVerdict.Minute(minute, takeLagMillis(), machine.takeWorstMillis());
    long files = Long.MAX_VALUE;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
    while (System.nanoTime() < end) { // what is being closed is closed by then
      files = Math.min(files, files(pid));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
    long heap = heapAfterGc(pid);
    forgetLag();
    return new Row(heap, status(pid, "Threads"), files, status(pid, "VmRSS"), lag);
  }

  /** In KiB; 0 where it cannot be measured. */
  private static long heapAfterGc(long pid) throws InterruptedException {
    try {
      jcmd(pid, "GC.run");
      jcmd(pid, "GC.run");
      long heap = 0;
      Matcher used = USED.matcher(jcmd(pid, "GC.heap_info"));
      while (used.find()) {
        heap += Long.parseLong(used.group(1));
      }
      return heap;
    } catch (IOException e) {
      System.err.println(e.getMessage());
      return 0;
    }
  }

  /** The collections that measuring asks for are not the node's doing, nor is what was before. */
  private void forgetLag() throws IOException {
    takeLagMillis();
    machine.takeWorstMillis();
  }

  private double takeLagMillis() throws IOException {
    int port = mesh.process().port("metrics");
    String metrics =
        io.heraldmesh.cli.demo.WireClient.once(
                port, "GET", "127.0.0.1:" + port, "/metrics", List.of())
            .body();
    return LagControl.lagMillis(metrics);
  }

  private static long files(long pid) throws IOException {
    try (var list = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return list.count();
    }
  }

  private static long status(long pid, String field) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith(field + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private static String jcmd(long pid, String what) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                what)
            .redirectErrorStream(true)
            .start();
    String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = jcmd.waitFor();
    if (code != 0) {
      throw new IOException("jcmd " + what + " ended with " + code + ": " + said);
    }
    return said;
  }

  private void churners() {
    int echo = mesh.process().port("outbound:a/caller:7");
    int outbound = mesh.process().port("outbound:a/caller");
    int inbound = mesh.process().port("inbound:a/one:8080");
    List<Churner> all =
        List.of(
            random -> tcp(echo, random),
            random -> tcp(echo, random),
            random -> webSocket(outbound, random),
            random -> broken(outbound, random),
            random -> broken(inbound, random));
    for (Churner churner : all) {
      threads.add(Thread.ofVirtual().start(() -> churn(churner)));
    }
  }

  private interface Churner {
    void once(Random random) throws IOException;
  }

  private void churn(Churner churner) {
    Random random = new Random();
    while (!stop.get()) {
      try {
        churner.once(random);
      } catch (IOException e) {
        // a connection that broke is what half of them are about
      }
      connections.incrementAndGet();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private void stopChurners() throws InterruptedException {
    stop.set(true);
    for (Thread thread : threads) {
      thread.join(Duration.ofSeconds(15));
    }
    threads.clear();
    stop.set(false);
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(5000);
    return socket;
  }

  /** Bytes there and back; then closed, half closed or reset. */
  private static void tcp(int port, Random random) throws IOException {
    try (Socket socket = connect(port)) {
      byte[] bytes = new byte[1 + random.nextInt(20_000)];
      socket.getOutputStream().write(bytes);
      socket.getInputStream().readNBytes(bytes.length);
      end(socket, random);
    }
  }

  private static void webSocket(int port, Random random) throws IOException {
    try (Socket socket = connect(port)) {
      write(
          socket,
          "GET /ws HTTP/1.1\r\nHost: web.a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      socket.getInputStream().read();
      socket.getOutputStream().write(new byte[] {(byte) 0x82, (byte) 0x81, 0, 0, 0, 0, 'x'});
      socket.getInputStream().read();
      end(socket, random);
    }
  }

  /** What is no request, is only the beginning of one, or is a handshake that does not go on. */
  private static void broken(int port, Random random) throws IOException {
    try (Socket socket = connect(port)) {
      switch (random.nextInt(4)) {
        case 0 -> write(socket, "GET /ok HTTP/1.1\r\nHost: web.a\r\nX: ");
        case 1 -> write(socket, "\u0016\u0003\u0001\u0001\u0000\u0001\u0000\u0000");
        case 2 -> write(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        default ->
            write(socket, "POST /ok HTTP/1.1\r\nHost: web.a\r\nContent-Length: 100\r\n\r\nhalf");
      }
      end(socket, random);
    }
  }

  private static void end(Socket socket, Random random) throws IOException {
    switch (random.nextInt(3)) {
      case 0 -> socket.setSoLinger(true, 0);
      case 1 -> {
        socket.shutdownOutput();
        socket.getInputStream().read();
      }
      default -> {}
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void say(String line) throws IOException {
    say(table, line);
  }

  private static void say(Path table, String line) throws IOException {
    System.out.println(line);
    Files.writeString(table, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
