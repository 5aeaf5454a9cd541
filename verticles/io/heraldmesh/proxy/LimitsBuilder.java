package io.heraldmesh.proxy;

import java.time.Duration;

/**
 * Changes single limits: {@code Limits.DEFAULTS.with(to -> to.connections(100))}. One of {@link
 * Limits#Limits its} rules broken throws {@link IllegalArgumentException} at the end. Not for
 * several threads.
 */
public final class LimitsBuilder {
  private int requestLineBytes;
  private int headerBytes;
  private int headerCount;
  private Duration handshake;
  private Duration requestHead;
  private Duration idle;
  private Duration streamIdle;
  private Duration connect;
  private Duration response;
  private Duration upstreamIdle;
  private int idlePerDestination;
  private int connections;
  private int connectionsPerAddress;
  private int newcomers;
  private int concurrentStreams;
  private int resetsPerWindow;
  private int tokenCacheBytes;
  private Duration detection;
  private long memoryBytes;
  private int shedPercent;

  LimitsBuilder(Limits from) {
    requestLineBytes = from.requestLineBytes();
    headerBytes = from.headerBytes();
    headerCount = from.headerCount();
    handshake = from.handshake();
    requestHead = from.requestHead();
    idle = from.idle();
    streamIdle = from.streamIdle();
    connect = from.connect();
    response = from.response();
    upstreamIdle = from.upstreamIdle();
    idlePerDestination = from.idlePerDestination();
    connections = from.connections();
    connectionsPerAddress = from.connectionsPerAddress();
    newcomers = from.newcomers();
    concurrentStreams = from.concurrentStreams();
    resetsPerWindow = from.resetsPerWindow();
    tokenCacheBytes = from.tokenCacheBytes();
    detection = from.detection();
    memoryBytes = from.memoryBytes();
    shedPercent = from.shedPercent();
  }

  public LimitsBuilder requestLineBytes(int value) {
    requestLineBytes = value;
    return this;
  }

  public LimitsBuilder headerBytes(int value) {
    headerBytes = value;
    return this;
  }

  public LimitsBuilder headerCount(int value) {
    headerCount = value;
    return this;
  }

  public LimitsBuilder handshake(Duration value) {
    handshake = value;
    return this;
  }

  public LimitsBuilder requestHead(Duration value) {
    requestHead = value;
    return this;
  }

  public LimitsBuilder idle(Duration value) {
    idle = value;
    return this;
  }

  public LimitsBuilder streamIdle(Duration value) {
    streamIdle = value;
    return this;
  }

  public LimitsBuilder connect(Duration value) {
    connect = value;
    return this;
  }

  public LimitsBuilder response(Duration value) {
    response = value;
    return this;
  }

  public LimitsBuilder upstreamIdle(Duration value) {
    upstreamIdle = value;
    return this;
  }

  public LimitsBuilder idlePerDestination(int value) {
    idlePerDestination = value;
    return this;
  }

  public LimitsBuilder connections(int value) {
    connections = value;
    return this;
  }

  public LimitsBuilder connectionsPerAddress(int value) {
    connectionsPerAddress = value;
    return this;
  }

  public LimitsBuilder newcomers(int value) {
    newcomers = value;
    return this;
  }

  public LimitsBuilder concurrentStreams(int value) {
    concurrentStreams = value;
    return this;
  }

  public LimitsBuilder resetsPerWindow(int value) {
    resetsPerWindow = value;
    return this;
  }

  public LimitsBuilder tokenCacheBytes(int value) {
    tokenCacheBytes = value;
    return this;
  }

  public LimitsBuilder detection(Duration value) {
    detection = value;
    return this;
  }

  public LimitsBuilder memoryBytes(long value) {
    memoryBytes = value;
    return this;
  }

  public LimitsBuilder shedPercent(int value) {
    shedPercent = value;
    return this;
  }

  Limits build() {
    return new Limits(
        requestLineBytes,
        headerBytes,
        headerCount,
        handshake,
        requestHead,
        idle,
        streamIdle,
        connect,
        response,
        upstreamIdle,
        idlePerDestination,
        connections,
        connectionsPerAddress,
        newcomers,
        concurrentStreams,
        resetsPerWindow,
        tokenCacheBytes,
        detection,
        memoryBytes,
        shedPercent);
  }
}
