package io.heraldmesh.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.capture.ShownRules.Rule;
import org.junit.jupiter.api.Test;

/** Rules in force, one by one. */
class ShownRulesTest {

  @Test
  void nftablesNamesTableAndChain() {
    ShownRules shown =
        ShownRules.ofNft(
            """
            table inet herald {
            	chain output {
            		type nat hook output priority -100; policy accept;
            		meta skuid 1337 return
            	}

            	chain prerouting {
            		ip daddr { 10.0.0.0/8, 192.0.2.7 } return
            	}
            }""");
    assertThat(shown.rules())
        .containsExactly(
            new Rule("inet herald", "output", "type nat hook output priority -100; policy accept;"),
            new Rule("inet herald", "output", "meta skuid 1337 return"),
            new Rule("inet herald", "prerouting", "ip daddr { 10.0.0.0/8, 192.0.2.7 } return"));
  }

  @Test
  void iptablesNamesToolTableAndChain() {
    ShownRules shown =
        ShownRules.ofIptables(
            """
            # iptables -t nat
            -N HERALD_OUTPUT
            -A HERALD_OUTPUT -p tcp -j REDIRECT --to-ports 15001
            # ip6tables -t filter
            -N HERALD_INPUT
            -A HERALD_INPUT ! -i lo -p tcp -j DROP""");
    assertThat(shown.rules())
        .containsExactly(
            new Rule("iptables nat", "HERALD_OUTPUT", "-p tcp -j REDIRECT --to-ports 15001"),
            new Rule("ip6tables filter", "HERALD_INPUT", "! -i lo -p tcp -j DROP"));
  }
}
