package io.heraldmesh.conformance;

/**
 * One kind of file, and how its cases are put to Herald. Recognized by what is in the file and not
 * only by its name, so that further files of the kind are driven too.
 */
public interface Corpus {

  /** Whether {@code file} is of this kind. */
  boolean reads(DataFile file);

  /** Puts every case of {@code file} to Herald. */
  void run(DataFile file, Cases cases);
}
