package io.heraldmesh.proxy;

import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.policy.NodeSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A control plane that hands on what the test says, when the test says so. */
final class HandedPolicy implements PolicySource, PolicySource.Opening {
  private final NodeSnapshot first;
  private volatile boolean told;
  private volatile boolean left;
  private volatile List<AnnouncedWorkload> announced = List.of();
  private volatile @Nullable Function<NodeSnapshot, Future<Void>> consumer;
  private volatile @Nullable Revision revision;

  HandedPolicy(NodeSnapshot first) {
    this.first = first;
  }

  /** What the node said at first. */
  List<AnnouncedWorkload> announced() {
    return announced;
  }

  /** The node said that what runs there can be called. */
  boolean told() {
    return told;
  }

  /** The node took its leave. */
  boolean left() {
    return left;
  }

  Future<Void> apply(NodeSnapshot snapshot) {
    Function<NodeSnapshot, Future<Void>> opened = consumer;
    return opened == null ? Future.failedFuture("not open") : opened.apply(snapshot);
  }

  @Override
  public PolicySource open(
      Vertx vertx,
      List<AnnouncedWorkload> workloads,
      Function<NodeSnapshot, Future<Void>> receiver) {
    announced = workloads;
    consumer = receiver;
    return this;
  }

  @Override
  public Future<Void> start() {
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> first() {
    return apply(first).onSuccess(applied -> revision = new Revision(1, 1));
  }

  @Override
  public @Nullable Revision revision() {
    return revision;
  }

  @Override
  public Future<Void> ready() {
    told = true;
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> withdraw() {
    left = true;
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
