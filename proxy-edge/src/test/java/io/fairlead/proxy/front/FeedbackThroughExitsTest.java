package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.fairlead.schemas.telemetry.ToldVerdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What customers tell of their requests, with curl. */
@Timeout(60)
class FeedbackThroughExitsTest {

    private static final String PATH = "/.fairlead/outcomes";

    @TempDir
    Path directory;

    private static Curl.Result tell(FrontRig rig, String user, String json) throws Exception {
        return Curl.run(List.of("-u", user, "--json", json, "http://" + rig.address() + PATH));
    }

    private static String blocked(String id) {
        return "{\"requestId\":\"" + id + "\",\"verdict\":\"blocked\",\"status\":403}";
    }

    @Test
    void aRequestBehindATunnelIsToldOfByItsIdOnce() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            rig.tenants.put(FrontRig.tenant("other", SecretHashes.hash("another"), FrontRig.POOL));
            String id = rig.curl("-p", site.url("/")).fields().get("x-fairlead-request");
            assertThat(tell(rig, FrontRig.USER, blocked(id)).text())
                    .isEqualTo("{\"taken\":1,\"known\":0,\"refused\":[]}\n");
            assertThat(rig.outcomes).singleElement().satisfies(told -> {
                assertThat(told.getExitId()).isEqualTo("exit-01");
                assertThat(told.getTenant()).isEqualTo("acme");
                assertThat(told.getTargetHost()).isEqualTo("127.0.0.1");
                assertThat(told.getTargetClass()).isEqualTo("default");
                assertThat(told.getVerdict()).isEqualTo(ToldVerdict.BLOCKED);
                assertThat(told.getStatus()).isEqualTo(403);
                assertThat(told.getRequestId()).isEqualTo(id);
            });
            assertThat(tell(rig, FrontRig.USER, blocked(id)).text()).contains("\"taken\":0,\"known\":1");
            Curl.Result foreign = tell(rig, "other:another", blocked(id));
            assertThat(foreign.status()).isEqualTo(422);
            assertThat(foreign.text()).contains("the request of this id is not tenant other's");
            Curl.Result unknown = tell(rig, FrontRig.USER, "[" + blocked(id) + "," + blocked("abc-1") + "]");
            assertThat(unknown.status()).isEqualTo(422);
            assertThat(unknown.text())
                    .contains(
                            "\"known\":1",
                            "{\"index\":1,\"error\":\"no request of this id is among the last 65536 of edge edge-1");
            assertThat(rig.outcomes).hasSize(1);
        }
    }

    @Test
    void aSessionIsToldOfByItsNameAndHost() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            String session = "acme-session-a1:s3cret";
            Curl.run(List.of("-x", "socks5h://" + rig.address(), "-U", session, site.url("/")));
            String last = rig.curlAs(session, "http://localhost:" + site.port() + "/")
                    .fields()
                    .get("x-fairlead-request");
            tell(rig, FrontRig.USER, "{\"session\":\"a1\",\"verdict\":\"ok\"}");
            Curl.Result byHost =
                    tell(rig, FrontRig.USER, "{\"session\":\"a1\",\"host\":\"127.0.0.1\",\"verdict\":\"captcha\"}");
            assertThat(byHost.status()).isEqualTo(200);
            assertThat(rig.outcomes).extracting(TargetOutcome::getTargetHost).containsExactly("localhost", "127.0.0.1");
            assertThat(rig.outcomes.get(0).getRequestId()).isEqualTo(last);
            assertThat(rig.outcomes).extracting(TargetOutcome::getSession).containsOnly("a1");
            tell(rig, FrontRig.USER, "{\"session\":\"a1\",\"verdict\":\"blocked\"}"); // it was fine at first
            assertThat(rig.outcomes)
                    .extracting(TargetOutcome::getVerdict)
                    .containsExactly(ToldVerdict.OK, ToldVerdict.CAPTCHA, ToldVerdict.BLOCKED);
            assertThat(tell(rig, FrontRig.USER, "{\"session\":\"a2\",\"verdict\":\"ok\"}")
                            .text())
                    .contains("no request of this session is among the last");
        }
    }

    @Test
    void aHeaderTellsOfAnEarlierRequestAndGoesNoFurther() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            String id = rig.curl(site.url("/")).fields().get("x-fairlead-request");
            Curl.Result next = rig.curl("-H", "X-Fairlead-Outcome: " + id + "=captcha", site.url("/"));
            assertThat(next.fields()).containsEntry("x-fairlead-outcome", "taken 1, known 0");
            assertThat(site.lastHead()).doesNotContainIgnoringCase("fairlead");
            assertThat(rig.outcomes).singleElement().satisfies(told -> {
                assertThat(told.getRequestId()).isEqualTo(id);
                assertThat(told.getVerdict()).isEqualTo(ToldVerdict.CAPTCHA);
            });
            assertThat(rig.curl("-H", "X-Fairlead-Outcome: " + id, site.url("/"))
                            .fields()
                            .get("x-fairlead-outcome"))
                    .startsWith("refused: it must be of the form");
        }
    }

    @Test
    void whatIsWrongIsSaidPrecisely() throws Exception {
        try (FrontRig rig = new FrontRig()) {
            assertThat(tell(rig, "acme:wrong", "{}").status()).isEqualTo(401);
            assertThat(Curl.run(List.of("http://" + rig.address() + PATH)).fields())
                    .containsKey("www-authenticate")
                    .containsKey("proxy-status");
            String url = "http://" + rig.address();
            assertThat(Curl.run(List.of("-u", FrontRig.USER, url + PATH)).status())
                    .isEqualTo(405);
            assertThat(Curl.run(List.of("-u", FrontRig.USER, url + "/.fairlead/other"))
                            .status())
                    .isEqualTo(404);
            for (String[] each : new String[][] {
                {"", "the body must be of the form"},
                {"{\"requestId\":", "it breaks at line 1"},
                {"7", "the body must be of the form"},
                {"{\"requestId\":\"a\",\"session\":\"b\",\"verdict\":\"ok\"}", "a requestId or a session, and not both"
                },
                {"{\"verdict\":\"ok\"}", "a requestId or a session, and not both"},
                {"{\"requestId\":\"a\",\"verdict\":\"s3cret\"}", "verdict must be ok, blocked or captcha"},
                {"{\"requestId\":\"a\",\"verdict\":\"ok\",\"s3cret\":1}", "it has a field that is none of"},
                {"{\"requestId\":\"a\",\"verdict\":\"ok\",\"status\":7}", "status must be a number from 100 to 599"},
                {"[[[[[1]]]]]", "it breaks"},
            }) {
                Curl.Result answer = tell(rig, FrontRig.USER, each[0]);
                assertThat(answer.text()).as(each[0]).contains(each[1]).doesNotContain("s3cret");
                assertThat(answer.status()).isIn(400, 422);
            }
            Path long1 = Files.writeString(directory.resolve("long"), "[" + " ".repeat(70_000) + "]");
            assertThat(tell(rig, FrontRig.USER, "@" + long1).status()).isEqualTo(413);
            assertThat(rig.outcomes).isEmpty();
        }
    }
}
