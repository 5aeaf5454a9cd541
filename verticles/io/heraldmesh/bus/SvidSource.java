package io.heraldmesh.bus;

import io.heraldmesh.identity.TrustBundle;

/**
 * Where a part of Herald takes its own identity and the roots it trusts from. Asked anew for every
 * message, so that a renewed one is used at once. Thread-safe; does no I/O.
 */
public interface SvidSource {

  /** The identity in force. */
  HeraldSvid svid();

  /** The roots in force. */
  TrustBundle bundle();

  /** A source that never changes. */
  static SvidSource fixed(HeraldSvid svid, TrustBundle bundle) {
    return new SvidSource() {
      @Override
      public HeraldSvid svid() {
        return svid;
      }

      @Override
      public TrustBundle bundle() {
        return bundle;
      }
    };
  }
}
