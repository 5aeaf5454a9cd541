package io.heraldmesh.store.sql;

import static io.heraldmesh.store.sql.TestRows.NOW;
import static io.heraldmesh.store.sql.TestRows.address;
import static io.heraldmesh.store.sql.TestRows.event;
import static io.heraldmesh.store.sql.TestRows.hash;
import static io.heraldmesh.store.sql.TestRows.registration;
import static io.heraldmesh.store.sql.TestRows.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.TokenUse;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where nodes may be reached is kept with what may run there. */
abstract class AddressContract extends TamperedStore {
  @Test
  void aTokenThatIsUsedRegistersItsAddressesBesideThoseThatAreThere() {
    store.registrations().add(address("n", "10.0.0.1"));
    JoinToken token = token("t", "n", Set.of("ns/sa"), Set.of("web.example", "10.0.0.0/8"));
    store.tokens().create(token);
    reopen();
    assertThat(store.tokens().all()).containsExactly(token);
    assertThat(store.registrations().addresses("n")).containsExactly(address("n", "10.0.0.1"));

    store.tokens().use(hash("t"), "n", "key", NOW);
    reopen();
    assertThat(store.registrations().addresses("n"))
        .containsExactly(
            address("n", "10.0.0.0/8"), address("n", "10.0.0.1"), address("n", "web.example"));
    assertThat(store.registrations().of("n")).containsExactly(registration("n", "sa"));
    assertThat(store.registrations().addresses("m")).isEmpty();
  }

  @Test
  void aTokenThatIsNotUsedRegistersNoAddress() {
    store.tokens().create(token("t", "n", Set.of(), Set.of("10.0.0.1")));
    assertThatExceptionOfType(RuntimeException.class)
        .isThrownBy(
            () ->
                store
                    .tokens()
                    .use(
                        hash("t"),
                        "n",
                        "key",
                        NOW,
                        used -> {
                          throw new IllegalStateException("no row");
                        }));
    assertThat(store.tokens().use(hash("t"), "n", "key", NOW.plusSeconds(600)))
        .isEqualTo(new TokenUse.Refused(TokenUse.Why.EXPIRED));
    assertThat(store.registrations().addresses()).isEmpty();
  }

  @Test
  void aDeletedNodeIsReachedNowhereAndOthersStay() {
    for (String node : List.of("n", "m", "o")) {
      store.registrations().add(registration(node, "sa"));
      store.registrations().add(address(node, "10.0.0.1"));
    }
    store.registrations().revoke("n", NOW, NOW.plusSeconds(60), event("revoke n"));
    assertThat(store.registrations().remove("m")).isTrue();
    reopen();
    assertThat(store.registrations().addresses()).containsExactly(address("o", "10.0.0.1"));
  }

  @Test
  void aNodeOfWhichOnlyAnAddressIsLeftIsKnown() {
    store.registrations().add(address("n", "10.0.0.1"));
    assertThat(
            store.registrations().revoke("n", NOW, NOW.plusSeconds(60), event("revoke n")).there())
        .isTrue();
  }

  @Test
  void whoRegisteredAnAddressFirstStays() {
    store.registrations().add(address("n", "10.0.0.1"));
    store.tokens().create(token("t", "n", Set.of(), Set.of("10.0.0.1")));
    store.tokens().use(hash("t"), "n", "key", NOW.plusSeconds(5));
    assertThat(store.registrations().addresses()).containsExactly(address("n", "10.0.0.1"));
  }

  @Test
  void whatHoldsASpaceIsNoAddress() {
    for (String wrong : List.of("", " ", "10.0.0.1 10.0.0.2", "a\nb", "ü.example")) {
      assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> address("n", wrong));
      assertThatIllegalArgumentException()
          .as(wrong)
          .isThrownBy(() -> token("t", "n", Set.of(), Set.of(wrong)));
    }
  }
}
