package io.heraldmesh.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Collects the checks of a source, an operation or a condition, in the order they are made. */
final class CheckList {
  private final List<Check> checks = new ArrayList<>();

  List<Check> checks() {
    return checks;
  }

  /** {@code values} and {@code notValues} of a text, as far as they are written. */
  void text(
      String name,
      String notName,
      boolean httpOnly,
      TextField field,
      Function<TextField, Predicate<Facts>> compile) {
    text(name, notName, httpOnly, field, compile, true);
  }

  /** As {@link #text}, of values that a policy may hold as a secret: they are never shown. */
  void secret(
      String name, String notName, TextField field, Function<TextField, Predicate<Facts>> c) {
    text(name, notName, true, field, c, false);
  }

  private void text(
      String name,
      String notName,
      boolean httpOnly,
      TextField field,
      Function<TextField, Predicate<Facts>> compile,
      boolean shown) {
    List<TextMatch> in = field.values();
    List<TextMatch> notIn = field.notValues();
    if (!in.isEmpty()) {
      Supplier<String> expected = shown ? () -> Expected.in(in) : () -> Expected.LISTED;
      Predicate<Facts> test = compile.apply(new TextField(in, List.of()));
      checks.add(new Check(name, httpOnly, expected, test));
    }
    if (!notIn.isEmpty()) {
      Supplier<String> expected = shown ? () -> Expected.notIn(notIn) : () -> Expected.NOT_LISTED;
      Predicate<Facts> test = compile.apply(new TextField(List.of(), notIn));
      checks.add(new Check(notName, httpOnly, expected, test));
    }
  }

  void addresses(
      String name,
      String notName,
      AddressField field,
      Function<AddressMatcher, Predicate<Facts>> c) {
    List<String> in = field.values();
    List<String> notIn = field.notValues();
    if (!in.isEmpty()) {
      AddressMatcher matcher = new AddressMatcher(new AddressField(in, List.of()));
      checks.add(new Check(name, false, () -> Expected.in(in), c.apply(matcher)));
    }
    if (!notIn.isEmpty()) {
      AddressMatcher matcher = new AddressMatcher(new AddressField(List.of(), notIn));
      checks.add(new Check(notName, false, () -> Expected.notIn(notIn), c.apply(matcher)));
    }
  }

  /** The workload port. */
  void ports(String name, String notName, PortField field) {
    PortField in = new PortField(field.values(), List.of());
    PortField notIn = new PortField(List.of(), field.notValues());
    if (!in.isAny()) {
      checks.add(
          new Check(
              name, false, () -> Expected.in(in.values()), f -> in.matches(f.connection.port())));
    }
    if (!notIn.isAny()) {
      checks.add(
          new Check(
              notName,
              false,
              () -> Expected.notIn(notIn.notValues()),
              f -> notIn.matches(f.connection.port())));
    }
  }
}
