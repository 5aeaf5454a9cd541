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
 * @param once it has an effect, so the same message counts once in the whole mesh: {@link OnceOnly}
 * @param mostOfOneCaller requests of one caller that are under way at once: {@link CallerShares}
 */
record Operation<Q extends Record, A extends Record>(
    String address,
    String type,
    Class<Q> request,
    Class<A> answer,
    Set<HeraldRole> callers,
    Set<HeraldRole> answerers,
    int mostRequestBytes,
    int mostAnswerBytes,
    boolean once,
    int mostOfOneCaller) {

  Operation {
    callers = Set.copyOf(callers);
    answerers = Set.copyOf(answerers);
  }

  /** One without an effect: it may be answered again by a process that has not seen it. */
  Operation(
      String address,
      String type,
      Class<Q> request,
      Class<A> answer,
      Set<HeraldRole> callers,
      Set<HeraldRole> answerers,
      int mostRequestBytes,
      int mostAnswerBytes) {
    this(
        address,
        type,
        request,
        answer,
        callers,
        answerers,
        mostRequestBytes,
        mostAnswerBytes,
        false,
        CallerShares.MOST);
  }

  /** The same, with an effect. */
  Operation<Q, A> withEffect() {
    return new Operation<>(
        address,
        type,
        request,
        answer,
        callers,
        answerers,
        mostRequestBytes,
        mostAnswerBytes,
        true,
        mostOfOneCaller);
  }

  /** The same, with so many requests of one caller under way at once. */
  Operation<Q, A> atMostOfOneCaller(int requests) {
    return new Operation<>(
        address,
        type,
        request,
        answer,
        callers,
        answerers,
        mostRequestBytes,
        mostAnswerBytes,
        once,
        requests);
  }

  /** The type of the answer. */
  String answerType() {
    return type + ".answer";
  }
}
