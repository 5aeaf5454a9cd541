package io.heraldmesh.bus;

import io.heraldmesh.identity.HeraldRole;
import java.util.Set;

/**
 * One kind of what one part of Herald tells all of another part, signed once and handed on. It does
 * not expire by itself; its order, or the nonce of the answer that it comes in, tells old from new.
 *
 * @param address signed with it, like {@code type}; nothing is served there
 * @param value a record of {@link MessageCodec}'s kind
 * @param signers roles that may say so
 * @param to whom all it is told
 * @param mostBytes the whole envelope
 */
record Statement<T extends Record>(
    String address,
    String type,
    Class<T> value,
    Set<HeraldRole> signers,
    HeraldRole to,
    int mostBytes) {

  Statement {
    signers = Set.copyOf(signers);
  }
}
