package io.fairlead.host.clickhouse;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The two files that the engine reads at its start.
 *
 * <p>Users: {@code fairlead} owns every database whose name begins with {@code fairlead}; {@code reader} reads them;
 * {@code supervisor} may only end queries, for an orderly stop. {@code default} is the engine's own start-up session: it can't
 * have a password, so it is left with what starting needs and nothing to see.
 */
final class EngineConfig {
    private EngineConfig() {}

    /**
     * @param usersFile path of {@link #users}
     * @param memoryMib what all queries, caches and merges together may use
     * @param maxQueries how many may run at once; the next is refused with code 202
     */
    static String server(String usersFile, int memoryMib, int maxQueries) {
        return """
                <clickhouse>
                    <users_config>%s</users_config>
                    <max_server_memory_usage>%d</max_server_memory_usage>
                    <mark_cache_size>67108864</mark_cache_size>
                    <max_concurrent_queries>%d</max_concurrent_queries>
                    <max_thread_pool_size>256</max_thread_pool_size>
                    <background_pool_size>2</background_pool_size>
                    <background_schedule_pool_size>4</background_schedule_pool_size>
                    <timezone>UTC</timezone>
                    <keep_alive_timeout>30</keep_alive_timeout>
                    <display_name>fairlead</display_name>
                    <query_log>
                        <database>system</database>
                        <table>query_log</table>
                        <ttl>event_date + INTERVAL 3 DAY DELETE</ttl>
                        <flush_interval_milliseconds>7500</flush_interval_milliseconds>
                    </query_log>
                    <prometheus>
                        <endpoint>/metrics</endpoint>
                        <metrics>true</metrics>
                        <events>true</events>
                    </prometheus>
                </clickhouse>
                """.formatted(usersFile, memoryMib * 1024L * 1024L, maxQueries);
    }

    static String users(String fairleadPassword, String readerPassword, String supervisorPassword) {
        return """
                <clickhouse>
                    <profiles>
                        <default>
                            <async_insert>0</async_insert>
                        </default>
                        <reader>
                            <readonly>2</readonly>
                        </reader>
                    </profiles>
                    <quotas><default/></quotas>
                    <users>
                        <default>
                            <password></password>
                            <networks><ip>127.0.0.1</ip><ip>::1</ip></networks>
                            <profile>default</profile>
                            <quota>default</quota>
                            <grants>
                                <query>GRANT SYSTEM LISTEN ON *.*</query>
                                <query>GRANT SELECT ON system.numbers</query>
                            </grants>
                        </default>
                        <supervisor>
                            <password_sha256_hex>%s</password_sha256_hex>
                            <networks><ip>127.0.0.1</ip><ip>::1</ip></networks>
                            <profile>default</profile>
                            <quota>default</quota>
                            <grants>
                                <query>GRANT KILL QUERY ON *.*</query>
                                <query>GRANT SELECT ON system.processes</query>
                            </grants>
                        </supervisor>
                        <fairlead>
                            <password_sha256_hex>%s</password_sha256_hex>
                            <networks><ip>127.0.0.1</ip><ip>::1</ip></networks>
                            <profile>default</profile>
                            <quota>default</quota>
                            <grants>
                                <query>GRANT ALL ON fairlead*.*</query>
                                <query>GRANT SELECT ON system.*</query>
                                <query>GRANT TABLE ENGINE ON *</query>
                            </grants>
                        </fairlead>
                        <reader>
                            <password_sha256_hex>%s</password_sha256_hex>
                            <networks><ip>127.0.0.1</ip><ip>::1</ip></networks>
                            <profile>reader</profile>
                            <quota>default</quota>
                            <grants>
                                <query>GRANT SELECT ON fairlead*.*</query>
                                <query>GRANT SHOW ON fairlead*.*</query>
                                <query>GRANT SELECT ON system.*</query>
                            </grants>
                        </reader>
                    </users>
                </clickhouse>
                """.formatted(sha256(supervisorPassword), sha256(fairleadPassword), sha256(readerPassword));
    }

    private static String sha256(String password) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(password.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("Every Java has SHA-256", absent);
        }
    }
}
