package io.fairlead.proxy.front;

import static io.fairlead.proxy.front.SocksThroughExitsTest.read;
import static io.fairlead.proxy.front.SocksThroughExitsTest.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a tenant's record says, as its users see it. */
@Timeout(60)
class TenantsThroughExitsTest {

    private static final String NOBODYS = SecretHashes.hash("nobody's");

    @Test
    void anAddressCanStandForASecret() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("known")) {
            rig.exit("exit-01");
            Tenant tenant = FrontRig.tenant("local", NOBODYS, FrontRig.POOL);
            tenant.setSources(List.of("127.0.0.0/8"));
            rig.tenants.put(tenant);
            String proxy = "http://" + rig.address();
            assertThat(Curl.run(List.of("-x", proxy, site.url("/"))).text()).isEqualTo("known");
            assertThat(Curl.run(List.of("-x", "socks5h://" + rig.address(), site.url("/")))
                            .text())
                    .isEqualTo("known");
            assertThat(rig.curlAs("local-session-a:", site.url("/")).fields()).containsKey("x-fairlead-session-ttl");
            await().until(() -> rig.requests.size() == 3);
            assertThat(rig.requests).extracting(ProxiedRequest::getTenant).containsOnly("local");
            assertThat(rig.curlAs("local:wrong", site.url("/")).status()).isEqualTo(407);
            assertThat(rig.curlAs("acme:", site.url("/")).status()).isEqualTo(407);
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(200);
            assertThat(rig.requests).last().satisfies(request -> assertThat(request.getTenant())
                    .isEqualTo("acme"));
            rig.tenants.remove("local");
            assertThat(Curl.run(List.of("-x", proxy, site.url("/"))).status()).isEqualTo(407);
            try (Raw client = new Raw(rig.front.address())) {
                send(client, "050100");
                assertThat(read(client, 2)).isEqualTo("05ff");
            }
        }
    }

    @Test
    void requestsASecondAreLimited() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            String hash = SecretHashes.hash("s3cret");
            Tenant tenant = FrontRig.tenant("acme", hash, FrontRig.POOL);
            tenant.setMaxRequestsPerSecond(2);
            rig.tenants.put(tenant);
            String url = site.url("/");
            Curl.Result result = rig.curl(url, url, url, url, url, url, url, url);
            assertThat(result.status()).isEqualTo(429);
            assertThat(result.proxyStatus()).contains("error=limit_exceeded", "2 requests of this second");
            assertThat(rig.requests)
                    .extracting(ProxiedRequest::getOutcome)
                    .startsWith(Outcome.OK, Outcome.OK)
                    .contains(Outcome.LIMIT_EXCEEDED);
            await("the next second").until(() -> rig.curl(url).status() == 200);
        }
    }

    @Test
    void whatIsOpenOfATenantWhoGoesIsCut() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            rig.tenants.put(FrontRig.tenant("other", NOBODYS, FrontRig.POOL));
            try (Raw tunnel = new Raw(rig.front.address());
                    Raw socks = new Raw(rig.front.address());
                    Raw idle = new Raw(rig.front.address())) {
                tunnel.send(
                        "CONNECT 127.0.0.1:" + site.port() + " HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n");
                assertThat(tunnel.head()).startsWith("HTTP/1.1 200");
                send(
                        socks,
                        SocksThroughExitsTest.GREETING
                                + SocksThroughExitsTest.SECRET
                                + SocksThroughExitsTest.connect(site.port()));
                assertThat(read(socks, 14)).endsWith("05000001000000000000");
                rig.tenants.remove("other");
                rig.front.review("other");
                rig.front.review("acme");
                tunnel.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(tunnel.head()).startsWith("HTTP/1.1 200");
                Tenant gone = FrontRig.tenant("acme", SecretHashes.hash("s3cret"), FrontRig.POOL);
                gone.setEnabled(false);
                rig.tenants.put(gone);
                rig.front.review("acme");
                assertThat(tunnel.rest()).endsWith("<reset>");
                assertThat(socks.rest()).endsWith("<reset>");
                gone.setEnabled(true);
                rig.tenants.put(gone);
                idle.send("GET " + site.url("/") + " HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n");
                assertThat(idle.head()).startsWith("HTTP/1.1 200");
            }
            assertThat(rig.requests)
                    .extracting(ProxiedRequest::getOutcome)
                    .contains(Outcome.AUTHENTICATION_REQUIRED, Outcome.AUTHENTICATION_REQUIRED);
        }
    }
}
