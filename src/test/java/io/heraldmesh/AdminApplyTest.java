package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.heraldmesh.admin.AdminVerticle;
import io.heraldmesh.bus.AdminAudit.AuditRequest;
import io.heraldmesh.bus.AdminAudit.Entry;
import io.heraldmesh.bus.AdminResources;
import io.heraldmesh.bus.AdminResources.Action;
import io.heraldmesh.bus.AdminResources.Change;
import io.heraldmesh.bus.AdminResources.DeleteRequest;
import io.heraldmesh.bus.AdminResources.Deleted;
import io.heraldmesh.bus.AdminResources.Expected;
import io.heraldmesh.bus.AdminResources.GetRequest;
import io.heraldmesh.bus.AdminResources.HistoryRequest;
import io.heraldmesh.bus.AdminResources.Item;
import io.heraldmesh.bus.AdminResources.Key;
import io.heraldmesh.bus.AdminResources.ListRequest;
import io.heraldmesh.bus.AdminResources.Outcome;
import io.heraldmesh.bus.AdminResources.Past;
import io.heraldmesh.bus.AdminResources.Target;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.store.StoredResource;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a change by the admin API does, and what it leaves alone. */
@Timeout(120)
class AdminApplyTest extends AdminApi {
  private static final String MISSPELT = STRICT_ONLY.replace("mtls:", "mtsl:");

  @Test
  void whatIsAppliedIsOnDiskWhenItIsAnsweredAndComesIntoForceOnEveryNode() {
    upWithStore();
    assertThat(web.mode()).isEqualTo(MtlsMode.PERMISSIVE);

    Outcome.Applied applied = (Outcome.Applied) apply("# ours\n" + STRICT_ONLY);

    StoredResource stored = store.resources().all().resources().getFirst();
    assertThat(stored.content()).isEqualTo("# ours\n" + STRICT_ONLY);
    assertThat(stored.changedBy()).isEqualTo("spiffe://mesh.test/herald/operator/ann");
    assertThat(applied.changes())
        .containsExactly(new Change(PEERS, Action.CREATED, applied.revision()));
    assertThat(inForce(applied).reached()).isTrue();
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);
  }

  @Test
  void everyChangeIsInTheAuditLogWithWhoWhatWhenAndResult() {
    Outcome.Applied applied = (Outcome.Applied) apply(STRICT_ONLY);
    apply(MISSPELT);
    apply(PERMISSIVE, new Expected(PEERS, "9.9"));
    delete(null);

    List<Entry> rows = Await.result(operator.audit(new AuditRequest(0, 10))).entries();
    assertThat(rows)
        .extracting(Entry::action, Entry::outcome)
        .containsExactly(
            tuple("resources.delete", "done"),
            tuple("resources.apply", "conflict"),
            tuple("resources.apply", "refused"),
            tuple("resources.apply", "done"));
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row.actor()).isEqualTo("spiffe://mesh.test/herald/operator/ann");
              assertThat(row.at()).isBeforeOrEqualTo(clock.instant());
            });
    assertThat(rows.getLast().subject()).contains("PeerAuthentication shop/default");
    assertThat(rows.getLast().detail()).contains(applied.revision());
    assertThat(rows.get(2).detail()).startsWith("mesh.yaml:4:");
  }

  @Test
  void ofABadSetNothingIsTakenAndEachProblemHasItsFileAndLine() {
    upWithStore();
    apply(PERMISSIVE);

    Outcome.Refused refused =
        (Outcome.Refused) apply(STRICT_ONLY + "---\n" + MISSPELT.replace("default", "other"));

    assertThat(refused.problems().listed())
        .anySatisfy(p -> assertThat(p.text()).startsWith("mesh.yaml:9:8: error HLD0101 spec.mtsl"));
    assertThat(store.resources().all().resources())
        .singleElement()
        .satisfies(one -> assertThat(one.content()).isEqualTo(PERMISSIVE));
    assertThat(web.mode()).isEqualTo(MtlsMode.PERMISSIVE);
  }

  @Test
  void whatStandsInTheFolderIsNotChangedByApplyOrDelete() {
    folder = read(STRICT_ONLY);

    Outcome.Refused refused = (Outcome.Refused) apply(PERMISSIVE);
    assertThat(refused.problems().listed())
        .singleElement()
        .satisfies(
            p ->
                assertThat(p.text()).contains("is there already, at mesh.yaml:3:18; change it in"));
    Outcome deleted = delete(null);
    assertThat(((Outcome.Refused) deleted).problems().listed().getFirst().text())
        .startsWith("mesh.yaml:3:1: error");
    assertThat(store.audit().list(0, 10))
        .hasSize(2)
        .allSatisfy(row -> assertThat(row.event().outcome()).isEqualTo("refused"));
    Item shown = Await.result(operator.getResource(new GetRequest(TARGET))).item();
    assertThat(Objects.requireNonNull(shown).source()).isEqualTo("mesh.yaml:3");
  }

  @Test
  void anotherTrustDomainIsRefused() {
    assertThat(
            apply(
                """
                apiVersion: herald.io/v1alpha1
                kind: MeshConfig
                metadata: {name: mesh}
                spec: {trustDomain: other.test}
                """))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            r ->
                assertThat(r.problems().listed().getFirst().text())
                    .contains("mesh.yaml:4:", "trustDomain is other.test"));
  }

  @Test
  void aDryRunSaysWhatWouldHappenAndChangesNothing() {
    apply(PERMISSIVE);
    var before = store.resources().all();
    var audit = store.audit().list(0, 100);

    Outcome.Applied would =
        (Outcome.Applied) dryRun(STRICT_ONLY + "---\n" + PERMISSIVE.replace("default", "more"));
    assertThat(would.dryRun()).isTrue();
    assertThat(would.changes())
        .extracting(Change::action)
        .containsExactly(Action.CHANGED, Action.CREATED);
    assertThat(would.warnings().listed())
        .anySatisfy(p -> assertThat(p.text()).startsWith("mesh.yaml:"));
    assertThat(dryRun(MISSPELT)).isInstanceOf(Outcome.Refused.class);
    assertThat(
            Await.result(
                    operator.delete(new DeleteRequest(List.of(new Deleted(TARGET, null)), true)))
                .outcome())
        .isInstanceOf(Outcome.Applied.class);

    assertThat(store.resources().all()).isEqualTo(before);
    assertThat(store.audit().list(0, 100)).isEqualTo(audit);
  }

  @Test
  void theSameAgainIsNoChange() {
    Outcome.Applied first = (Outcome.Applied) apply(STRICT_ONLY);
    Outcome.Applied second = (Outcome.Applied) apply(STRICT_ONLY);

    assertThat(second.changes())
        .containsExactly(new Change(PEERS, Action.UNCHANGED, first.revision()));
    assertThat(second.revision()).isEqualTo(first.revision());
    assertThat(store.audit().list(0, 10)).hasSize(1);
  }

  @Test
  void ofThoseWhoChangeTheSameVersionOneWins() {
    Outcome.Applied first = (Outcome.Applied) apply(STRICT_ONLY);
    List<Future<AdminResources.ApplyAnswer>> racing = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      racing.add(
          as(HeraldRole.OPERATOR, "op" + i)
              .apply(request("# " + i + "\n" + PERMISSIVE, new Expected(PEERS, first.revision()))));
    }
    List<Outcome> outcomes = racing.stream().map(Await::result).map(a -> a.outcome()).toList();

    assertThat(outcomes).filteredOn(Outcome.Applied.class::isInstance).hasSize(1);
    assertThat(outcomes).filteredOn(Outcome.Conflicted.class::isInstance).hasSize(11);
    assertThat(store.resources().history(key(), 100)).hasSize(2);
    assertThat(apply(PERMISSIVE, new Expected(PEERS, "")))
        .as("expected not to be there")
        .isInstanceOf(Outcome.Conflicted.class);
  }

  /** Each alone would be good; two mesh configurations are not. */
  @Test
  void whatWasCheckedIsWhatIsWrittenAlsoWithTwoControlNodes() {
    AdminVerticle other = admin();
    Await.result(vertx.deployVerticle(other));
    List<Future<AdminResources.ApplyAnswer>> racing = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      racing.add(
          operator.apply(
              request(
                  "apiVersion: herald.io/v1alpha1\nkind: MeshConfig\nmetadata: {name: m%d}\nspec: {}\n"
                      .formatted(i))));
    }
    List<Outcome> outcomes = racing.stream().map(Await::result).map(a -> a.outcome()).toList();

    assertThat(outcomes).filteredOn(Outcome.Applied.class::isInstance).hasSize(1);
    assertThat(store.resources().all().resources()).hasSize(1);
    assertThat(accepted.read().resources().problems().hasErrors()).isFalse();
  }

  @Test
  void theHistoryTellsWhatItWasAndWhoDeletedIt() {
    apply(STRICT_ONLY);
    apply(PERMISSIVE);
    delete(null);

    Target full = new Target(PEERS.kind(), "shop", "default");
    var page = Await.result(operator.history(new HistoryRequest(full, null, 2)));
    assertThat(page.versions()).extracting(Past::content).containsExactly(null, PERMISSIVE);
    var rest = Await.result(operator.history(new HistoryRequest(full, page.next(), 2)));
    assertThat(rest.versions()).extracting(Past::content).containsExactly(STRICT_ONLY);
    assertThat(rest.next()).isNull();
  }

  @Test
  void listsComeInPages() {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      many.append("---\n").append(STRICT_ONLY.replace("shop", "ns" + i));
    }
    apply(many.toString());

    List<Key> seen = new ArrayList<>();
    @Nullable Key after = null;
    do {
      var page =
          Await.result(
              operator.listResources(new ListRequest("peerauthentications", null, true, after, 2)));
      assertThat(page.items()).hasSizeBetween(1, 2);
      page.items().forEach(item -> seen.add(item.key()));
      after = page.next();
    } while (after != null);
    assertThat(seen).extracting(Key::namespace).containsExactly("ns0", "ns1", "ns2", "ns3", "ns4");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 501, Integer.MAX_VALUE})
  void aPageHasBounds(int most) {
    BusException refusal =
        (BusException)
            Await.failure(operator.listResources(new ListRequest(null, null, false, null, most)));
    assertThat(refusal.failure()).isEqualTo(BusFailure.MALFORMED);
    assertThat(store.audit().list(0, 1).getFirst().event().outcome()).isEqualTo("refused");
  }

  @Test
  void aSetThatIsTooLargeIsNotEvenSent() {
    String large = STRICT_ONLY + "#" + "x".repeat(13 << 20);
    BusException refusal = (BusException) Await.failure(operator.apply(request(large)));
    assertThat(refusal.failure()).isEqualTo(BusFailure.TOO_LARGE);
  }

  @Test
  void moreResourcesThanOneAnswerTellsOfAreRefusedAndNoneIsTaken() {
    StringBuilder services = new StringBuilder();
    for (int i = 0; i <= 20_000; i++) {
      services
          .append("{apiVersion: v1, kind: Service, metadata: {namespace: shop, name: s")
          .append(i)
          .append("}, spec: {ports: [{port: 80}]}}\n---\n");
    }
    BusException refusal =
        (BusException) Await.failure(operator.apply(request(services.toString())));
    assertThat(refusal.failure()).isEqualTo(BusFailure.MALFORMED);
    assertThat(refusal).hasMessageContaining("number of resources");
    assertThat(store.resources().all().resources()).isEmpty();
  }

  private Outcome delete(@Nullable String version) {
    return Await.result(
            operator.delete(new DeleteRequest(List.of(new Deleted(TARGET, version)), false)))
        .outcome();
  }

  private static io.heraldmesh.store.ResourceKey key() {
    return new io.heraldmesh.store.ResourceKey(PEERS.kind(), "shop", "default");
  }
}
