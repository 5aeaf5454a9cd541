package io.heraldmesh.resource.problem;

/** A value that knows where it was written, for problems that are found later. */
public record Located<T>(T value, Position at) {

  @Override
  public String toString() {
    return String.valueOf(value);
  }
}
