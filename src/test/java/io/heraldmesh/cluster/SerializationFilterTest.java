package io.heraldmesh.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.impl.MemberImpl;
import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.XmlConfigBuilder;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.MemberLeftException;
import com.hazelcast.core.OperationTimeoutException;
import com.hazelcast.internal.cluster.impl.ClusterTopologyChangedException;
import com.hazelcast.internal.cluster.impl.MasterNodeChangedException;
import com.hazelcast.partition.NoDataMemberInClusterException;
import com.hazelcast.spi.exception.CallerNotMemberException;
import com.hazelcast.spi.exception.PartitionMigratingException;
import com.hazelcast.spi.exception.RetryableHazelcastException;
import com.hazelcast.spi.exception.RetryableIOException;
import com.hazelcast.spi.exception.TargetDisconnectedException;
import com.hazelcast.spi.exception.TargetNotMemberException;
import com.hazelcast.spi.exception.WrongTargetException;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import com.hazelcast.version.MemberVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What members may read of Java's own serialization. What a member answers when it cannot do what
 * another asked is among it: without that the other never learns to ask somebody else, and a
 * control node that starts while partitions move or others come and go does not come up.
 */
class SerializationFilterTest {
  private static final String[] FILES = {"tcp-ip.xml", "kubernetes.xml", "multicast.xml"};

  @ParameterizedTest
  @ValueSource(strings = {"tcp-ip.xml", "kubernetes.xml", "multicast.xml"})
  void answersThatSayTryAgainAreRead(String file) throws Exception {
    ClassFilter filter = filter(file);
    for (Exception answer : answers()) {
      assertThat(refused(filter, answer)).as(answer.toString()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp-ip.xml", "kubernetes.xml", "multicast.xml"})
  void nothingElseIs(String file) throws Exception {
    ClassFilter filter = filter(file);
    for (String name :
        List.of(
            "java.util.HashMap",
            "java.util.PriorityQueue",
            "java.lang.reflect.Proxy",
            "java.lang.ProcessBuilder",
            "javax.management.BadAttributeValueExpException",
            "com.hazelcast.map.impl.MapService",
            "io.heraldmesh.bus.Envelope",
            "com.sun.org.apache.xalan.internal.xsltc.trax.TemplatesImpl")) {
      assertThat(filter.isListed(name)).as(name).isFalse();
    }
  }

  private static ClassFilter filter(String file) throws IOException {
    assertThat(FILES).contains(file);
    try (InputStream xml = Files.newInputStream(Path.of("cluster-config", file))) {
      return new XmlConfigBuilder(xml)
          .build()
          .getSerializationConfig()
          .getJavaSerializationFilterConfig()
          .getWhitelist();
    }
  }

  private static List<Exception> answers() throws Exception {
    Member member =
        new MemberImpl.Builder(new Address("127.0.0.1", 5701))
            .version(MemberVersion.of("5.7.0"))
            .uuid(UUID.randomUUID())
            .build();
    return List.of(
        new WrongTargetException("x"),
        new RetryableHazelcastException("x", new IllegalStateException("why")),
        new RetryableIOException("x"),
        new CallerNotMemberException("x"),
        new ClusterTopologyChangedException("x"),
        new MasterNodeChangedException("x"),
        new TargetNotMemberException("x"),
        new TargetDisconnectedException("x"),
        new PartitionMigratingException(new Address("127.0.0.1", 5701), 1, "op", "service"),
        new HazelcastInstanceNotActiveException(),
        new OperationTimeoutException("x"),
        new MemberLeftException(member),
        new NoDataMemberInClusterException("x"),
        new SplitBrainProtectionException("x"));
  }

  /** Classes that are needed to read it and may not be read. */
  private static List<String> refused(ClassFilter filter, Exception answer) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(answer);
    }
    List<String> refused = new ArrayList<>();
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())) {
          @Override
          protected Class<?> resolveClass(ObjectStreamClass described)
              throws IOException, ClassNotFoundException {
            if (!filter.isListed(described.getName())) {
              refused.add(described.getName());
            }
            return super.resolveClass(described);
          }
        }) {
      assertThat(in.readObject()).isInstanceOf(answer.getClass());
    }
    return refused;
  }
}
