package io.heraldmesh.proxy.overload;

/** The memory of this process, to look at and to tidy. */
public interface Memory {
  /** What is taken now. Costs microseconds. */
  Pressure look();

  /**
   * Frees what is garbage, which stops the process for some ten milliseconds; what {@link #look}
   * says after it lives.
   */
  void collect();
}
