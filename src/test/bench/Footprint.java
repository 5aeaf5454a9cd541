import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** What footprint.sh measures: one node a round, called by mutual TLS, its figures read from /proc. */
class Footprint {
  static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: server.a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  static final double TICKS = 100;
  static final List<Figure> FIGURES =
      List.of(
          new Figure("first served request after exec, s", 2, 1),
          new Figure("RSS idle, MB", 120, 80),
          new Figure("RSS per idle mTLS connection, KB", 20, 10),
          new Figure("CPU per request, first seconds over warm", 2, 1.5));

  record Figure(String name, double limit, double aim) {}

  /** Ends in any case: threads of the service's server and of the load would go on without it. */
  public static void main(String[] args) {
    boolean within = false;
    try {
      within = measure(args);
    } catch (Throwable e) {
      e.printStackTrace();
    }
    System.exit(within ? 0 : 1);
  }

  /** True: every figure is within its limit. */
  static boolean measure(String[] args) throws Exception {
    Path folder = Path.of(args[1]);
    int rounds = Integer.parseInt(args[2]);
    int idle = Integer.parseInt(args[3]);
    int load = Integer.parseInt(args[4]);
    int warm = Integer.parseInt(args[5]);
    HttpServer app = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    byte[] body = "ok\n".getBytes(StandardCharsets.US_ASCII);
    app.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    app.setExecutor(Executors.newFixedThreadPool(2));
    app.start();
    SSLContext tls = tls(folder);
    Map<String, List<Double>> seen = new LinkedHashMap<>();
    warmUp(args[0], folder, app.getAddress().getPort(), tls);
    for (int round = 0; round < rounds; round++) {
      double[] figures = round(args[0], folder, app.getAddress().getPort(), tls, idle, load, warm);
      System.err.println("round " + (round + 1) + ": " + Arrays.toString(figures));
      for (int i = 0; i < figures.length; i++) {
        seen.computeIfAbsent(FIGURES.get(i).name(), n -> new ArrayList<>()).add(figures[i]);
      }
    }
    app.stop(0);
    return table(seen);
  }

  /** Against a node that is not measured: the first handshakes of this process would be, else. */
  static void warmUp(String herald, Path folder, int app, SSLContext tls) throws Exception {
    int port = free();
    Process node = start(herald, folder, app, port);
    try {
      awaitServed(node, folder, port, tls);
      cpuPerRequest(node, port, tls, 2);
    } finally {
      stop(node);
    }
  }

  static double[] round(
      String herald, Path folder, int app, SSLContext tls, int idle, int load, int warm)
      throws Exception {
    int port = free();
    long started = System.nanoTime();
    Process node = start(herald, folder, app, port);
    List<Socket> open = new ArrayList<>();
    try {
      awaitServed(node, folder, port, tls);
      double first = (System.nanoTime() - started) / 1e9;
      Thread.sleep(10_000);
      double rssIdle = rss(node);
      double cold = cpuPerRequest(node, port, tls, load);
      cpuPerRequest(node, port, tls, warm);
      double hot = cpuPerRequest(node, port, tls, load);
      Thread.sleep(5_000);
      double before = rss(node);
      for (int i = 0; i < idle; i++) {
        open.add(connect(port, tls));
      }
      Thread.sleep(5_000);
      double perConnection = Math.max(0, (rss(node) - before) * 1000 / idle);
      return new double[] {first, rssIdle, perConnection, cold / hot};
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
      stop(node);
    }
  }

  static int free() throws IOException {
    try (var free = new java.net.ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return free.getLocalPort();
    }
  }

  static Process start(String herald, Path folder, int app, int port) throws IOException {
    Path file = folder.resolve("node.yaml");
    Files.writeString(file, node(app, port));
    return new ProcessBuilder(herald, "run", "--config", file.toString())
        .redirectOutput(folder.resolve("stdout").toFile())
        .redirectError(folder.resolve("stderr").toFile())
        .start();
  }

  static void awaitServed(Process node, Path folder, int port, SSLContext tls) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (!served(port, tls)) {
      if (!node.isAlive() || System.nanoTime() > end) {
        throw new IllegalStateException(Files.readString(folder.resolve("stderr")));
      }
      Thread.sleep(5);
    }
  }

  static void stop(Process node) throws InterruptedException {
    node.destroy();
    if (!node.waitFor(15, TimeUnit.SECONDS)) {
      node.destroyForcibly();
    }
  }

  static String node(int app, int port) {
    return """
    apiVersion: herald.io/v1alpha1
    kind: Node
    metadata: {name: server}
    spec:
      roles: [proxy]
      trustDomain: bench.test
      stateDir: state
      resources: resources
      eventLoops: 1
      health: {listen: 127.0.0.1:0}
      metrics: {listen: 127.0.0.1:0}
      accessLog: {samplePercent: 1}
      workloads:
      - namespace: a
        name: server
        serviceAccount: server
        credentials: {dir: server}
        ports: [{name: http, port: 8080, app: "127.0.0.1:%d", listen: "127.0.0.1:%d"}]
    """
        .formatted(app, port);
  }

  static SSLContext tls(Path folder) throws Exception {
    KeyStore own = KeyStore.getInstance("PKCS12");
    try (InputStream file = Files.newInputStream(folder.resolve("client.p12"))) {
      own.load(file, "bench".toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, "bench".toCharArray());
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    try (InputStream file = Files.newInputStream(folder.resolve("ca.pem"))) {
      roots.setCertificateEntry(
          "root", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  static Socket connect(int port, SSLContext tls) throws IOException {
    SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket();
    socket.setSoTimeout(20_000);
    socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
    var parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"istio", "istio-http/1.1", "http/1.1"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  static boolean served(int port, SSLContext tls) {
    try (Socket socket = connect(port, tls)) {
      return answered(socket);
    } catch (IOException e) {
      return false;
    }
  }

  /** True: a whole answer 200, of the three bytes that the app sends. */
  static boolean answered(Socket socket) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(REQUEST);
    out.flush();
    InputStream in = socket.getInputStream();
    byte[] answer = new byte[4096];
    int length = 0;
    while (length < answer.length) {
      int read = in.read(answer, length, answer.length - length);
      if (read < 0) {
        return false;
      }
      length += read;
      String text = new String(answer, 0, length, StandardCharsets.US_ASCII);
      if (text.endsWith("\r\n\r\nok\n")) {
        return text.startsWith("HTTP/1.1 200");
      }
    }
    return false;
  }

  /** In seconds, under eight kept-alive connections. */
  static double cpuPerRequest(Process node, int port, SSLContext tls, int seconds)
      throws Exception {
    AtomicLong requests = new AtomicLong();
    AtomicLong failed = new AtomicLong();
    double before = cpu(node);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (Socket socket = connect(port, tls)) {
                      while (System.nanoTime() < end) {
                        if (!answered(socket)) {
                          failed.incrementAndGet();
                          return;
                        }
                        requests.incrementAndGet();
                      }
                    } catch (IOException e) {
                      failed.incrementAndGet();
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (failed.get() > 0 || requests.get() == 0) {
      throw new IllegalStateException(failed + " connections failed");
    }
    double each = (cpu(node) - before) / requests.get();
    System.err.printf("%d s of load: %d requests, %.0f µs each%n", seconds, requests.get(), each * 1e6);
    return each;
  }

  static double cpu(Process node) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + node.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
  }

  /** In MB, of 1,000,000 octets; /proc counts in KiB. */
  static double rss(Process node) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + node.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e6)
        .findFirst()
        .orElseThrow();
  }

  static boolean table(Map<String, List<Double>> seen) {
    boolean all = true;
    System.out.println("| figure | limit | aim | smallest | median | largest | verdict |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (Figure figure : FIGURES) {
      List<Double> values = seen.get(figure.name()).stream().sorted().toList();
      double median = values.get(values.size() / 2);
      all &= median <= figure.limit();
      System.out.printf(
          "| %s | %s | %s | %.2f | %.2f | %.2f | %s |%n",
          figure.name(),
          figure.limit(),
          figure.aim(),
          values.getFirst(),
          median,
          values.getLast(),
          median <= figure.aim() ? "aim" : median <= figure.limit() ? "within" : "OVER");
    }
    return all;
  }
}
