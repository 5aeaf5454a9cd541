package io.heraldmesh.bus;

import io.heraldmesh.identity.HeraldRole;
import java.util.Set;

/**
 * One kind of request that one address takes.
 *
 * @param address on the event bus
 * @param type signed with every message, so that one never passes for another
 * @param request a record of {@link MessageCodec}'s kind; the same for {@code answer}
 * @param callers roles that may ask
 * @param answerers roles that may answer
 * @param mostRequestBytes the whole envelope; the same for {@code mostAnswerBytes}
 */
record Operation<Q extends Record, A extends Record>(
    String address,
    String type,
    Class<Q> request,
    Class<A> answer,
    Set<HeraldRole> callers,
    Set<HeraldRole> answerers,
    int mostRequestBytes,
    int mostAnswerBytes) {

  Operation {
    callers = Set.copyOf(callers);
    answerers = Set.copyOf(answerers);
  }

  /** The type of the answer. */
  String answerType() {
    return type + ".answer";
  }
}
