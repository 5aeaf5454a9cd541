package io.heraldmesh.policy;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The one answer to "may this pass?", with the reason that every reader shows. */
public sealed interface Decision {

  Reason reason();

  /** Caller's SPIFFE ID without {@code spiffe://}, when it proved one. */
  @Nullable String principal();

  /** {@code iss/sub} of the verified token, when there is one. */
  @Nullable String requestPrincipal();

  /** Results of policies in dry run. */
  List<DryRun> dryRun();

  /**
   * @param path the normalized path without the query, null on TCP; what is forwarded
   * @param target the normalized path with the query as it may go upstream, null on TCP
   * @param set headers to set, replacing whatever came under these names
   * @param remove headers to take off, in lower case
   */
  record Allowed(
      @Nullable String path,
      @Nullable String target,
      List<Header> set,
      Set<String> remove,
      @Nullable String principal,
      @Nullable String requestPrincipal,
      List<DryRun> dryRun,
      Reason reason)
      implements Decision {}

  /**
   * @param status HTTP status to answer; 0: close the connection without an answer
   * @param body text/plain body of the answer
   * @param headers of the answer, such as {@code www-authenticate}
   */
  record Denied(
      int status,
      String body,
      List<Header> headers,
      @Nullable String path,
      @Nullable String principal,
      @Nullable String requestPrincipal,
      List<DryRun> dryRun,
      Reason reason)
      implements Decision {}

  /** What a policy in dry run would have done. */
  record DryRun(String policy, int rule, String action, boolean matched) {}
}
