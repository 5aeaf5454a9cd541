package io.heraldmesh;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What a service manager does for a service with sockets: keeps them open, and passes them to every
 * process that it starts, as sd_listen_fds(3) says. Perl, which every Debian has, since Java passes
 * no descriptors on.
 */
public final class SocketHolder implements AutoCloseable {
  private static final String HOLDER =
      """
      use strict; use Socket; use POSIX ();
      $^F = 255;  # what is opened stays open over exec
      $| = 1;
      my ($names, @command) = @ARGV;
      my (@names, @held);
      for my $wanted (split /,/, $names) {
        my ($name, $host, $port) = split /[=:]/, $wanted;
        push @names, $name;
        socket(my $s, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
        setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
        bind($s, sockaddr_in($port // 0, inet_aton($host // "127.0.0.1"))) or die "bind: $!";
        listen($s, 1024) or die "listen: $!";
        ($port) = sockaddr_in(getsockname($s));
        # out of the way of the numbers that the process gets
        my $high = POSIX::dup2(fileno($s), 100 + @held); close($s);
        push @held, $high;
        print "passed $name $port\\n";
      }
      $SIG{CHLD} = 'IGNORE';
      while (my $line = <STDIN>) {
        chomp $line; my ($file, $last, @before) = split / /, $line;
        my $pid = fork();
        if ($pid == 0) {
          open(STDIN, '<', '/dev/null');
          open(STDOUT, '>', "$file.out"); open(STDERR, '>', "$file.err");
          my $number = 3;
          for my $from (@held) { POSIX::dup2($from, $number++); POSIX::close($from); }
          $ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = @held; $ENV{LISTEN_FDNAMES} = join(':', @names);
          my @all = (@before, @command, $last); exec { $all[0] } @all; die "exec: $!";
        }
        print "started $pid\\n";
      }
      """;

  private final Process holder;
  private final BufferedReader said;
  private final Path folder;
  private final Map<String, Integer> ports = new HashMap<>();
  private final List<ProcessHandle> started = new ArrayList<>();
  private int count;

  /**
   * Opens the sockets; starts nothing.
   *
   * @param names {@code NAME} for a port on 127.0.0.1 that the system chooses, or {@code
   *     NAME=ADDRESS:PORT}
   * @param command of a process, but for its last word
   */
  public SocketHolder(Path folder, List<String> names, List<String> command) throws IOException {
    this(List.of(), folder, names, command);
  }

  /**
   * The same.
   *
   * @param before words of a command that runs others, in whose network all is then
   */
  public SocketHolder(List<String> before, Path folder, List<String> names, List<String> command)
      throws IOException {
    this.folder = folder;
    Path script = folder.resolve("holder.pl");
    Files.writeString(script, HOLDER);
    List<String> words = new ArrayList<>(before);
    words.addAll(List.of("perl", script.toString(), String.join(",", names)));
    words.addAll(command);
    holder = new ProcessBuilder(words).redirectError(folder.resolve("holder.err").toFile()).start();
    said = holder.inputReader();
    for (int i = 0; i < names.size(); i++) {
      String[] passed = line().split(" ", -1);
      ports.put(passed[1], Integer.parseInt(passed[2]));
    }
  }

  public int port(String name) {
    return Objects.requireNonNull(ports.get(name), name);
  }

  /** One process with the sockets. */
  public static final class Started {
    private final ProcessHandle process;
    private final Path out;
    private final Path err;

    private Started(ProcessHandle process, Path out, Path err) {
      this.process = process;
      this.out = out;
      this.err = err;
    }

    public Started awaitReady() {
      try {
        Await.until("ready", () -> isReady() || !process.isAlive());
      } catch (AssertionError e) {
        throw new AssertionError(said(), e);
      }
      if (!isReady()) {
        throw new AssertionError(read(out) + read(err));
      }
      return this;
    }

    /** Whether it said so. */
    public boolean isReady() {
      String said = read(out);
      return said.startsWith("ready\n") || said.contains("\nready\n");
    }

    public String said() {
      return read(out) + read(err);
    }

    /** Sends TERM and returns when it has ended. */
    public void stop() {
      process.destroy();
      Await.until("ended", () -> !process.isAlive());
    }

    public long pid() {
      return process.pid();
    }

    /** As {@code kill -9}; returns when it has ended. */
    public void kill() {
      process.destroyForcibly();
      Await.until("ended", () -> !process.isAlive());
    }

    public void term() {
      process.destroy();
    }

    public boolean isRunning() {
      return process.isAlive();
    }
  }

  /**
   * @param last the last word of the command
   */
  public Started start(String last) throws IOException {
    return start(List.of(), last);
  }

  /**
   * The same, by a command that becomes the process and keeps its number.
   *
   * @param by its words, without spaces
   */
  public Started start(List<String> by, String last) throws IOException {
    Path file = folder.resolve("process-" + ++count);
    holder.getOutputStream().write(line(file, last, by).getBytes(StandardCharsets.UTF_8));
    holder.getOutputStream().flush();
    ProcessHandle process =
        ProcessHandle.of(Long.parseLong(line().split(" ", -1)[1])).orElseThrow();
    started.add(process);
    return new Started(process, Path.of(file + ".out"), Path.of(file + ".err"));
  }

  private static String line(Path file, String last, List<String> by) {
    return String.join(" ", Stream.concat(Stream.of(file.toString(), last), by.stream()).toList())
        + "\n";
  }

  private String line() throws IOException {
    String line = said.readLine();
    if (line == null) {
      throw new IOException(Files.readString(folder.resolve("holder.err")));
    }
    return line;
  }

  private static String read(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return String.join("\n", lines.toList()) + "\n";
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    started.forEach(ProcessHandle::destroyForcibly);
    holder.destroyForcibly();
  }
}
