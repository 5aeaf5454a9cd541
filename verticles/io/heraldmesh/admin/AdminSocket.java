package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminCaller;
import io.heraldmesh.bus.AdminFrames;
import io.heraldmesh.bus.AdminRefusals;
import io.heraldmesh.bus.AdminService;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin API for processes on the same machine: a socket in the file system (0600), and of each
 * connection the kernel says whose process is at the other end (SO_PEERCRED, unix(7)). Only root
 * and the user that this process runs as are heard. A frame is its length in four bytes and what
 * {@link AdminFrames} says.
 */
public final class AdminSocket implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminSocket.class);
  private static final int MOST_CONNECTIONS = 64;

  /** {@code sun_path} of Linux, without the zero at its end. */
  private static final int MOST_PATH_BYTES = 107;

  private final Path path;
  private final ServerSocketChannel server;
  private final AdminService.Server service;
  private final AdminRefusals refusals;
  private final String node;
  private final Set<UserPrincipal> heard;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

  private AdminSocket(
      Path path,
      ServerSocketChannel server,
      AdminService.Server service,
      AdminRefusals refusals,
      String node,
      Set<UserPrincipal> heard) {
    this.path = path;
    this.server = server;
    this.service = service;
    this.refusals = refusals;
    this.node = node;
    this.heard = heard;
  }

  /**
   * Opens it, in place of one that a process before left behind.
   *
   * @param path in a folder that only this user may enter
   * @param refusals told of users that are not heard
   * @param node its name, for the audit log
   * @throws IOException when it cannot; the message says why
   */
  public static AdminSocket open(
      Path path, AdminService.Server service, AdminRefusals refusals, String node)
      throws IOException {
    if (path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length
        > MOST_PATH_BYTES) {
      throw new IOException(
          path + " is longer than " + MOST_PATH_BYTES + " bytes; choose a shorter stateDir");
    }
    Files.deleteIfExists(path);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      UserPrincipal self = Files.getOwner(path);
      UserPrincipal root =
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("0");
      AdminSocket socket =
          new AdminSocket(path, server, service, refusals, node, Set.copyOf(List.of(self, root)));
      Thread.ofVirtual().name("herald-admin-socket").start(socket::accept);
      return socket;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel connection = server.accept();
        if (open.size() >= MOST_CONNECTIONS) {
          LOG.warn("admin socket: {} connections are open, one more is closed", open.size());
          connection.close();
        } else {
          open.add(connection);
          Thread.ofVirtual().name("herald-admin-connection").start(() -> serve(connection));
        }
      } catch (AsynchronousCloseException e) {
        LOG.debug("admin socket closed path={}", path);
      } catch (IOException e) {
        LOG.warn("admin socket: {}", e.getMessage());
        pause();
      }
    }
  }

  /** Such as while no file descriptor is left. */
  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(SocketChannel connection) {
    try (connection) {
      UserPrincipal user = connection.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
      AdminCaller caller = AdminCaller.local(user.getName(), node);
      if (!heard.contains(user)) {
        // Logs it too; not each time, so that nobody fills the log by connecting.
        refusals.refused(caller.name(), "", "not a user that admin.sock hears").join();
        return;
      }
      DataInputStream in = new DataInputStream(Channels.newInputStream(connection));
      DataOutputStream out = new DataOutputStream(Channels.newOutputStream(connection));
      while (true) {
        int length = in.readInt();
        if (length < 0 || length > AdminFrames.MOST_BYTES) {
          LOG.warn("admin socket: a frame of {} bytes, closed", length);
          return;
        }
        byte[] answer =
            AdminFrames.answer(service, caller, in.readNBytes(length))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        out.writeInt(answer.length);
        out.write(answer);
        out.flush();
      }
    } catch (EOFException e) {
      LOG.debug("admin connection ended");
    } catch (IOException e) {
      LOG.debug("admin connection broke: {}", e.toString());
    } finally {
      open.remove(connection);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (SocketChannel connection : open) {
        connection.close();
      }
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("admin socket did not close: {}", e.getMessage());
    }
  }
}
