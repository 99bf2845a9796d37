package io.fairlead.relay.link;

import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.edge.link.MutualTls;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the ends of a long link are called in their certificates: a relay client by a URI with its identifier, for client use only; a relay
 * server by {@link #SERVER}, for server use only, whatever its address.
 */
public final class RelayNames {

    public static final String SERVER = "relay.fairlead.internal";

    private static final String CLIENT_PREFIX = "urn:fairlead:relay:";
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private RelayNames() {}

    /** The identifier itself; throws {@link IllegalArgumentException} that says what one looks like. */
    public static String check(String id) {
        if (!FORM.matcher(id).matches()) {
            throw new IllegalArgumentException("relay id '" + id
                    + "' must be 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or digit");
        }
        return id;
    }

    /** The identifier of the relay client that a certificate was issued to; null if it is none's. */
    public static @Nullable String clientId(X509Certificate certificate) {
        String id = MutualTls.nameAfter(CLIENT_PREFIX, certificate);
        return id != null && FORM.matcher(id).matches() ? id : null;
    }

    /** Whether a certificate was issued to a relay server. */
    public static boolean isServer(X509Certificate certificate) {
        return "".equals(MutualTls.nameAfter(SERVER, certificate));
    }

    /** A certificate for a relay client. */
    public static LinkIdentity issueClient(CertificateAuthority authority, String id, Duration validity) {
        return authority.issueClient(check(id), CLIENT_PREFIX + id, validity);
    }

    /** A certificate for a relay server. */
    public static LinkIdentity issueServer(CertificateAuthority authority, String id, Duration validity) {
        return authority.issueServer(check(id), SERVER, validity);
    }
}
