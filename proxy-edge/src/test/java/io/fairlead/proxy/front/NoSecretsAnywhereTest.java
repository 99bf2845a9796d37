package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.accesslog.AccessLog;
import io.fairlead.proxy.accesslog.AccessLogSettings;
import io.fairlead.proxy.attempt.AttemptSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Secrets in every place where a user can put one, and then a search through all that this edge says. */
@Timeout(60)
class NoSecretsAnywhereTest {

    private static final String SECRET = "hush-7d1f";

    @TempDir
    Path directory;

    /** All that is logged, at every level. */
    private static final class Everything extends AbstractAppender implements AutoCloseable {

        final List<String> lines = Collections.synchronizedList(new ArrayList<>());
        private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
        private final Level before = context.getConfiguration().getRootLogger().getLevel();

        Everything() {
            super("everything", null, null, true, Property.EMPTY_ARRAY);
            start();
            context.getConfiguration().getRootLogger().addAppender(this, Level.ALL, null);
            context.getConfiguration().getRootLogger().setLevel(Level.DEBUG);
            context.updateLoggers();
        }

        @Override
        public void append(LogEvent event) {
            String line = event.getMessage().getFormattedMessage();
            if (event.getLoggerName().startsWith("io.fairlead")) {
                lines.add(line + " " + event.getThrown());
            }
        }

        @Override
        public void close() {
            context.getConfiguration().getRootLogger().removeAppender("everything");
            context.getConfiguration().getRootLogger().setLevel(before);
            context.updateLoggers();
        }
    }

    @Test
    void whatUsersKeepToThemselvesIsSaidNowhere() throws Exception {
        Path file = directory.resolve("access.log");
        List<String> said = new ArrayList<>();
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        try (Everything logged = new Everything();
                FrontRig rig = new FrontRig(FrontSettings.DEFAULTS, AttemptSettings.DEFAULTS);
                AccessLog log = AccessLog.open(AccessLogSettings.of(file));
                WebSite site = WebSite.saying("x")) {
            rig.lives.logTo(log);
            rig.lives.counters().bindTo(metrics);
            rig.front.counters().bindTo(metrics);
            rig.front.feedback().bindTo(metrics);
            rig.tenants.bindTo(metrics);
            rig.exit("exit-01");
            String proxy = "http://" + rig.address();
            String own = proxy + "/.fairlead/outcomes";
            List<List<String>> requests = List.of(
                    List.of(
                            "-x",
                            proxy,
                            "-U",
                            FrontRig.USER,
                            site.url("/" + SECRET + "?key=" + SECRET),
                            "-H",
                            "Cookie: " + SECRET),
                    List.of("-x", proxy, "-U", "acme:" + SECRET, site.url("/")),
                    List.of("-x", proxy, "-U", SECRET + ":" + SECRET, site.url("/")),
                    List.of("-x", proxy, "-H", "Proxy-Authorization: Bearer " + SECRET, site.url("/")),
                    List.of("-x", proxy, "-U", FrontRig.USER, "http://u:" + SECRET + "@127.0.0.1:" + site.port() + "/"),
                    List.of("-x", "socks5h://" + rig.address(), "-U", "acme:" + SECRET, site.url("/")),
                    List.of("-x", proxy, "-U", FrontRig.USER, "-d", SECRET, site.url("/")),
                    List.of(
                            "-x",
                            proxy,
                            "-U",
                            FrontRig.USER,
                            "-H",
                            "X-Fairlead-Outcome: " + SECRET + "=" + SECRET,
                            site.url("/")),
                    List.of("-x", proxy, "-U", FrontRig.USER, "-p", "http://127.0.0.1:1/" + SECRET),
                    List.of("-u", "acme:" + SECRET, "--json", "{}", own),
                    List.of("-u", FrontRig.USER, "--json", "{\"" + SECRET + "\":\"" + SECRET + "\"}", own),
                    List.of(
                            "-u",
                            FrontRig.USER,
                            "--json",
                            "{\"requestId\":\"" + SECRET + "\",\"verdict\":\"ok\"}",
                            own),
                    List.of("-u", FrontRig.USER, "--json", SECRET, own));
            for (List<String> each : requests) {
                Curl.Result result = Curl.run(each);
                said.add(each + " was answered " + result.head().replace(each.toString(), "") + result.text());
            }
            int answered = said.size();
            for (int i = 0; i < answered; i++) {
                String text = said.get(i);
                said.set(i, text.substring(text.indexOf(" was answered ")));
            }
            await().until(() -> rig.lives.counters().inFlightRequests() == 0);
            rig.requests.forEach(record -> said.add(record.toString()));
            rig.attempts.forEach(record -> said.add(record.toString()));
            rig.outcomes.forEach(record -> said.add(record.toString()));
            metrics.getMeters().forEach(meter -> said.add(meter.getId().toString()));
            said.addAll(logged.lines);
            assertThat(site.heads.toString()).contains(SECRET); // what is for the target reaches it
        }
        said.add(Files.readString(file));
        assertThat(Files.readAllLines(file)).isNotEmpty();
        assertThat(said).noneMatch(text -> text.contains(SECRET)).noneMatch(text -> text.contains("s3cret"));
        String encoded = java.util.Base64.getEncoder()
                .encodeToString(FrontRig.USER.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(said).noneMatch(text -> text.contains(encoded));
    }
}
