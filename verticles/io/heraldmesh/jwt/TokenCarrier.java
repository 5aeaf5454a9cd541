package io.heraldmesh.jwt;

import java.util.List;

/** A request, as far as tokens are looked for in it. */
public interface TokenCarrier {

  /** Every value of a header, in order and each alone; the name is compared without case. */
  List<String> headerValues(String name);

  /** The query as received, without the question mark; empty when there is none. */
  String query();
}
