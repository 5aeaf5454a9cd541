package io.heraldmesh.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.policy.NodeSnapshot;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every word that a snapshot can hold has its level. */
class LevelTableTest {

  /** Whoever adds a word has to say with which level it comes, and every node is told no other. */
  @Test
  void theTableHasEveryWordThatASnapshotCanHoldAndNoOther() {
    Words words = new Words();
    words.of(NodeSnapshot.class);
    assertThat(new TreeSet<>(LevelTable.NOW.words())).isEqualTo(words.names);
  }

  @Test
  void itsNewestLevelIsTheOneThatNodesOfThisVersionKnow() {
    // A level may come with no new word.
    assertThat(LevelTable.NOW.newest()).isLessThanOrEqualTo(SchemaLevel.NEWEST);
  }

  /** What the types say that a snapshot is made of; what travels as one text has no words. */
  private static final class Words {
    private final Set<String> names = new TreeSet<>();
    private final Set<Class<?>> seen = new HashSet<>();

    void of(Type type) {
      if (type instanceof ParameterizedType generic) {
        for (Type argument : generic.getActualTypeArguments()) {
          of(argument);
        }
      } else if (type instanceof Class<?> known && seen.add(known)) {
        of(known);
      }
    }

    private void of(Class<?> type) {
      if (!type.getPackageName().equals("io.heraldmesh.policy")
          && !type.getPackageName().equals("io.heraldmesh.jwt")) {
        return;
      }
      if (type.isSealed()) {
        for (Class<?> permitted : type.getPermittedSubclasses()) {
          of((Type) permitted);
        }
      } else if (type.isEnum()) {
        for (Object constant : type.getEnumConstants()) {
          names.add(LevelTable.name(constant));
        }
      } else if (type.isRecord()) {
        names.add(LevelTable.name(type));
        for (RecordComponent component : type.getRecordComponents()) {
          of(component.getGenericType());
        }
      }
    }
  }
}
