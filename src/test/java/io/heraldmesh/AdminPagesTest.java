package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.bus.AdminCertificates.Certificate;
import io.heraldmesh.bus.AdminCertificates.CertificatePage;
import io.heraldmesh.bus.AdminCertificates.CertificatesRequest;
import io.heraldmesh.bus.AdminCertificates.RegistrationPage;
import io.heraldmesh.bus.AdminCertificates.RegistrationsRequest;
import io.heraldmesh.bus.AdminTokens.CreateToken;
import io.heraldmesh.bus.AdminTokens.RevokeToken;
import io.heraldmesh.bus.AdminTokens.Token;
import io.heraldmesh.bus.AdminTokens.TokenPage;
import io.heraldmesh.bus.AdminTokens.TokensRequest;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.Registration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever reads a list page by page has each row once, whatever its name and whatever changes. */
@Timeout(120)
class AdminPagesTest extends AdminApi {

  @Test
  void registrationsOfNamesThatBeginAlikeAreAllListed() {
    for (String[] one :
        new String[][] {
          {"n", "foo", "z"}, {"n", "foo-bar", "a"}, {"n", "foo", "b-c"}, {"n-1", "foo", "a"}
        }) {
      store.registrations().add(new Registration(one[0], one[1], one[2], "test", clock.instant()));
    }
    List<String> read = new ArrayList<>();
    @Nullable String after = null;
    do {
      RegistrationPage page =
          Await.result(operator.registrations(new RegistrationsRequest(after, 1)));
      page.registrations().forEach(row -> read.add(row.node() + " " + row.workload()));
      after = page.next();
    } while (after != null);
    assertThat(read)
        .containsExactly(
            "n foo/b-c", "n foo/z", "n foo-bar/a", "n-1 foo/a", "n1 shop/web", "n2 shop/client");
  }

  @Test
  void tokensGoOnAfterOneThatWasTakenBackMeanwhile() {
    for (String node : List.of("n7", "n8", "n9")) {
      Await.result(
          operator.createToken(
              new CreateToken(
                  node, "node", List.of("shop/web"), List.of(), Duration.ofMinutes(10))));
    }
    TokenPage first = Await.result(operator.listTokens(new TokensRequest(null, 1)));
    String gone = first.tokens().getFirst().id();
    assertThat(Await.result(operator.revokeToken(new RevokeToken(gone))).revoked()).isTrue();

    TokenPage rest = Await.result(operator.listTokens(new TokensRequest(first.next(), 500)));

    assertThat(rest.tokens()).hasSize(2);
    assertThat(rest.next()).isNull();
    assertThat(Await.result(operator.listTokens(new TokensRequest(null, 500))).tokens())
        .extracting(Token::id)
        .doesNotContain(gone)
        .containsExactlyElementsOf(rest.tokens().stream().map(Token::id).toList());
  }

  @Test
  void certificatesGoOnAfterOneThatWasRenewedMeanwhile() {
    issued("a", "1", Duration.ofHours(1));
    issued("b", "2", Duration.ofHours(2));
    issued("c", "3", Duration.ofHours(3));
    CertificatePage first = page(null, 1);
    assertThat(first.certificates()).extracting(Certificate::serial).containsExactly("1");

    issued("a", "4", Duration.ofHours(4));

    CertificatePage second = page(first.next(), 1);
    assertThat(second.certificates()).extracting(Certificate::serial).containsExactly("2");
    assertThat(page(second.next(), 500).certificates())
        .extracting(Certificate::serial)
        .containsExactly("3", "4");
  }

  private CertificatePage page(@Nullable String after, int most) {
    return Await.result(operator.certificates(new CertificatesRequest("n7", after, most)));
  }

  private void issued(String account, String serial, Duration life) {
    Instant now = clock.instant();
    String id = "spiffe://mesh.test/ns/shop/sa/" + account;
    store
        .issuanceLog()
        .append(List.of(new IssuanceRecord(serial, id, "n7", now, now.plus(life), now, "ab", id)))
        .join();
  }
}
