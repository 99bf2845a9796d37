package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.link.Site;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.telemetry.ToldVerdict;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Node's own HTTP/2 client over TLS, as browsers speak to an https proxy. */
@Timeout(120)
class NodeOverHttp2Test {

    private static final String CONNECTED = """
            const http2 = require('http2'), net = require('net'), http = require('http');
            const e = process.env;
            const session = http2.connect(e.PROXY, {rejectUnauthorized: false});
            session.on('error', x => { console.log('session error', x.code); });
            const auth = {'proxy-authorization': 'Basic ' + e.AUTH};
            function ask(head, body) {
              return new Promise(done => {
                const r = session.request({...auth, ...head}, {endStream: body === undefined && head[':method'] !== 'CONNECT'});
                let status = 0, text = '', trailers = '', fields = {};
                r.on('response', h => { status = h[':status']; fields = h; });
                r.on('trailers', t => { trailers = JSON.stringify(t['x-sum'] || ''); });
                r.on('data', d => text += d);
                r.on('error', x => { text += '<' + x.code + '>'; });
                r.on('close', () => done({status, text, fields, trailers, code: r.rstCode}));
                if (body !== undefined) r.end(body);
              });
            }
            """;

    @TempDir
    private Path directory;

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Map<String, String> environment(FrontRig rig, String authority) throws IOException {
        return Map.of(
                "CLOSED",
                String.valueOf(closedPort()),
                "PROXY",
                "https://" + rig.address(),
                "AUTH",
                Base64.getEncoder().encodeToString(FrontRig.USER.getBytes(StandardCharsets.UTF_8)),
                "SITE",
                authority);
    }

    @Test
    void requestsAreForwardedAtOnceOnOneConnection() throws Exception {
        try (FrontRig rig = FrontRig.secured(directory);
                WebSite site = new WebSite((head, body, socket) -> WebSite.bytes(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n"
                                + Integer.toHexString(body.length + 5) + "\r\nbody:"
                                + new String(body, StandardCharsets.UTF_8)
                                + "\r\n0\r\nX-Sum: 7\r\n\r\n"))) {
            rig.exit("exit-01");
            String said = Node.run(CONNECTED + """
                    (async () => {
                      const common = {':scheme': 'http', ':authority': e.SITE};
                      const all = await Promise.all([
                        ask({...common, ':method': 'POST', ':path': '/a', 'x-own': 'Ä', cookie: ['a=1', 'b=2']}, 'one'),
                        ask({...common, ':method': 'GET', ':path': '/b'}),
                        ask({...common, ':method': 'POST', ':path': '/c', 'content-length': '3'}, 'two')]);
                      for (const r of all) console.log(r.status, r.text, r.trailers, r.fields['x-fairlead-exit'], r.fields['x-hop'], r.code);
                      session.close();
                    })();
                    """, environment(rig, "127.0.0.1:" + site.port()));
            assertThat(said.lines())
                    .containsExactly(
                            "200 body:one \"7\" exit-01 undefined 0",
                            "200 body: \"7\" exit-01 undefined 0",
                            "200 body:two \"7\" exit-01 undefined 0");
            assertThat(site.heads).anySatisfy(head -> assertThat(head)
                    .startsWith("POST /a HTTP/1.1\r\nHost: 127.0.0.1:" + site.port() + "\r\n")
                    .contains("\r\nCookie: a=1; b=2\r\n", "\r\nX-Own: ", "\r\nTransfer-Encoding: chunked\r\n")
                    .doesNotContainIgnoringCase("proxy-authorization"));
            assertThat(rig.front.counters().securedConnections()).isEqualTo(1);
            await().until(() -> rig.requests.size() == 3);
            assertThat(rig.requests).extracting(ProxiedRequest::getOutcome).containsOnly(Outcome.OK);
            assertThat(rig.requests).extracting(ProxiedRequest::getProtocol).containsOnly(ClientProtocol.HTTP_FORWARD);
        }
    }

    @Test
    void tunnelsAreOpenedByConnectAndEndEachWayByThemselves() throws Exception {
        try (FrontRig rig = FrontRig.secured(directory);
                Site site = new Site(socket -> {
                    byte[] said = socket.getInputStream().readAllBytes();
                    socket.getOutputStream().write(said);
                })) {
            rig.exit("exit-01");
            String said = Node.run(
                    CONNECTED + """
                    (async () => {
                      const big = 'x'.repeat(700000);
                      const all = await Promise.all([1, 2, 3].map(i => ask({':method': 'CONNECT', ':authority': e.SITE}, i + big)));
                      for (const r of all) console.log(r.status, r.text.length, r.text[0], r.fields['x-fairlead-exit'], r.code);
                      session.close();
                    })();
                    """,
                    environment(rig, "127.0.0.1:" + site.address().getPort()));
            assertThat(said.lines())
                    .containsExactly("200 700001 1 exit-01 0", "200 700001 2 exit-01 0", "200 700001 3 exit-01 0");
            await().until(() -> rig.requests.size() == 3);
            assertThat(rig.requests).allSatisfy(request -> {
                assertThat(request.getProtocol()).isEqualTo(ClientProtocol.HTTP2_CONNECT);
                assertThat(request.getOutcome()).isEqualTo(Outcome.OK);
                assertThat(request.getBytesUp()).isEqualTo(700_001);
            });
        }
    }

    /** On the connection that serves its requests, a customer tells what came of them. */
    @Test
    void whatCameOfARequestIsToldOnTheSameConnection() throws Exception {
        try (FrontRig rig = FrontRig.secured(directory);
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            String said = Node.run(CONNECTED + """
                    (async () => {
                      const r = await ask({':method': 'GET', ':scheme': 'http', ':authority': e.SITE, ':path': '/'});
                      const own = {':method': 'POST', ':scheme': 'https', ':authority': e.PROXY.slice(8), ':path': '/.fairlead/outcomes',
                          authorization: 'Basic ' + e.AUTH, 'content-type': 'application/json'};
                      const told = JSON.stringify({requestId: r.fields['x-fairlead-request'], verdict: 'captcha', status: 200});
                      for (const body of [told, told, 'rubbish']) {
                        const t = await ask(own, body);
                        console.log(t.status, t.text.trim());
                      }
                      const stranger = await ask({...own, authorization: 'Basic ' + Buffer.from('acme:wrong').toString('base64')}, told);
                      console.log(stranger.status, stranger.fields['www-authenticate'] !== undefined);
                      session.close();
                    })();
                    """, environment(rig, "127.0.0.1:" + site.port()));
            assertThat(said.lines().toList())
                    .hasSize(4)
                    .startsWith(
                            "200 {\"taken\":1,\"known\":0,\"refused\":[]}",
                            "200 {\"taken\":0,\"known\":1,\"refused\":[]}")
                    .endsWith("401 true")
                    .element(2)
                    .asString()
                    .startsWith("400 ");
            assertThat(rig.outcomes).singleElement().satisfies(told -> {
                assertThat(told.getExitId()).isEqualTo("exit-01");
                assertThat(told.getVerdict()).isEqualTo(ToldVerdict.CAPTCHA);
                assertThat(told.getTenant()).isEqualTo("acme");
            });
        }
    }

    @Test
    void eachStreamIsLetInByItself() throws Exception {
        try (FrontRig rig = FrontRig.secured(directory);
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            String said = Node.run(CONNECTED + """
                    (async () => {
                      const site = {':scheme': 'http', ':authority': e.SITE, ':path': '/', ':method': 'GET'};
                      const wrong = {'proxy-authorization': 'Basic ' + Buffer.from('acme:wrong').toString('base64')};
                      for (const head of [{...site, ...wrong}, site, {':method': 'CONNECT', ':authority': e.SITE, ...wrong},
                          {...site, ':scheme': 'https'}, {':method': 'CONNECT', ':authority': '10.0.0.1:80'},
                          {':method': 'CONNECT', ':authority': '127.0.0.1:' + e.CLOSED}]) {
                        const r = await ask(head);
                        console.log(r.status, r.fields['proxy-authenticate'] !== undefined,
                            (r.fields['proxy-status'] || '').replace(/.*error=([a-z_]*).*/, '$1'), r.code);
                      }
                      session.close();
                    })();
                    """, environment(rig, "127.0.0.1:" + site.port()));
            assertThat(said.lines())
                    .containsExactly(
                            "407 true authentication_required 0",
                            "200 false  0",
                            "407 true authentication_required 0",
                            "400 false http_request_error 0",
                            "403 false destination_ip_prohibited 0",
                            "502 false connection_refused 0");
        }
    }
}
