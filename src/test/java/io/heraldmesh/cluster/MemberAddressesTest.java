package io.heraldmesh.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.TcpIpConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Hazelcast is told of addresses in numbers, whatever was written. */
class MemberAddressesTest {
  private static final InetAddress IPV4 = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress IPV6 = InetAddress.ofLiteral("::1");

  @Test
  void aNameIsItsAddresses() {
    assertThat(found(IPV4, "localhost:5701")).containsExactly("127.0.0.1:5701");
  }

  @Test
  void anIpv6AddressKeepsItsBracketsAndIsWrittenAsHazelcastComparesIt() {
    assertThat(found(IPV6, "[fd00::2]:5701")).containsExactly("[fd00:0:0:0:0:0:0:2]:5701");
  }

  @Test
  void anAddressInNumbersIsTakenAsItStands() {
    assertThat(found(IPV4, "10.0.0.2:5701", "10.0.0.3:5701"))
        .containsExactly("10.0.0.2:5701", "10.0.0.3:5701");
  }

  @Test
  void aNameWithoutAnAddressIsLeftOutAndTheOthersAreNot() {
    assertThat(found(IPV4, "c2.invalid:5701", "10.0.0.3:5701")).containsExactly("10.0.0.3:5701");
  }

  @Test
  void nothingIsToldTwice() {
    TcpIpConfig config = new TcpIpConfig().addMember("127.0.0.1:5701");
    MemberAddresses others = new MemberAddresses(List.of("localhost:5701", "10.0.0.2:1"), IPV4);
    others.tell(config);
    others.tell(config);
    assertThat(config.getMembers()).containsExactly("127.0.0.1:5701", "10.0.0.2:1");
  }

  @Test
  void anAddressThatItsNameNoLongerHasIsLookedForNoMore() {
    Answers answers = new Answers();
    TcpIpConfig config = new TcpIpConfig().addMember("10.0.0.1:5701").addMember("10.0.0.5:5701");
    MemberAddresses others =
        new MemberAddresses(List.of("c2:5701", "c3:5701", "10.0.0.9:5701"), IPV4, answers::of);
    answers.say("c2", "10.0.0.2", "10.0.0.5");
    answers.say("c3", "10.0.0.3");
    others.tell(config);
    assertThat(config.getMembers())
        .containsExactlyInAnyOrder(
            "10.0.0.1:5701", "10.0.0.5:5701", "10.0.0.2:5701", "10.0.0.3:5701", "10.0.0.9:5701");

    answers.say("c2", "10.0.0.4");
    others.tell(config);
    assertThat(config.getMembers())
        .as("what the file names stays")
        .containsExactlyInAnyOrder(
            "10.0.0.1:5701", "10.0.0.5:5701", "10.0.0.4:5701", "10.0.0.3:5701", "10.0.0.9:5701");
  }

  @Test
  void aNameThatHasNoAddressForAWhileKeepsItsLastOnes() {
    Answers answers = new Answers();
    TcpIpConfig config = new TcpIpConfig();
    MemberAddresses others = new MemberAddresses(List.of("c2:5701", "c3:5701"), IPV4, answers::of);
    answers.say("c2", "10.0.0.2");
    answers.say("c3", "10.0.0.3");
    others.tell(config);

    answers.say("c2");
    answers.say("c3", "10.0.0.4");
    others.tell(config);
    assertThat(config.getMembers()).containsExactlyInAnyOrder("10.0.0.2:5701", "10.0.0.4:5701");
  }

  @Test
  void anAddressThatAnotherNameHasNowStays() {
    Answers answers = new Answers();
    TcpIpConfig config = new TcpIpConfig();
    MemberAddresses others = new MemberAddresses(List.of("c2:5701", "c3:5701"), IPV4, answers::of);
    answers.say("c2", "10.0.0.2");
    others.tell(config);

    answers.say("c2", "10.0.0.3");
    answers.say("c3", "10.0.0.2");
    others.tell(config);
    assertThat(config.getMembers()).containsExactlyInAnyOrder("10.0.0.2:5701", "10.0.0.3:5701");
  }

  /** What the DNS would say. */
  private static final class Answers {
    private final Map<String, List<String>> said = new HashMap<>();

    void say(String host, String... addresses) {
      said.put(host, List.of(addresses));
    }

    InetAddress[] of(String host) throws UnknownHostException {
      List<String> addresses = said.getOrDefault(host, List.of());
      if (addresses.isEmpty()) {
        throw new UnknownHostException(host);
      }
      return addresses.stream().map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
    }
  }

  private static List<String> found(InetAddress listen, String... written) {
    TcpIpConfig config = new TcpIpConfig();
    new MemberAddresses(List.of(written), listen).tell(config);
    return config.getMembers();
  }
}
