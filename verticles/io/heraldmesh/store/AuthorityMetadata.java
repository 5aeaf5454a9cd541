package io.heraldmesh.store;

import java.util.List;
import java.util.Optional;

/** Which mesh this state belongs to, and by which certificates it is signed. */
public interface AuthorityMetadata {

  /** Empty until it was claimed. */
  Optional<String> trustDomain();

  /**
   * Says whose state this is; said once.
   *
   * @throws StoreException with reason FOREIGN when it is another mesh's
   */
  void claim(String trustDomain);

  /** All, oldest first. */
  List<AuthorityCertificate> certificates();

  /** Adds a certificate, or puts a known one into another phase. */
  void put(AuthorityCertificate certificate);

  /**
   * Control node {@code node} is none any more: what it signed by is dropped, and its name is free.
   * One that runs all the same notes it again at its start.
   *
   * @return whether it was one
   */
  boolean retire(String node);
}
