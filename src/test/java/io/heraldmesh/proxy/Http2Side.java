package io.heraldmesh.proxy;

import java.net.Socket;

/** Where a client that speaks HTTP/2 comes in. */
enum Http2Side {
  INBOUND {
    @Override
    Socket connect(Mesh mesh) throws Exception {
      return mesh.tlsSocket(mesh.authority.issue(Mesh.CLIENT_ID), "istio-h2", "h2");
    }
  },
  OUTBOUND {
    @Override
    Socket connect(Mesh mesh) throws Exception {
      return new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort());
    }
  };

  abstract Socket connect(Mesh mesh) throws Exception;
}
