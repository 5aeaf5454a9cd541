package io.heraldmesh.fuzz;

/** The private keys of {@link FuzzKeys}: made for tests, known to everybody. */
final class FuzzKeySet {
  static final String RSA =
      "{\"p\":\"6_lpnDbJPpNSfSnA1ALnC5xI4n0kZ7yi4ovhi01eUXaOMdpsgkKJHpm2y2qXdtFvLa9DYtknqH"
          + "LlfneJTRM0Lmlt16tkXVga1kQhbHo2Iq5fhGDfi0Lhl4dda_Y7BBNVx0ejHE27gGSvJB1JSJ7dtqKG6W"
          + "Fc_ACIALvPdKj3A_k\",\"kty\":\"RSA\",\"q\":\"4ywSIDhvh-QZjfdaCHgfKrNPf-qkkN3thKUWZNLf8I0B"
          + "ffDcKo3kWeR55YSJ8wH1HriG5DkbxKqf6ZWnEyNaRnMn0mFqa9C7xnN-cpLtQerlAaVcgh1q7G5DgPom"
          + "QH8epU7-56WKknZH6Bnn3_bZnxi5R4WPWCCMXu2NYIrTve0\",\"d\":\"FZWJ2V3H9i5d9XyfdNqN6GZRQw"
          + "bZ8wTtSgMUhoGC9ZXEVglvkYAdR7_KZT0nKtUPues15HyBhvio-KibNt6JE9KeW5eM4VuxwzbXCvju_W"
          + "ksLg7pG5lWocyAY7J6SxPEKl71CxVN59NZkvXDAkABOSpJX5WM17DVEAtM0NYAANWOFfySvyd3mYrnrc"
          + "hNEdjOyQnD4X0esuG4xFXxq3BIK1wqlXS_KdFKAJ3M7ANUmOqztQJ2FsAifDoIOdHdmJK0HIb053ZLm8"
          + "HwNL65_FsBll8nyoalk9PRFRgsqFzl6u2PuZJE4VZjhe4dhdAfBp685w35ew-ppDWCCXRXp5wuCQ\",\"e"
          + "\":\"AQAB\",\"kid\":\"rsa\",\"qi\":\"dhPnrl1Bt-sjG_N35M2ZRBVi4bYfmG-uQGgAybhsiAEDN7vhrVYX-"
          + "uhIF-QUlalQAymLvj3tCbbN68qer_1I99SyvU3L6Qqonh7qY1-LPIGHkNezAADDe53RQHPlM664q3sII"
          + "EvbXPCViKxZpyrEbDdB-dZRYmPgvWL7jrpvPro\",\"dp\":\"oq_mpuOCpViuc0pY_hIuNmv-N-AtPDPqXK"
          + "Qx0Hd7wlApQqejTb8PiABT7TREzo8fxnBh1gF-_PyRyjohd_j4bdMT_q_UVyKKBhUcsgwjzI9JnRuoov"
          + "tuSqjxuKAfGfU2m1iBVN8mmSNROGXUg3O7ydGNj9MnZzn6if7xzS08eAk\",\"dq\":\"n-FocFzHwe_7PDs"
          + "VllhUNw0zqmdNotdOTsiRVixDh1z169kUWq66Q7nVQH9jRy_df92GsiCvNl6PZSn6CDIdWu-42wvMhkz"
          + "Fmwm1uJVHfdj_i4UB8mEZ24RO5fsn6MSOoPFT3VxYhnPQb72rv6hPyPTxkTCijfd6U2UE1yldlJE\",\"n"
          + "\":\"0WbIOOgNafYiHsZnm6aOKrLqTs9ZemQw4lTjtD8Ty4p66OJNehSzvNmlEY6voWtL6lIiJvQl_YZeg"
          + "cKo509575kn50m8aICWVO4Jj86BfHyM1PtCf8joRcW9yJJHqg2YVua12P-v2psbOxpO9SvuMfKpcvcoa"
          + "o1wbLNlgFa9J2SmSUEP8D0nBurJfYPAxj574gncvDzAeqvTqZ6uvZs7PsvzC8SLTBT5w3xhnBl4AiX97"
          + "g3eowIENAXV8hPYmSykrUEpe7W14bfKoFWmfnUzI6MGRddnN9v_Wz-KjT61G8WTY9KunvlKSBCPSYemr"
          + "Os03gtkpDsYODO7mz3bStiChQ\"}";

  static final String EC =
      "{\"kty\":\"EC\",\"d\":\"u90vD2o9_VI1CEUK2T120U0DUk3XBZFaGn4F3MTg5U8\",\"crv\":\"P-256\",\"kid"
          + "\":\"ec\",\"x\":\"6WiZIIBJHBHCu6dXmeJW5hqreNQScDrZHw-jQErY_B4\",\"y\":\"r3951XYWm6ESYeeWRl"
          + "DXBeJheJYQMm0r9VtZVPbmLMQ\"}";

  private FuzzKeySet() {}
}
