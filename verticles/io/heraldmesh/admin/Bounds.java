package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminResources.Target;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.AdminTokens.CreateToken;
import io.heraldmesh.bus.AdvertisedAddress;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.Revision;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What values of a request may be at most. */
final class Bounds {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._/-]{1,520}");
  private static final Pattern NODE = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");
  private static final Pattern WORKLOAD =
      Pattern.compile("[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9.-]{0,252}");
  private static final Pattern VERSION = Pattern.compile("(\\d{1,18})\\.(\\d{1,18})");
  private static final int MOST_WORKLOADS = 1000;
  private static final int MOST_ADDRESSES = 100;

  private Bounds() {}

  /** A value that is out of its bounds; the message names it. */
  static final class Exceeded extends Exception {
    private static final long serialVersionUID = 1L;

    Exceeded(String message) {
      super(message);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  static void page(int most) throws Exceeded {
    within("most", most, 1, AdminService.PAGE);
  }

  static void within(String what, int value, int least, int most) throws Exceeded {
    if (value < least || value > most) {
      throw new Exceeded(what + " is " + value + ", not " + least + " to " + most);
    }
  }

  static void name(String what, @Nullable String value) throws Exceeded {
    if (value != null && !NAME.matcher(value).matches()) {
      throw new Exceeded(what + " is not a name");
    }
  }

  static void target(Target target) throws Exceeded {
    name("kind", target.kind());
    name("name", target.name());
    if (!"".equals(target.namespace())) {
      name("namespace", target.namespace());
    }
  }

  /** {@code epoch.number}. */
  static Revision version(String text) throws Exceeded {
    Matcher version = VERSION.matcher(text);
    if (!version.matches()) {
      throw new Exceeded("a version is epoch.number, such as 1.14");
    }
    return new Revision(Long.parseLong(version.group(1)), Long.parseLong(version.group(2)));
  }

  static void token(CreateToken request) throws Exceeded {
    if (!NODE.matcher(request.node()).matches()) {
      throw new Exceeded("node is not a name of lower-case letters, digits, '-' and '.'");
    }
    if (!JoinToken.ROLES.contains(request.role())) {
      throw new Exceeded("role is none of node, ca, config, admin and operator");
    }
    within("number of workloads", request.workloads().size(), 0, MOST_WORKLOADS);
    within("number of addresses", request.addresses().size(), 0, MOST_ADDRESSES);
    if (!request.role().equals("node")
        && !(request.workloads().isEmpty() && request.addresses().isEmpty())) {
      throw new Exceeded("only nodes run workloads, and are reached at addresses");
    }
    for (String workload : request.workloads()) {
      if (!WORKLOAD.matcher(workload).matches()) {
        throw new Exceeded("a workload is namespace/serviceAccount");
      }
    }
    for (String address : request.addresses()) {
      try {
        AdvertisedAddress.parse(address);
      } catch (IllegalArgumentException e) {
        throw new Exceeded(String.valueOf(e.getMessage()));
      }
    }
    Duration lifetime = request.lifetime();
    if (lifetime.compareTo(Duration.ofMinutes(1)) < 0
        || lifetime.compareTo(Duration.ofHours(24)) > 0) {
      throw new Exceeded("lifetime is not 1 minute to 24 hours");
    }
  }
}
