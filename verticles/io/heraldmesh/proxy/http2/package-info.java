/**
 * HTTP/2 connections as streams of HTTP messages, on Netty's frames and flow control, without a
 * channel for each stream.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.proxy.http2;
