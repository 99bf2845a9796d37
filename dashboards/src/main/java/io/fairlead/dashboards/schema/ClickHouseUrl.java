package io.fairlead.dashboards.schema;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where a ClickHouse server is, in whichever way people write it: {@code http://host:8123}, {@code https://host:8443/db},
 * {@code jdbc:clickhouse://host:8123/db} or {@code jdbc:clickhouse:http://host:8123/db}.
 *
 * @param endpoint scheme, host and port only
 */
public record ClickHouseUrl(URI endpoint) {

    /** Database that everything of Fairlead lives in. */
    public static final String DATABASE = "fairlead";

    private static final String JDBC = "jdbc:";
    private static final String DRIVER = "clickhouse:";
    private static final int HTTP_PORT = 8123;
    private static final int HTTPS_PORT = 8443;

    /** @throws IllegalArgumentException when the text is no such URL */
    public static ClickHouseUrl parse(String text) {
        String rest = text.startsWith(JDBC) ? text.substring(JDBC.length()) : text;
        if (rest.startsWith(DRIVER)) {
            rest = rest.substring(DRIVER.length());
        }
        if (rest.startsWith("//")) {
            rest = "http:" + rest;
        }
        try {
            URI uri = new URI(rest);
            String scheme = uri.getScheme();
            boolean known = "http".equals(scheme) || "https".equals(scheme);
            if (!known || uri.getHost() == null) {
                throw refused(text, null);
            }
            int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(scheme) ? HTTPS_PORT : HTTP_PORT;
            return new ClickHouseUrl(new URI(scheme, null, uri.getHost(), port, null, null, null));
        } catch (URISyntaxException e) {
            throw refused(text, e);
        }
    }

    /** For the JDBC driver, with the server's default database (Fairlead's own may not be there yet). */
    public String jdbc() {
        return "jdbc:clickhouse:" + endpoint + "/";
    }

    /** What the JDBC driver is told beside the URL. */
    static Properties credentials(String user, String password) {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        return properties;
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }

    private static IllegalArgumentException refused(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "'" + text + "' is no ClickHouse URL; write http://HOST:8123 or jdbc:clickhouse://HOST:8123/fairlead.",
                cause);
    }
}
