package io.heraldmesh.store;

/**
 * That one of several does something, for a time.
 *
 * @param name what is done
 * @param holder who does it
 * @param term rises each time that somebody else takes it over
 */
public record Lease(String name, String holder, long term) {

  public Lease {
    Words.name("name", name);
    Words.name("holder", holder);
  }
}
