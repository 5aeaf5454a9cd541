package io.heraldmesh.node;

import io.heraldmesh.bus.AdvertisedAddress;
import io.heraldmesh.bus.RegistrationSource;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.NodeRegistrations;
import io.heraldmesh.store.RegisteredAddress;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is registered for which node, as it was read last. Thread-safe. */
final class KnownRegistrations {
  private static final Logger LOG = LoggerFactory.getLogger(KnownRegistrations.class);

  private final Store store;
  private final String node;
  private final Runnable reading;

  private volatile Registrations all = Registrations.NONE;
  private volatile Registrations renewable = Registrations.NONE;

  /**
   * @param node this one's name
   * @param reading called when the database has something else than is known: it is to {@link
   *     #read}, and whatever else goes with that
   */
  KnownRegistrations(Store store, String node, Runnable reading) {
    this.store = store;
    this.node = node;
    this.reading = reading;
  }

  /** As of now. */
  RegistrationSource all() {
    return remembered(() -> all);
  }

  /** The same, and this node, which signs its own identity and renews it also without workloads. */
  RegistrationSource renewable() {
    return remembered(() -> renewable);
  }

  private RegistrationSource remembered(Supplier<Registrations> last) {
    // A database that does not answer holds up no more workers than that, of each who asks.
    Semaphore lookUps = new Semaphore(2);
    return new RegistrationSource() {
      @Override
      public Registrations get() {
        return last.get();
      }

      @Override
      public Registrations lookUp(String name) {
        readWhenOther(name, lookUps);
        return last.get();
      }
    };
  }

  /** Takes what is registered now, where that is something else for this node. */
  private void readWhenOther(String name, Semaphore lookUps) {
    if (!store.shared()) {
      return;
    }
    if (!lookUps.tryAcquire()) {
      throw new StoreException(StoreException.Reason.BUSY, "too many look for registrations");
    }
    try {
      NodeRegistrations there = store.registrations();
      Registrations now = of(there.of(name), there.addresses(name));
      Registrations before = all;
      if (!entry(now.byNode(), name).equals(entry(before.byNode(), name))
          || !entry(now.addresses(), name).equals(entry(before.addresses(), name))) {
        reading.run();
      }
    } finally {
      lookUps.release();
    }
  }

  private static <T> Set<T> entry(Map<String, Set<T>> byNode, String name) {
    return byNode.getOrDefault(name, Set.of());
  }

  /** Takes what is registered now, here or at another control node. Blocks for the database. */
  synchronized void read() {
    NodeRegistrations there = store.registrations();
    Registrations now = of(there.all(), there.addresses());
    all = now;
    Map<String, Set<WorkloadIdentity>> own = new HashMap<>(now.byNode());
    own.putIfAbsent(node, Set.of());
    renewable = new Registrations(own, now.addresses());
  }

  private static Registrations of(
      List<Registration> registrations, List<RegisteredAddress> addresses) {
    Map<String, Set<WorkloadIdentity>> workloads = new HashMap<>();
    for (Registration one : registrations) {
      workloads
          .computeIfAbsent(one.node(), none -> new HashSet<>())
          .add(new WorkloadIdentity(one.namespace(), one.serviceAccount()));
    }
    return new Registrations(
        workloads,
        addresses.stream()
            .collect(
                Collectors.groupingBy(
                    RegisteredAddress::node,
                    Collectors.flatMapping(KnownRegistrations::parsed, Collectors.toSet()))));
  }

  /** What cannot be read lets nobody be reached anywhere, and keeps no control node from work. */
  private static Stream<AdvertisedAddress> parsed(RegisteredAddress registered) {
    try {
      return Stream.of(AdvertisedAddress.parse(registered.address()));
    } catch (IllegalArgumentException e) {
      LOG.warn("registered address passed over node={} {}", registered.node(), e.getMessage());
      return Stream.empty();
    }
  }
}
