package io.heraldmesh.proxy.filter;

import io.heraldmesh.policy.Decision;

/** What the filters made of a request: it may go on, or this is its answer. */
public sealed interface Verdict {

  record Pass(Permit permit) implements Verdict {}

  record Refuse(Decision.Denied decision) implements Verdict {}
}
