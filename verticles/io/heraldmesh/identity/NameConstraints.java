package io.heraldmesh.identity;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * The name spaces an authority is held to (RFC 5280 section 4.2.1.10). Each authority's constraints
 * are applied to every certificate below it, one by one, which needs no intersections.
 */
record NameConstraints(List<ConstrainedName> permitted, List<ConstrainedName> excluded) {
  private static final int MAX_SUBTREES = 256;

  static NameConstraints parse(ASN1Primitive value) throws IOException, PathRefused {
    List<ConstrainedName> permitted = List.of();
    List<ConstrainedName> excluded = List.of();
    int last = -1;
    ASN1Sequence sequence = ASN1Sequence.getInstance(value);
    for (int i = 0; i < sequence.size(); i++) {
      ASN1TaggedObject part = ASN1TaggedObject.getInstance(sequence.getObjectAt(i));
      List<ConstrainedName> subtrees = subtrees(ASN1Sequence.getInstance(part, false));
      if (part.getTagNo() <= last || part.getTagNo() > 1) {
        throw new IOException("unexpected part of name constraints");
      }
      last = part.getTagNo();
      if (last == 0) {
        permitted = subtrees;
      } else {
        excluded = subtrees;
      }
    }
    if (last < 0) {
      throw new IOException("empty name constraints");
    }
    return new NameConstraints(permitted, excluded);
  }

  /** Refuses when a name of {@code certificate} is excluded, or not among the permitted ones. */
  void check(CertificateFields certificate) throws PathRefused {
    for (GeneralName name : certificate.names()) {
      check(name);
    }
    if (!certificate.emptySubject()) {
      X500Name subject = X500Name.getInstance(certificate.subject().getEncoded());
      check(new GeneralName(subject));
      // RFC 5280: constraints on mail addresses hold for those in the subject too.
      for (RDN rdn : subject.getRDNs(PKCSObjectIdentifiers.pkcs_9_at_emailAddress)) {
        for (AttributeTypeAndValue attribute : rdn.getTypesAndValues()) {
          if (attribute.getType().equals(PKCSObjectIdentifiers.pkcs_9_at_emailAddress)) {
            check(
                new GeneralName(
                    GeneralName.rfc822Name, IETFUtils.valueToString(attribute.getValue())));
          }
        }
      }
    }
  }

  private void check(GeneralName name) throws PathRefused {
    for (ConstrainedName subtree : excluded) {
      if (subtree.type() == name.getTagNo() && subtree.excludes(name)) {
        throw refusal("a name is in an excluded subtree");
      }
    }
    boolean constrained = false;
    for (ConstrainedName subtree : permitted) {
      if (subtree.type() == name.getTagNo()) {
        constrained = true;
        if (subtree.permits(name)) {
          return;
        }
      }
    }
    if (constrained) {
      throw refusal("a name is in no permitted subtree");
    }
  }

  private static List<ConstrainedName> subtrees(ASN1Sequence subtrees)
      throws IOException, PathRefused {
    if (subtrees.size() == 0) {
      throw new IOException("empty subtrees");
    }
    if (subtrees.size() > MAX_SUBTREES) {
      throw refusal("more than " + MAX_SUBTREES + " subtrees");
    }
    List<ConstrainedName> list = new ArrayList<>();
    for (int i = 0; i < subtrees.size(); i++) {
      ASN1Sequence subtree = ASN1Sequence.getInstance(subtrees.getObjectAt(i));
      // minimum must be 0 and maximum absent; DER leaves the 0 out, some write it.
      if (subtree.size() == 2) {
        ASN1TaggedObject bound = ASN1TaggedObject.getInstance(subtree.getObjectAt(1));
        if (bound.getTagNo() != 0 || !ASN1Integer.getInstance(bound, false).hasValue(0)) {
          throw new IOException("subtree with a minimum or maximum");
        }
      } else if (subtree.size() != 1) {
        throw new IOException("subtree with a minimum or maximum");
      }
      list.add(ConstrainedName.of(GeneralName.getInstance(subtree.getObjectAt(0))));
    }
    return List.copyOf(list);
  }

  static PathRefused refusal(String why) {
    return new PathRefused(PeerRefusal.NAME_CONSTRAINTS, why);
  }
}
