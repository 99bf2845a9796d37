package io.fairlead.proxy.upstream;

/**
 * How an edge logs in at a proxy. Never shown.
 *
 * @param userName empty: it does not
 */
record Login(String userName, String password) {

    static final Login NONE = new Login("", "");

    boolean isNone() {
        return userName.isEmpty();
    }

    @Override
    public String toString() {
        return "log-in of " + (isNone() ? "nobody" : userName);
    }
}
