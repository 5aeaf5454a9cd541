package io.heraldmesh.node;

import static io.heraldmesh.node.NodeFiles.LEAST;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.node.NodeConfig.DatabaseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeFileDatabaseTest {
  @TempDir Path folder;
  private NodeFiles files;

  @BeforeEach
  void inAFolder() {
    files = new NodeFiles(folder);
  }

  @Test
  void theStateIsInAFileOfStateDirOrWhereTheFileSays() throws IOException {
    assertThat(files.read(LEAST).database()).isEqualTo(new DatabaseConfig.Sqlite(null));
    assertThat(files.read(LEAST + "  database: {sqlite: db/x.db}\n").database())
        .isEqualTo(new DatabaseConfig.Sqlite(folder.resolve("db/x.db")));
  }

  @Test
  void aDatabaseServerIsReadWithItsDefaultsWhichAreEncrypted() throws IOException {
    assertThat(
            files
                .read(
                    LEAST + "  database: {postgres: {url: \"postgresql://db/herald\", user: h}}\n")
                .database())
        .isEqualTo(
            new DatabaseConfig.Postgres(
                List.of("db:5432"), "herald", "herald", "h", null, true, null, 8));
    assertThat(
            files
                .read(
                    LEAST
                        + """
                      database:
                        postgres:
                          url: jdbc:postgresql://db1:6000,[::1]/herald
                          user: h
                          passwordFile: pw
                          schema: mesh_a
                          connections: 20
                          tls: {roots: db.pem}
                    """)
                .database())
        .isEqualTo(
            new DatabaseConfig.Postgres(
                List.of("db1:6000", "[0:0:0:0:0:0:0:1]:5432"),
                "herald",
                "mesh_a",
                "h",
                folder.resolve("pw"),
                true,
                folder.resolve("db.pem"),
                20));
  }

  @Test
  void anIpv6AddressIsWrittenAsCertificatesAreRead() throws IOException {
    for (String loopback : List.of("[::1]", "[0:0::1]:5432", "[0:0:0:0:0:0:0:1]")) {
      String line =
          "  database: {postgres: {url: \"postgresql://"
              + loopback
              + "/d\", user: u, tls: {disabled: true}}}\n";
      assertThat(files.read(LEAST + line).database())
          .isInstanceOfSatisfying(
              DatabaseConfig.Postgres.class,
              read -> assertThat(read.hosts()).containsExactly("[0:0:0:0:0:0:0:1]:5432"));
    }
  }

  @Test
  void aPasswordInTheFileIsRefusedAndNotShown() throws IOException {
    for (String line :
        List.of(
            "database: {postgres: {url: \"postgresql://h/d\", user: u, password: hunter2}}",
            "database: {postgres: {url: \"postgresql://u:hunter2@h/d\", user: u}}",
            "database: {postgres: {url: \"postgresql://h/d?password=hunter2\", user: u}}")) {
      Path file = Files.writeString(folder.resolve("node.yaml"), LEAST + "  " + line + "\n");
      NodeFileReader.Result result = NodeFileReader.read(file);
      assertThat(result.config()).as(line).isNull();
      assertThat(result.problems().text()).contains("passwordFile").doesNotContain("hunter2");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          database: {}                            | spec.database    | one of sqlite and postgres
          database: {sqlite: a, postgres: {url: "postgresql://h/d", user: u}} | spec.database | one of
          database: {mysql: a}                    | spec.database.mysql | unknown field
          database: {postgres: {user: u}}         | postgres.url     | required field is missing
          database: {postgres: {url: "postgresql://h/d"}} | postgres.user | required field is missing
          database: {postgres: {url: "http://h/d", user: u}} | postgres.url | is no server
          database: {postgres: {url: "postgresql://h:0/d", user: u}} | postgres.url | is no server
          database: {postgres: {url: "postgresql://h:65536/d", user: u}} | postgres.url | is no server
          database: {postgres: {url: "postgresql://h,/d", user: u}} | postgres.url | is no server
          database: {postgres: {url: "postgresql://[1:2]/d", user: u}} | postgres.url | is no server
          database: {postgres: {url: "postgresql://h/d?ssl=false", user: u}} | postgres.url | parameters
          database: {postgres: {url: "postgresql://u:p@h/d", user: u}} | postgres.url | do not stand
          database: {postgres: {url: "postgresql://h/d", user: u, schema: A}} | schema | name of a schema
          database: {postgres: {url: "postgresql://h/d", user: u, connections: 1}} | connections | not within
          database: {postgres: {url: "postgresql://h/d", user: u, tls: {disabled: true}}} | tls | on this machine
          database: {postgres: {url: "postgresql://127.0.0.1/d", user: u, tls: {disabled: true, roots: r}}} | tls | of no use
          """)
  void aDatabaseThatIsNoneIsNamedWithItsPlace(String line, String field, String message)
      throws IOException {
    files.refuses(line, field, message);
  }
}
