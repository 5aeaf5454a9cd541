package io.heraldmesh.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.multimap.MultiMap;
import io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who answers at which address of the event bus, as the cluster has it: compared with who is a
 * member. Vert.x drops what a node registered once, when it hears that the node is gone. A merge of
 * halves that were apart may bring that back, and a member that hears late that others were gone
 * may drop what those have registered. Not for several threads at once; blocks.
 */
final class EventBusRegistrations {
  private static final Logger LOG = LoggerFactory.getLogger(EventBusRegistrations.class);
  private static final String REGISTRATIONS = "__vertx.subs";
  private static final String NODES = "__vertx.nodeInfo";

  private final HazelcastInstance member;

  /** Of nodes that were no members when it was last looked. */
  private Set<String> gone = Set.of();

  EventBusRegistrations(HazelcastInstance member) {
    this.member = member;
  }

  /**
   * Drops what is of nodes that are no members, and were none the last time: a member that has just
   * come may be known elsewhere first.
   *
   * @param self this node
   * @param members nodes that are members; asked after the registrations were read
   * @return how many there are of this node; less than none: the cluster does not know where it is
   */
  int clean(String self, Supplier<Collection<String>> members) {
    MultiMap<String, HazelcastRegistrationInfo> all = member.getMultiMap(REGISTRATIONS);
    Set<Map.Entry<String, HazelcastRegistrationInfo>> entries = all.entrySet();
    Set<String> present = new HashSet<>(members.get());
    Set<String> absent = new HashSet<>();
    int own = 0;
    int dropped = 0;
    for (Map.Entry<String, HazelcastRegistrationInfo> entry : entries) {
      String node = entry.getValue().unwrap().nodeId();
      if (node.equals(self)) {
        own++;
      } else if (!present.contains(node)) {
        absent.add(node);
        if (gone.contains(node) && all.remove(entry.getKey(), entry.getValue())) {
          dropped++;
        }
      }
    }
    gone = absent;
    if (dropped > 0) {
      LOG.info("registrations dropped of members that are gone count={}", dropped);
    }
    return member.getMap(NODES).containsKey(self) ? own : -1;
  }
}
