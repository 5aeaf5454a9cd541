package io.heraldmesh.cli;

import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * A report as JUnit XML, in the elements and attributes that CI servers read: {@code testsuites},
 * {@code testsuite}, {@code testcase} with {@code classname}, {@code name}, {@code file}, {@code
 * time}, and {@code failure} or {@code error} with a message and text.
 */
final class JunitReport {
  private final XMLStreamWriter xml;

  private JunitReport(XMLStreamWriter xml) {
    this.xml = xml;
  }

  static String of(PolicyTestReport report) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
      new JunitReport(xml).write(report.results());
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("XML could not be written to memory", e);
    }
    return text.append('\n').toString();
  }

  private void write(List<PolicyTestResult> results) throws XMLStreamException {
    xml.writeStartDocument("UTF-8", "1.0");
    xml.writeCharacters("\n");
    xml.writeStartElement("testsuites");
    xml.writeAttribute("name", "herald test");
    count(results);
    Map<String, List<PolicyTestResult>> suites = new LinkedHashMap<>();
    results.forEach(r -> suites.computeIfAbsent(r.test(), t -> new ArrayList<>()).add(r));
    for (Map.Entry<String, List<PolicyTestResult>> suite : suites.entrySet()) {
      xml.writeCharacters("\n  ");
      xml.writeStartElement("testsuite");
      xml.writeAttribute("name", suite.getKey());
      count(suite.getValue());
      xml.writeAttribute("skipped", "0");
      for (PolicyTestResult result : suite.getValue()) {
        xml.writeCharacters("\n    ");
        oneCase(result);
      }
      xml.writeCharacters("\n  ");
      xml.writeEndElement();
    }
    xml.writeCharacters("\n");
    xml.writeEndElement();
    xml.writeEndDocument();
  }

  private void count(List<PolicyTestResult> results) throws XMLStreamException {
    long errors = results.stream().filter(r -> r.error() != null).count();
    long failures = results.stream().filter(r -> !r.passed()).count() - errors;
    Duration time =
        results.stream().map(PolicyTestResult::time).reduce(Duration.ZERO, Duration::plus);
    xml.writeAttribute("tests", Integer.toString(results.size()));
    xml.writeAttribute("failures", Long.toString(failures));
    xml.writeAttribute("errors", Long.toString(errors));
    xml.writeAttribute("time", seconds(time));
  }

  private void oneCase(PolicyTestResult result) throws XMLStreamException {
    xml.writeStartElement("testcase");
    attribute("classname", result.test());
    attribute("name", result.tested().name().value());
    attribute("file", result.at().file());
    attribute("line", Integer.toString(result.at().line()));
    attribute("time", seconds(result.time()));
    if (!result.passed()) {
      List<String> why = PolicyTestReport.why(result);
      xml.writeStartElement(result.error() == null ? "failure" : "error");
      attribute("message", why.getFirst());
      attribute("type", result.error() == null ? "expectation" : "case");
      xml.writeCharacters(legal(result.at() + "\n" + String.join("\n", why)));
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private void attribute(String name, String value) throws XMLStreamException {
    xml.writeAttribute(name, legal(value));
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.6f", time.toNanos() / 1e9);
  }

  /** XML 1.0 section 2.2 has no place for other characters, not even escaped. */
  private static String legal(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> out.appendCodePoint(isLegal(c) ? c : 0xfffd));
    return out.toString();
  }

  private static boolean isLegal(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || c >= 0x20 && c <= 0xd7ff
        || c >= 0xe000 && c <= 0xfffd
        || c >= 0x10000;
  }
}
