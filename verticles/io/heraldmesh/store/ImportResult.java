package io.heraldmesh.store;

/** What became of an import. */
public sealed interface ImportResult {

  /**
   * The state is what the file holds.
   *
   * @param revision the beginning of the new epoch
   * @param voided how many join tokens of the file are not taken over, because they may have been
   *     used since
   * @param withdrawn how many registrations of the file are not taken over, because their node was
   *     deleted after they were made
   */
  record Imported(StateSummary file, Revision revision, long voided, long withdrawn)
      implements ImportResult {}

  /**
   * There is state already, and it was not said that it may be replaced.
   *
   * @param revision its newest
   * @param rows how many there are
   */
  record NotEmpty(Revision revision, long rows) implements ImportResult {}
}
