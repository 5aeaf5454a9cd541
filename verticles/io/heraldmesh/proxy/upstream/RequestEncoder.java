package io.heraldmesh.proxy.upstream;

import io.netty.handler.codec.http.HttpRequestEncoder;

/** Writes requests. A type of its own, so that pipelines read well. */
final class RequestEncoder extends HttpRequestEncoder {}
