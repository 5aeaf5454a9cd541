package io.heraldmesh.jwt;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the memory that a verified token keeps from being freed, in octets: a HotSpot heap with
 * compressed references. Counts what belongs to the token alone, not the rules or the keys.
 */
final class TokenWeight {
  /** The cache's own node, the map's node and slots, {@link TokenKey}, {@link Verification}. */
  private static final int ENTRY = 56 + (32 + 12) + 32 + (40 + 24 + 40);

  private static final int STRING = 24;
  private static final int ARRAY = 16;
  private static final int REFERENCE = 4;
  private static final int NUMBER = 24;
  private static final int LIST = 24 + 24;
  private static final int MAP = (32 + 24) + (56 + 16);
  private static final int MEMBER = 40;

  private TokenWeight() {}

  static int of(TokenKey key, Verification verification) {
    VerifiedToken token = verification.token();
    long sum = ENTRY + array(key.length(), 1) + text(token.payload()) + map(token.claims());
    for (String audience : token.audiences()) {
      sum += REFERENCE + text(audience);
    }
    return Math.toIntExact(Math.min(Integer.MAX_VALUE, sum));
  }

  private static long value(@Nullable Object value) {
    return switch (value) {
      case String text -> text(text);
      case Map<?, ?> map -> map(map);
      case List<?> list -> list(list);
      case Boolean shared -> 0;
      case null -> 0;
      default -> NUMBER;
    };
  }

  private static long map(Map<?, ?> map) {
    int slots = Math.max(16, Integer.highestOneBit(Math.max(1, map.size() * 4 / 3)) * 2);
    long sum = MAP + (map.isEmpty() ? 0 : array(slots, REFERENCE));
    for (Map.Entry<?, ?> member : map.entrySet()) {
      sum += MEMBER + value(member.getKey()) + value(member.getValue());
    }
    return sum;
  }

  private static long list(List<?> list) {
    long sum = LIST + (list.isEmpty() ? 0 : array(Math.max(10, list.size() * 3 / 2), REFERENCE));
    for (Object element : list) {
      sum += value(element);
    }
    return sum;
  }

  private static long text(String text) {
    boolean wide = text.chars().anyMatch(c -> c > 0xff);
    return STRING + array(text.length(), wide ? 2 : 1);
  }

  private static long array(int length, int each) {
    return (ARRAY + (long) length * each + 7) / 8 * 8;
  }
}
