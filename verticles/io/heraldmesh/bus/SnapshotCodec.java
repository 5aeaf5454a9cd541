package io.heraldmesh.bus;

import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.NodeSnapshot;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Snapshots to bytes and back; the same snapshot gives the same bytes in every process. The first
 * line names the schema level that the snapshot needs, so that a node knows whether it would
 * understand the rest before it reads on.
 */
public final class SnapshotCodec {
  private static final String HEAD = "herald-snapshot ";
  private static final int MOST_HEAD = 32;
  private static final String NOBODY = "";

  private SnapshotCodec() {}

  /** A snapshot in words of the first level. */
  public static ByteString encode(NodeSnapshot snapshot) {
    return encode(snapshot, SchemaLevel.FIRST);
  }

  /**
   * @param level that a node must know to understand it
   */
  public static ByteString encode(NodeSnapshot snapshot, int level) {
    byte[] head = (HEAD + level + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] body = MessageCodec.encode(snapshot);
    byte[] whole = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, whole, head.length, body.length);
    return ByteString.of(whole);
  }

  /**
   * @throws MalformedMessage when {@code bytes} are not exactly one snapshot, or one that needs a
   *     newer level than this version knows; says which
   */
  public static NodeSnapshot decode(ByteString bytes) throws MalformedMessage {
    return decode(bytes, SchemaLevel.NEWEST);
  }

  /**
   * @param known the level that whoever reads it knows
   */
  public static NodeSnapshot decode(ByteString bytes, int known) throws MalformedMessage {
    byte[] whole = bytes.toByteArray();
    int end = headEnd(whole);
    int level = level(new String(whole, 0, end, StandardCharsets.US_ASCII));
    if (level > known) {
      throw new MalformedMessage(
          "the snapshot needs schema level "
              + level
              + ", this node knows level "
              + known
              + "; upgrade the node");
    }
    return MessageCodec.decode(
        Arrays.copyOfRange(whole, end + 1, whole.length), NodeSnapshot.class);
  }

  /**
   * What all nodes share, as a part of {@link EncodedSnapshot}: a snapshot of no node, with nothing
   * but what may be called. The own part is one without that.
   */
  public static ByteString encodeShared(List<Destination> destinations, int level) {
    return encode(new NodeSnapshot(NOBODY, List.of(), destinations), level);
  }

  /**
   * @param known the level that whoever reads it knows
   */
  public static List<Destination> decodeShared(ByteString bytes, int known)
      throws MalformedMessage {
    NodeSnapshot shared = decode(bytes, known);
    if (!shared.equals(new NodeSnapshot(NOBODY, List.of(), shared.destinations()))) {
      throw new MalformedMessage("the shared part holds what is a node's own");
    }
    return shared.destinations();
  }

  private static int headEnd(byte[] whole) throws MalformedMessage {
    for (int i = 0; i < Math.min(whole.length, MOST_HEAD); i++) {
      if (whole[i] == '\n') {
        return i;
      }
    }
    throw new MalformedMessage("the snapshot names no schema level");
  }

  private static int level(String head) throws MalformedMessage {
    String number = head.startsWith(HEAD) ? head.substring(HEAD.length()) : "";
    if (!number.matches("[1-9][0-9]{0,8}")) {
      throw new MalformedMessage("the snapshot names no schema level");
    }
    return Integer.parseInt(number);
  }

  /** Names the snapshot in acknowledgements and when a node asks what is new: SHA-256. */
  public static ByteString digest(ByteString bytes) {
    return ByteString.sha256(bytes.toByteArray());
  }
}
