package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fairlead.proxy.link.Site;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people use proxies with, each in the way it does so by itself. */
@Timeout(120)
class RealClientsTest {

    private static final String BASIC =
            "Basic " + Base64.getEncoder().encodeToString(FrontRig.USER.getBytes(StandardCharsets.UTF_8));

    private static void assumeInstalled(String program) {
        boolean there = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
        assumeTrue(there, program + " is not installed");
    }

    @Test
    void h2loadIsServedOverHttp2() throws Exception {
        assumeInstalled("h2load");
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("hello")) {
            rig.exit("exit-01");
            String said = Node.output(
                    List.of(
                            "h2load",
                            "-n",
                            "300",
                            "-c",
                            "3",
                            "-m",
                            "10",
                            "--connect-to=" + rig.address(),
                            "-H",
                            "proxy-authorization: " + BASIC,
                            site.url("/")),
                    Map.of());
            assertThat(said).contains("300 succeeded, 0 failed, 0 errored", "status codes: 300 2xx");
            await().until(() -> rig.requests.size() == 300);
            assertThat(rig.requests).extracting(ProxiedRequest::getOutcome).containsOnly(Outcome.OK);
            assertThat(rig.front.counters().streams()).isEqualTo(300);
        }
    }

    @Test
    void javasHttpClientAnswersTheChallenge() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("from java")) {
            rig.exit("exit-01");
            HttpClient client = HttpClient.newBuilder()
                    .proxy(ProxySelector.of(new InetSocketAddress(
                            "127.0.0.1", rig.front.address().getPort())))
                    .authenticator(new Authenticator() {
                        @Override
                        protected PasswordAuthentication getPasswordAuthentication() {
                            return new PasswordAuthentication("acme", "s3cret".toCharArray());
                        }
                    })
                    .build();
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(site.url("/"))).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("from java");
            assertThat(rig.front.counters().deniedLogins())
                    .as("asked first without a log-in")
                    .isEqualTo(1);
        }
    }

    @Test
    void pythonsUrllib() throws Exception {
        assumeInstalled("python3");
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("from python")) {
            rig.exit("exit-01");
            String script = """
                    import os, urllib.request as r
                    o = r.build_opener(r.ProxyHandler({'http': os.environ['P']}))
                    a = o.open(os.environ['U'], timeout=20)
                    print(a.status, a.read().decode(), a.headers['x-fairlead-exit'])
                    """;
            String said = Node.output(
                    List.of("python3", "-c", script),
                    Map.of("P", "http://" + FrontRig.USER + "@" + rig.address(), "U", site.url("/"), "no_proxy", ""));
            assertThat(said).isEqualTo("200 from python exit-01\n");
        }
    }

    @Test
    void wget() throws Exception {
        assumeInstalled("wget");
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("from wget")) {
            rig.exit("exit-01");
            String said = Node.output(
                    List.of(
                            "wget",
                            "-q",
                            "--tries=1",
                            "-O",
                            "-",
                            "--proxy-user=acme",
                            "--proxy-password=s3cret",
                            site.url("/")),
                    Map.of("http_proxy", "http://" + rig.address(), "no_proxy", ""));
            assertThat(said).isEqualTo("from wget");
        }
    }

    /** Inside TLS to the proxy: a tunnel of HTTP/1.1, and in it a WebSocket that says back what it is told. */
    @Test
    void aWebSocketThroughATunnelOfNode(@TempDir Path directory) throws Exception {
        assumeInstalled("node");
        try (FrontRig rig = FrontRig.secured(directory);
                Site site = new Site(socket -> {
                    WebSite.readHead(socket.getInputStream());
                    socket.getOutputStream()
                            .write(
                                    WebSite.bytes(
                                            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"));
                    Site.echo(socket);
                })) {
            rig.exit("exit-01");
            String script = """
                    const tls = require('tls'), http = require('http'), e = process.env;
                    const [host, port] = e.PROXY.split(':');
                    const to = tls.connect({host, port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1']}, () =>
                      to.write('CONNECT ' + e.SITE + ' HTTP/1.1\\r\\nHost: ' + e.SITE + '\\r\\nProxy-Authorization: ' + e.AUTH + '\\r\\n\\r\\n'));
                    to.once('data', d => {
                      if (!String(d).startsWith('HTTP/1.1 200')) { console.log(String(d)); process.exit(1); }
                      const r = http.request({createConnection: () => to, headers: {Host: e.SITE, Connection: 'Upgrade',
                        Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ=='}});
                      r.on('upgrade', (answer, socket) => {
                        socket.on('data', d => { console.log(answer.statusCode, d.subarray(6).toString('hex')); socket.destroy(); });
                        socket.write(Buffer.from([0x81, 0x85, 0, 0, 0, 0, ...Buffer.from('hello')]));
                      });
                      r.end();
                    });
                    """;
            String said = Node.run(
                    script,
                    Map.of(
                            "PROXY",
                            rig.address(),
                            "SITE",
                            "127.0.0.1:" + site.address().getPort(),
                            "AUTH",
                            BASIC));
            assertThat(said).isEqualTo("101 68656c6c6f\n");
        }
    }

    /** Node's fetch with an agent: it opens a tunnel for either scheme, and tells what the proxy says of a wrong secret. */
    @Test
    void nodesFetchWithAnAgent(@TempDir Path directory) throws Exception {
        assumeInstalled("node");
        assumeInstalled("npm");
        UserCertificateFiles keys = UserKeys.write(directory, UserKeys.make());
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("in the clear")) {
            rig.exit("exit-01");
            String script = """
                    const e = process.env, fs = require('fs'), {ProxyAgent, fetch} = require(e.UNDICI);
                    const site = require('https').createServer({cert: fs.readFileSync(e.CERT), key: fs.readFileSync(e.KEY)},
                        (request, answer) => answer.end('inside TLS'));
                    const agent = token => new ProxyAgent({uri: 'http://' + e.PROXY, token, requestTls: {rejectUnauthorized: false}});
                    site.listen(0, '127.0.0.1', async () => {
                      const dispatcher = agent(e.AUTH), secure = 'https://127.0.0.1:' + site.address().port + '/';
                      for (const url of [e.CLEAR, secure, secure]) {
                        const answer = await fetch(url, {dispatcher});
                        console.log(answer.status, await answer.text());
                      }
                      const all = await Promise.all(Array.from({length: 20}, () => fetch(secure, {dispatcher}).then(r => r.text())));
                      console.log(new Set(all).size, all[0]);
                      const wrong = agent('Basic ' + Buffer.from('acme:wrong').toString('base64'));
                      await fetch(secure, {dispatcher: wrong}).then(r => console.log(r.status), x => console.log(x.message));
                      await wrong.close();
                      await dispatcher.close();
                      site.close();
                    });
                    """;
            String said = Node.run(
                    script,
                    Map.of(
                            "UNDICI",
                            NodePackage.UNDICI.directory().toString(),
                            "PROXY",
                            rig.address(),
                            "AUTH",
                            BASIC,
                            "CLEAR",
                            site.url("/"),
                            "CERT",
                            keys.chain().toString(),
                            "KEY",
                            keys.key().toString()));
            assertThat(said.lines().toList())
                    .containsExactly(
                            "200 in the clear", "200 inside TLS", "200 inside TLS", "1 inside TLS", "fetch failed");
            assertThat(rig.front.counters().deniedLogins()).isEqualTo(1);
            await().until(() -> rig.requests.size() >= 3);
            assertThat(rig.requests).extracting(ProxiedRequest::getOutcome).contains(Outcome.OK);
        }
    }

    /** In the clear and over TLS to the proxy, where Chromium speaks HTTP/2; a page in the clear, and one inside a tunnel. */
    @Test
    void chromiumAnswersTheChallenge(@TempDir Path directory) throws Exception {
        assumeInstalled("chromium");
        try (FrontRig rig = FrontRig.secured(directory);
                WebSite site = WebSite.saying("from chromium")) {
            rig.exit("exit-01");
            for (String scheme : List.of("http", "https")) {
                try (Chromium chromium = new Chromium(
                        Files.createDirectory(directory.resolve(scheme)),
                        scheme + "://" + rig.address(),
                        "acme",
                        "s3cret")) {
                    assertThat(chromium.textOf(site.url("/"))).as(scheme).isEqualTo("from chromium");
                    assertThat(chromium.timesAsked()).isPositive();
                }
            }
            assertThat(rig.front.counters().streams()).as("over HTTP/2").isPositive();
            assertThat(rig.requests)
                    .filteredOn(request -> request.getTargetPort() == site.port())
                    .extracting(ProxiedRequest::getOutcome)
                    .contains(Outcome.OK);
        }
    }
}
