package io.heraldmesh.bus;

import java.util.Optional;

/**
 * What a message announces, before anything of it is verified: good for refusing what somebody else
 * signed, never for believing. See {@link ClaimedSender}.
 */
public final class ClaimedAnnouncement {
  private ClaimedAnnouncement() {}

  /**
   * Empty when {@code frame} is no {@link DistributorService#announce}.
   *
   * @throws MalformedMessage when it is one, or no envelope at all, and cannot be read
   */
  public static Optional<Announcement> of(byte[] frame) throws MalformedMessage {
    Envelope envelope = Envelope.parse(frame);
    return envelope.type().equals(DistributorService.Operations.ANNOUNCE.type())
        ? Optional.of(MessageCodec.decode(envelope.payload().toByteArray(), Announcement.class))
        : Optional.empty();
  }
}
