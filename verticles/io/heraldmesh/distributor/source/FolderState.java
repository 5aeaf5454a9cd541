package io.heraldmesh.distributor.source;

import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;

/** What a look at the folder came to. Only {@link Good} may change what is in force. */
public sealed interface FolderState {

  /** What is wrong; for {@link Good} at most warnings. */
  Problems problems();

  /** The whole folder was read and has no errors. */
  record Good(Resources resources) implements FolderState {
    @Override
    public Problems problems() {
      return resources.problems();
    }
  }

  /** Something written in the files is wrong; the last good state stays in force. */
  record Bad(Problems problems) implements FolderState {}

  /** What was there is gone or cannot be reached; the last good state stays, degraded. */
  record Lost(Reason reason, Problems problems) implements FolderState {}

  /** How a folder is lost. */
  enum Reason {
    /** The folder does not exist. */
    VANISHED,
    /** The folder or a file in it cannot be read. */
    UNREADABLE,
    /** There is no policy in it, and it was not said that it may be empty. */
    EMPTIED
  }
}
