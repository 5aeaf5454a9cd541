package io.heraldmesh;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which package may use which: the table of docs/architecture.md, as a test. */
class FloorPlanTest {
  private static final String ROOT = "io.heraldmesh.";

  /** Package to the packages of ours that it may use. */
  private static final Map<String, Set<String>> PLAN =
      Map.ofEntries(
          Map.entry("crypto", Set.of()),
          Map.entry("identity", Set.of("crypto")),
          Map.entry("jwt", Set.of("crypto")),
          Map.entry("resource", Set.of()),
          Map.entry("policy", Set.of("crypto", "identity", "jwt")),
          Map.entry("compile", Set.of("resource", "policy", "identity", "jwt")),
          Map.entry("convert", Set.of("resource", "compile", "policy")),
          Map.entry("store", Set.of()),
          Map.entry("capture", Set.of("policy")),
          Map.entry("bus", Set.of("crypto", "policy", "identity", "jwt")),
          Map.entry("jwks", Set.of("crypto", "identity", "jwt", "bus")),
          Map.entry("credentials", Set.of("crypto", "identity", "bus")),
          Map.entry("tls", Set.of("crypto", "identity", "credentials")),
          Map.entry("link", Set.of("crypto", "identity", "bus", "tls")),
          Map.entry("cluster", Set.of("crypto", "identity", "tls")),
          Map.entry("ca", Set.of("crypto", "identity", "jwt", "bus", "store", "cluster")),
          Map.entry(
              "enrol",
              Set.of("crypto", "identity", "bus", "store", "ca", "credentials", "tls", "link")),
          Map.entry(
              "distributor",
              Set.of(
                  "crypto",
                  "identity",
                  "jwt",
                  "resource",
                  "compile",
                  "policy",
                  "bus",
                  "store",
                  "cluster")),
          Map.entry(
              "proxy",
              Set.of("crypto", "policy", "identity", "jwt", "jwks", "credentials", "tls", "bus")),
          Map.entry("admin", Set.of("bus", "identity", "resource", "store", "distributor")),
          Map.entry(
              "conformance",
              Set.of(
                  "crypto",
                  "identity",
                  "jwt",
                  "resource",
                  "compile",
                  "policy",
                  "ca",
                  "credentials",
                  "proxy")),
          Map.entry(
              "node",
              Set.of(
                  "crypto",
                  "identity",
                  "jwt",
                  "resource",
                  "compile",
                  "policy",
                  "store",
                  "capture",
                  "bus",
                  "jwks",
                  "credentials",
                  "tls",
                  "link",
                  "cluster",
                  "ca",
                  "enrol",
                  "distributor",
                  "proxy",
                  "admin")));

  /** Where the tests were compiled to, whatever compiled them: they are not held to the plan. */
  private static final String TESTS =
      FloorPlanTest.class.getProtectionDomain().getCodeSource().getLocation().getPath();

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains(TESTS))
          .importPackages("io.heraldmesh");

  @Test
  void eachPackageUsesOnlyWhatThePlanAllows() {
    assertThat(CLASSES.size()).isGreaterThan(20);
    List<String> all = new ArrayList<>(PLAN.keySet());
    all.add("cli");
    for (Map.Entry<String, Set<String>> row : PLAN.entrySet()) {
      Set<String> forbidden = new TreeSet<>(all);
      forbidden.remove(row.getKey());
      forbidden.removeAll(row.getValue());
      noClasses()
          .that()
          .resideInAPackage(ROOT + row.getKey() + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(forbidden.stream().map(p -> ROOT + p + "..").toArray(String[]::new))
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  @Test
  void everyPackageStandsInThePlan() {
    Set<String> known = new TreeSet<>(PLAN.keySet());
    known.add("cli");
    CLASSES.forEach(
        c -> {
          String name = c.getPackageName().substring(ROOT.length());
          assertThat(known)
              .contains(name.contains(".") ? name.substring(0, name.indexOf('.')) : name);
        });
  }

  @Test
  void thePureCoreKnowsNoEventLoopAndNoClock() {
    noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + "crypto..",
            ROOT + "identity..",
            ROOT + "jwt..",
            ROOT + "resource..",
            ROOT + "policy..",
            ROOT + "compile..",
            ROOT + "convert..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx..", "io.netty..", "com.hazelcast..")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .check(CLASSES);
  }

  @Test
  void internalsOfVertxAndHazelcastAreTouchedInOnePackageOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "tls..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.vertx.core.internal..", "io.vertx.core.impl..", "com.hazelcast.internal..")
        .check(CLASSES);
  }

  @Test
  void filtersSeeHeadsAndNeverACodec() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + "proxy.filter..", ROOT + "policy..", ROOT + "jwt..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty.handler.codec..", "io.vertx.core.http..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }
}
