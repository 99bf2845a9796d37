package io.fairlead.dashboards.console;

import io.fairlead.dashboards.access.Access;
import io.fairlead.dashboards.access.Access.Known;
import io.fairlead.dashboards.access.Access.LoggedIn;
import io.fairlead.dashboards.access.Access.Outcome;
import io.fairlead.dashboards.access.Access.TooOften;
import io.fairlead.dashboards.access.Access.Unknown;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.SameSite;
import io.javalin.http.UnauthorizedResponse;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every page and answer: asks who it is where the console has tokens, and lets only operators change anything, and only from a page of this console. What browsers send by themselves
 * (the cookie) never suffices for a change.
 */
final class ConsoleGate {

    static final String CSRF_HEADER = "X-Fairlead-CSRF";

    private static final String WHO = "fairlead.who";
    private static final String BEARER = "Bearer ";
    private static final Set<String> FREE = Set.of("/login", "/api/login", "/api/session");

    private final Access access;
    private final boolean secure;
    private final String cookieName;
    private final MeterRegistry meters;

    /**
     * Who asks, as a page is told.
     *
     * @param open everybody may look, and nobody is asked who he is
     * @param name null: nobody was asked, or it was not said
     * @param csrf what changes must carry in {@value #CSRF_HEADER}
     */
    record SessionAnswer(
            boolean open,
            @Nullable String name,
            @Nullable String role,
            @Nullable String csrf,
            @Nullable Long endsAtMs) {}

    /** What a log-in says. */
    record LogIn(@Nullable String token) {}

    /** @param secure browsers reach the console by TLS, so that its cookie is sent by nothing else */
    ConsoleGate(Access access, boolean secure, MeterRegistry meters) {
        this.access = access;
        this.secure = secure;
        this.cookieName = secure ? "__Host-fairlead" : "fairlead";
        this.meters = meters;
        meters.gauge("fairlead.console.sessions", access, Access::sessionCount);
    }

    /** Before everything else. */
    void check(Context context) {
        boolean reads = context.method() == HandlerType.GET || context.method() == HandlerType.HEAD;
        if (!reads) {
            refuseForeign(context);
        }
        if (FREE.contains(context.path()) || context.path().startsWith("/assets/")) {
            return;
        }
        if (access.isOpen()) {
            if (!reads) {
                throw refused(
                        "open",
                        "This console only shows: it has no tokens by which it knew who may change what. Use the command line, or start it with --console-tokens.");
            }
            return;
        }
        Outcome who = who(context);
        if (who instanceof Known known) {
            context.attribute(WHO, known);
            if (!reads && !context.path().equals("/api/logout")) {
                allowChange(context, known);
            }
        } else if (reads && isPage(context)) {
            context.redirect("/login?to=" + URLEncoder.encode(asked(context), StandardCharsets.UTF_8));
            context.skipRemainingHandlers();
        } else {
            throw refusal(who);
        }
    }

    /** {@code POST /api/login}. */
    SessionAnswer logIn(Context context) {
        if (access.isOpen()) {
            throw new BadRequestResponse(
                    "This console has no tokens: everybody who reaches it may look. The overview is at /.");
        }
        String token = context.bodyAsClass(LogIn.class).token();
        if (token == null || token.isBlank()) {
            throw new BadRequestResponse("Which token? Paste it whole; it begins with fairlead_.");
        }
        Outcome came = access.logIn(token.strip(), source(context));
        if (!(came instanceof LoggedIn in)) {
            count("fairlead.console.logins", came instanceof TooOften ? "too_often" : "refused");
            if (came instanceof TooOften often) {
                context.header("Retry-After", Long.toString((often.waitMs() + 999) / 1_000));
            }
            throw refusal(came);
        }
        count("fairlead.console.logins", "ok");
        context.cookie(cookie(in.cookie(), (int) in.time().toSeconds()));
        return answer(in.who());
    }

    /** {@code POST /api/logout}. */
    SessionAnswer logOut(Context context) {
        Optional.ofNullable(context.cookie(cookieName)).ifPresent(access::logOut);
        context.cookie(cookie("", 0));
        return new SessionAnswer(access.isOpen(), null, null, null, null);
    }

    /** {@code GET /api/session}: answers whoever asks. */
    SessionAnswer session(Context context) {
        return !access.isOpen() && who(context) instanceof Known known
                ? answer(known)
                : new SessionAnswer(access.isOpen(), null, null, null, null);
    }

    /** Who changes something; {@link #check} let him in. */
    Known operator(Context context) {
        return Optional.<Known>ofNullable(context.attribute(WHO))
                .orElseThrow(() -> new IllegalStateException("A change came past the gate: " + context.path()));
    }

    /** Whether he who was let in would be let in now; a stream lives longer than some sessions. */
    boolean stillIn(Context context) {
        return access.isOpen() || who(context) instanceof Known;
    }

    void changed(String result) {
        count("fairlead.console.changes", result);
    }

    private void allowChange(Context context, Known known) {
        if (!known.role().mayChange()) {
            throw refused(
                    "role",
                    "'" + known.name() + "' may look and not change: the role of its token is " + known.role()
                            + ". Ask whoever runs this console for one with: fairlead console token add " + known.name()
                            + " --role operator.");
        }
        if (!known.csrfIs(Optional.ofNullable(context.header(CSRF_HEADER)).orElse(""))) {
            throw refused(
                    "csrf",
                    "This change did not come from a page of this session (" + CSRF_HEADER
                            + " is not its own). Load the page again and repeat it.");
        }
    }

    /** A browser says where a question comes from; of other sites' none may change anything, nor log anybody in. */
    private void refuseForeign(Context context) {
        String origin = context.header("Origin");
        if (origin != null && !origin.equals("null") && authority(origin).equals(context.header("Host"))) {
            return;
        }
        if (origin != null) {
            throw refused(
                    "origin",
                    "This change comes from another site (" + origin + "), which may not change anything here.");
        }
    }

    private static String authority(String origin) {
        try {
            return String.valueOf(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private Outcome who(Context context) {
        String told = Optional.ofNullable(context.header("Authorization")).orElse("");
        return told.startsWith(BEARER)
                ? access.byToken(told.substring(BEARER.length()).strip(), source(context))
                : access.bySession(context.cookie(cookieName));
    }

    /** IPv6 by the network that one line has. */
    private static String source(Context context) {
        String address = context.req().getRemoteAddr();
        if (!address.contains(":")) {
            return address;
        }
        String[] groups = address.replaceAll("[\\[\\]]|%.*", "").split(":", 5);
        return String.join(
                ":",
                groups[0],
                groups.length > 1 ? groups[1] : "",
                groups.length > 2 ? groups[2] : "",
                groups.length > 3 ? groups[3] : "");
    }

    private static boolean isPage(Context context) {
        return !context.path().startsWith("/api/") && !context.path().equals("/metrics");
    }

    private static String asked(Context context) {
        return context.path()
                + Optional.ofNullable(context.queryString())
                        .map(query -> "?" + query)
                        .orElse("");
    }

    private static SessionAnswer answer(Known who) {
        return new SessionAnswer(
                false,
                who.name(),
                who.role().toString(),
                who.csrf(),
                who.endsAt().toEpochMilli());
    }

    private HttpResponseException refusal(Outcome outcome) {
        if (outcome instanceof TooOften often) {
            return new HttpResponseException(429, often.sentence(), Map.of());
        }
        return new UnauthorizedResponse(
                outcome instanceof Unknown unknown ? unknown.sentence() : "Log in again, with a token.");
    }

    private HttpResponseException refused(String reason, String sentence) {
        count("fairlead.console.refused", reason);
        return new ForbiddenResponse(sentence);
    }

    private void count(String meter, String result) {
        meters.counter(meter, "result", result).increment();
    }

    private Cookie cookie(String value, int seconds) {
        return new Cookie(cookieName, value, "/", seconds, secure, 0, true, null, null, SameSite.STRICT);
    }
}
