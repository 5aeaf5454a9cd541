package io.heraldmesh.resource.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.problem.ProblemCollector;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is written out is read back as it was. */
class YamlTextTest {
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "a",
          "yes",
          "No",
          "null",
          "~",
          "true",
          "1",
          "1.5",
          "0x1F",
          "- a",
          "a: b",
          "#x",
          "a #b",
          "{a",
          "[",
          "*x",
          "&x",
          "!t",
          "|",
          ">",
          "%",
          "@",
          "`",
          "'",
          "\"",
          "\\",
          "a\nb",
          "\ttab",
          "ü€😀",
          "\u200Bhidden",
          "\u0085",
          "---",
          "...",
          "key with spaces",
          "12:30",
          "2026-01-01",
          "a/b.c-d_e",
          "trailing ",
          "=",
          "<<",
          "-",
          "?",
          ":");

  @Test
  void anyTreeComesBackAsItWas() {
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      Map<String, Object> tree = map(random, 0);
      String yaml = YamlText.of(tree);
      ProblemCollector problems = new ProblemCollector();
      Map<String, ?> read =
          new YamlReader(problems)
              .read("t", yaml.getBytes(StandardCharsets.UTF_8))
              .getFirst()
              .value(problems)
              .tree();
      assertThat(read).as(yaml + problems.problems().text()).isEqualTo(tree);
      assertThat(problems.problems().all()).as(yaml).isEmpty();
    }
  }

  private static Map<String, Object> map(Random random, int depth) {
    Map<String, Object> map = new LinkedHashMap<>();
    int size = 1 + random.nextInt(4);
    for (int i = 0; i < size; i++) {
      String key = TEXTS.get(random.nextInt(TEXTS.size()));
      map.put(key.isEmpty() || key.equals("<<") ? "k" + i : key, value(random, depth + 1));
    }
    return map;
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(depth > 4 ? 4 : 7)) {
      case 0 -> TEXTS.get(random.nextInt(TEXTS.size()));
      case 1 -> BigInteger.valueOf(random.nextLong());
      case 2 -> random.nextBoolean();
      case 3 -> new BigDecimal("1.25");
      case 4 -> map(random, depth);
      case 5 -> random.nextBoolean() ? List.of() : Map.of();
      default -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
          list.add(value(random, depth + 1));
        }
        yield list;
      }
    };
  }
}
