package io.heraldmesh.jwt;

import io.heraldmesh.crypto.Crypto;
import java.util.List;

/** The implementations that every vector runs under. */
final class Cryptos {
  private Cryptos() {}

  static List<Crypto> all() {
    return Crypto.all();
  }
}
