package io.fairlead.proxy.tenant;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * What was let in last on one connection. Holds until anything of any tenant changes. Confined to the connection's event loop.
 */
public final class LastLogin {

    private byte[] field = {};
    private long version;
    private Login.@Nullable Admitted admitted;

    /** The same log-in, if the same field came before and no tenant has changed since; else null. Takes as long whatever differs. */
    Login.@Nullable Admitted again(String now, long versionNow) {
        Login.Admitted former = admitted;
        return former != null && version == versionNow && MessageDigest.isEqual(field, bytes(now)) ? former : null;
    }

    void letIn(String with, long at, Login.Admitted login) {
        field = bytes(with);
        version = at;
        admitted = login;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
