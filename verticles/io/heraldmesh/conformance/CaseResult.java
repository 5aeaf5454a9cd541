package io.heraldmesh.conformance;

/**
 * One case of a report.
 *
 * @param id unique in its file
 * @param kind the class that the file gives it, or the section it stands in
 * @param control it must be accepted: if not, the run proves nothing
 * @param detail why it failed, was skipped or differs; empty when it passed
 */
public record CaseResult(String id, String kind, boolean control, Verdict verdict, String detail) {}
