package io.fairlead.dashboards.console;

import io.fairlead.dashboards.access.AccessSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How one comes in.
 *
 * @param certificate PEM chain by which the console speaks TLS itself; null: it does not
 * @param key its PKCS #8 key, PEM; null where there is no certificate
 * @param behindTls a proxy before it speaks TLS, so that cookies are for TLS alone
 */
public record ConsoleDoor(
        AccessSettings access,
        @Nullable Path certificate,
        @Nullable Path key,
        boolean behindTls) {

    /** Everybody who reaches it may look, in the clear. */
    public static ConsoleDoor open() {
        return byPlainHttp(AccessSettings.open());
    }

    public static ConsoleDoor byPlainHttp(AccessSettings access) {
        return new ConsoleDoor(access, null, null, false);
    }

    public ConsoleDoor {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("A certificate needs its key, and a key its certificate; give both.");
        }
    }

    /** Browsers come by TLS. */
    boolean isSecure() {
        return behindTls || certificate != null;
    }
}
