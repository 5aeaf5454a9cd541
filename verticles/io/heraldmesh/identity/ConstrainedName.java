package io.heraldmesh.identity;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.OtherName;

/**
 * One subtree of a name constraint, by kind of name. A name that cannot be understood is never
 * permitted and always excluded.
 */
sealed interface ConstrainedName {
  /** Lower-case labels of letters, digits, dashes and (as trust domains have them) underscores. */
  Pattern HOST =
      Pattern.compile("[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*");

  /** The longest host name (RFC 1035 section 2.3.4) or trust domain; no longer text is one. */
  int MAX_HOST = 255;

  /** The tag of the {@link GeneralName}s it is about. */
  int type();

  boolean permits(GeneralName name);

  boolean excludes(GeneralName name);

  static ConstrainedName of(GeneralName base) throws PathRefused {
    return switch (base.getTagNo()) {
      case GeneralName.dNSName -> new Dns(host(text(base), true));
      case GeneralName.uniformResourceIdentifier -> new Uri(domain(text(base)));
      case GeneralName.rfc822Name -> mail(text(base));
      case GeneralName.iPAddress -> address(octets(base));
      case GeneralName.directoryName -> new Directory(X500Name.getInstance(base.getName()));
      case GeneralName.otherName ->
          new Other(OtherName.getInstance(base.getName()).getTypeID().getId());
      default -> new Unsupported(base.getTagNo());
    };
  }

  /**
   * @param host lower case; empty means every host
   */
  record Dns(String host) implements ConstrainedName {
    @Override
    public int type() {
      return GeneralName.dNSName;
    }

    @Override
    public boolean permits(GeneralName name) {
      String dns = withoutWildcard(name);
      return isHost(dns) && within(dns, host);
    }

    /** A wildcard stands for hosts on both sides of a subtree's edge, so overlap is enough. */
    @Override
    public boolean excludes(GeneralName name) {
      String dns = withoutWildcard(name);
      return !isHost(dns) || within(dns, host) || text(name).startsWith("*.") && within(host, dns);
    }

    private static String withoutWildcard(GeneralName name) {
      String dns = text(name);
      return dns.startsWith("*.") ? dns.substring(2) : dns;
    }
  }

  /**
   * @param domain a host, or with a leading dot all hosts below it, but not itself
   */
  record Uri(String domain) implements ConstrainedName {
    @Override
    public int type() {
      return GeneralName.uniformResourceIdentifier;
    }

    @Override
    public boolean permits(GeneralName name) {
      String host = hostOf(text(name));
      return !host.isEmpty() && onDomain(host, domain);
    }

    @Override
    public boolean excludes(GeneralName name) {
      String host = hostOf(text(name));
      return host.isEmpty() || onDomain(host, domain);
    }

    /** Empty when there is no host that a constraint could be about (RFC 5280: then refuse). */
    private static String hostOf(String uri) {
      int start = uri.indexOf("://");
      if (start < 0) {
        return "";
      }
      String rest = uri.substring(start + 3);
      int end = 0;
      while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
        end++;
      }
      String authority = rest.substring(0, end);
      String afterUser = authority.substring(authority.lastIndexOf('@') + 1);
      String host = afterUser.replaceFirst(":[0-9]*$", "");
      return isHost(host) ? host : "";
    }
  }

  /**
   * @param local empty when every mailbox is meant
   * @param domain a host, or with a leading dot all hosts below it
   */
  record Mail(String local, String domain) implements ConstrainedName {
    @Override
    public int type() {
      return GeneralName.rfc822Name;
    }

    @Override
    public boolean permits(GeneralName name) {
      return valid(name) && matches(name);
    }

    @Override
    public boolean excludes(GeneralName name) {
      return !valid(name) || matches(name);
    }

    private boolean matches(GeneralName name) {
      String mail = value(name);
      int at = mail.lastIndexOf('@');
      String host = mail.substring(at + 1).toLowerCase(Locale.ROOT);
      return (local.isEmpty() || local.equals(mail.substring(0, at))) && onDomain(host, domain);
    }

    private static boolean valid(GeneralName name) {
      String mail = value(name);
      int at = mail.indexOf('@');
      return at > 0
          && at == mail.lastIndexOf('@')
          && mail.chars().allMatch(c -> c > 0x20 && c < 0x7f)
          && isHost(mail.substring(at + 1).toLowerCase(Locale.ROOT));
    }
  }

  /**
   * @param bytes how long addresses of this kind are
   */
  record Address(int bytes, BigInteger base, BigInteger mask) implements ConstrainedName {
    @Override
    public int type() {
      return GeneralName.iPAddress;
    }

    @Override
    public boolean permits(GeneralName name) {
      return matches(octets(name));
    }

    @Override
    public boolean excludes(GeneralName name) {
      byte[] address = octets(name);
      return address.length != 4 && address.length != 16 || matches(address);
    }

    private boolean matches(byte[] address) {
      return address.length == bytes && new BigInteger(1, address).and(mask).equals(base.and(mask));
    }
  }

  /** A directory name that must be the beginning of the other. */
  record Directory(X500Name base) implements ConstrainedName {
    @Override
    public int type() {
      return GeneralName.directoryName;
    }

    @Override
    public boolean permits(GeneralName name) {
      RDN[] prefix = base.getRDNs();
      RDN[] whole = X500Name.getInstance(name.getName()).getRDNs();
      if (whole.length < prefix.length) {
        return false;
      }
      for (int i = 0; i < prefix.length; i++) {
        if (!IETFUtils.rDNAreEqual(prefix[i], whole[i])) {
          return false;
        }
      }
      return true;
    }

    @Override
    public boolean excludes(GeneralName name) {
      return permits(name);
    }
  }

  /** Values under a type of somebody's own: none of that type is let through. */
  record Other(String typeId) implements ConstrainedName {
    @Override
    public int type() {
      return GeneralName.otherName;
    }

    @Override
    public boolean permits(GeneralName name) {
      return false;
    }

    @Override
    public boolean excludes(GeneralName name) {
      return OtherName.getInstance(name.getName()).getTypeID().getId().equals(typeId);
    }
  }

  /** A kind of name that is not processed; RFC 5280 asks to refuse such names then. */
  record Unsupported(int type) implements ConstrainedName {
    @Override
    public boolean permits(GeneralName name) {
      return false;
    }

    @Override
    public boolean excludes(GeneralName name) {
      return true;
    }
  }

  private static ConstrainedName mail(String base) throws PathRefused {
    int at = base.lastIndexOf('@');
    if (at < 0) {
      return new Mail("", domain(base));
    }
    String local = base.substring(0, at);
    if (local.isEmpty() || local.indexOf('@') >= 0) {
      throw NameConstraints.refusal("broken mail address in name constraints");
    }
    return new Mail(local, host(base.substring(at + 1), false));
  }

  private static ConstrainedName address(byte[] octets) throws PathRefused {
    if (octets.length != 8 && octets.length != 32) {
      throw NameConstraints.refusal("broken address in name constraints");
    }
    int bytes = octets.length / 2;
    BigInteger mask = new BigInteger(1, Arrays.copyOfRange(octets, bytes, octets.length));
    // A mask is ones and then zeros: the part that is zero, plus one, is a power of two.
    BigInteger hosts = BigInteger.ONE.shiftLeft(bytes * 8).subtract(mask);
    if (hosts.bitCount() != 1) {
      throw NameConstraints.refusal("broken address mask in name constraints");
    }
    return new Address(bytes, new BigInteger(1, Arrays.copyOf(octets, bytes)), mask);
  }

  private static String host(String host, boolean mayBeEmpty) throws PathRefused {
    if (mayBeEmpty && host.isEmpty() || isHost(host)) {
      return host;
    }
    throw NameConstraints.refusal("broken host in name constraints");
  }

  private static String domain(String domain) throws PathRefused {
    return domain.startsWith(".") ? "." + host(domain.substring(1), false) : host(domain, false);
  }

  /** The length first: the expression takes stack for every label. */
  private static boolean isHost(String text) {
    return text.length() <= MAX_HOST && HOST.matcher(text).matches();
  }

  private static boolean within(String host, String subtree) {
    return subtree.isEmpty() || host.equals(subtree) || host.endsWith("." + subtree);
  }

  private static boolean onDomain(String host, String domain) {
    return domain.startsWith(".") ? host.endsWith(domain) : host.equals(domain);
  }

  /** Host names compare without case; mailboxes keep theirs, see {@link #value}. */
  private static String text(GeneralName name) {
    String value = value(name);
    int at = value.lastIndexOf('@');
    return value.substring(0, at + 1) + value.substring(at + 1).toLowerCase(Locale.ROOT);
  }

  private static String value(GeneralName name) {
    return ASN1IA5String.getInstance(name.getName()).getString();
  }

  private static byte[] octets(GeneralName name) {
    return ASN1OctetString.getInstance(name.getName()).getOctets();
  }
}
