package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** One root stands for one list of leaves, and a proof for one place in it. */
class SnapshotTreePropertiesTest {
  private static List<ByteString> leaves(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> ByteString.sha256(("leaf " + i).getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  @Property(tries = 300)
  void everyLeafIsProvenAtItsPlaceAndAtNoOther(
      @ForAll @IntRange(min = 1, max = 70) int size, @ForAll @IntRange(max = 69) int at) {
    List<ByteString> leaves = leaves(size);
    SnapshotTree tree = SnapshotTree.of(leaves);
    int index = at % size;
    InclusionProof proof = tree.proof(index);

    assertThat(proof.root(leaves.get(index), size)).contains(tree.root());
    for (int other = 0; other < size; other++) {
      if (other != index) {
        assertThat(proof.root(leaves.get(other), size))
            .isNotEqualTo(proof.root(leaves.get(index), size));
        assertThat(new InclusionProof(other, proof.path()).root(leaves.get(index), size))
            .as("leaf " + index + " as leaf " + other)
            .isNotEqualTo(Optional.of(tree.root()));
      }
    }
  }

  @Property(tries = 300)
  void aProofThatIsCutOrLengthenedOrOfATreeOfAnotherSizeProvesNothing(
      @ForAll @IntRange(min = 2, max = 70) int size,
      @ForAll @IntRange(max = 69) int at,
      @ForAll @Size(32) byte[] extra) {
    List<ByteString> leaves = leaves(size);
    SnapshotTree tree = SnapshotTree.of(leaves);
    int index = at % size;
    ByteString leaf = leaves.get(index);
    List<ByteString> path = tree.proof(index).path();

    List<ByteString> longer = new ArrayList<>(path);
    longer.add(ByteString.of(extra));
    assertThat(new InclusionProof(index, longer).root(leaf, size)).isEmpty();
    assertThat(new InclusionProof(index, path.subList(0, path.size() - 1)).root(leaf, size))
        .isEmpty();
    List<ByteString> turned = new ArrayList<>(path);
    Collections.reverse(turned);
    if (!turned.equals(path)) {
      assertThat(new InclusionProof(index, turned).root(leaf, size))
          .isNotEqualTo(Optional.of(tree.root()));
    }
    assertThat(new InclusionProof(index, path).root(leaf, index)).isEmpty();
    assertThat(new InclusionProof(-1, path).root(leaf, size)).isEmpty();
  }

  @Property(tries = 200)
  void treesOfDifferentLeavesHaveDifferentRoots(
      @ForAll @IntRange(min = 1, max = 70) int one,
      @ForAll @IntRange(min = 1, max = 70) int other) {
    assertThat(SnapshotTree.of(leaves(one)).root().equals(SnapshotTree.of(leaves(other)).root()))
        .isEqualTo(one == other);
  }

  /** Of trees that fill a level up with its last one, both have the same root (CVE-2012-2459). */
  @Property(tries = 100)
  void aTreeWithItsLastLeafTwiceIsAnotherTree(@ForAll @IntRange(min = 1, max = 70) int size) {
    List<ByteString> twice = new ArrayList<>(leaves(size));
    twice.add(twice.getLast());

    SnapshotTree once = SnapshotTree.of(leaves(size));
    assertThat(SnapshotTree.of(twice).root()).isNotEqualTo(once.root());
    assertThat(SnapshotTree.of(twice).proof(size).root(twice.getLast(), size)).isEmpty();
    assertThat(once.proof(size - 1).root(twice.getLast(), size + 1))
        .isNotEqualTo(Optional.of(SnapshotTree.of(twice).root()));
  }

  @Property(tries = 100)
  void anInnerNodeNeverPassesForALeaf(@ForAll @IntRange(min = 4, max = 70) int size) {
    List<ByteString> leaves = leaves(size);
    SnapshotTree tree = SnapshotTree.of(leaves);
    ByteString inner = SnapshotTree.inner(leaves.get(0), leaves.get(1));
    List<ByteString> above = tree.proof(0).path().subList(1, tree.proof(0).path().size());

    // With the size of the tree signed, the way is too short for a leaf.
    assertThat(new InclusionProof(0, above).root(inner, size)).isEmpty();
  }

  /** RFC 9162, 2.1.1, by hand: what is hashed is 0x01, the left one, the right one. */
  @Example
  void theTreeIsThatOfTheRfc() {
    List<ByteString> leaves = leaves(3);
    ByteString left = SnapshotTree.inner(leaves.get(0), leaves.get(1));

    assertThat(SnapshotTree.of(leaves).root()).isEqualTo(SnapshotTree.inner(left, leaves.get(2)));
    String both =
        "01"
            + HexFormat.of().formatHex(leaves.get(0).toByteArray())
            + HexFormat.of().formatHex(leaves.get(1).toByteArray());
    assertThat(left).isEqualTo(ByteString.sha256(HexFormat.of().parseHex(both)));
  }
}
