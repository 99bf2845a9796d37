package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.attempt.AttemptSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each of these would be read in one way here and in another elsewhere, or not at all. None may reach a target. */
@Timeout(60)
class MalformedRequestsTest {

    private record Case(String name, String bytes, int status, String says) {}

    private static final String LINE = "GET http://127.0.0.1:TARGET/ HTTP/1.1\r\n";
    private static final String POST = "POST http://127.0.0.1:TARGET/ HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION;
    private static final String GET = LINE + "Host: x\r\n" + Raw.AUTHORIZATION;

    private static List<Case> corpus() {
        List<Case> all = new ArrayList<>();
        all.add(new Case(
                "length and coding",
                POST + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400,
                "both"));
        all.add(new Case(
                "coding and length",
                POST + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
                400,
                "both"));
        all.add(new Case(
                "two equal lengths", POST + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400, "one number"));
        all.add(new Case("list of lengths", POST + "Content-Length: 3, 3\r\n\r\nabc", 400, "one number"));
        all.add(new Case("signed length", POST + "Content-Length: +3\r\n\r\nabc", 400, "one number"));
        all.add(new Case("negative length", POST + "Content-Length: -3\r\n\r\nabc", 400, "one number"));
        all.add(new Case("empty length", POST + "Content-Length:\r\n\r\n", 400, "one number"));
        all.add(new Case("huge length", POST + "Content-Length: 99999999999999999999\r\n\r\n", 400, "one number"));
        all.add(new Case("hexadecimal length", POST + "Content-Length: 0x3\r\n\r\nabc", 400, "one number"));
        all.add(new Case(
                "unknown coding", POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, "single 'chunked'"));
        all.add(new Case(
                "coding twice",
                POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400,
                "single 'chunked'"));
        all.add(new Case(
                "coding then identity",
                POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                400,
                "single 'chunked'"));
        all.add(new Case(
                "coding with vertical tab",
                POST + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
                400,
                "control character"));
        all.add(new Case(
                "coding in 1.0",
                POST.replace("HTTP/1.1", "HTTP/1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400,
                "HTTP/1.0"));
        all.add(new Case("blank before colon", POST + "Content-Length : 3\r\n\r\nabc", 400, "no name"));
        all.add(new Case("folded line", GET + "X: a\r\n b\r\n\r\n", 400, "folding"));
        all.add(new Case("first line folded", LINE + " Host: x\r\n" + Raw.AUTHORIZATION + "\r\n", 400, "folding"));
        all.add(new Case("bare LF", GET.replace("\r\n", "\n") + "\n", 400, "bare LF"));
        all.add(new Case("bare LF in one line", GET + "X: a\nY: b\r\n\r\n", 400, "bare LF"));
        all.add(new Case("bare CR", GET + "X: a\rY: b\r\n\r\n", 400, "bare CR"));
        all.add(new Case("NUL in a value", GET + "X: a\0b\r\n\r\n", 400, "control character"));
        all.add(new Case("no colon", GET + "nonsense\r\n\r\n", 400, "no name"));
        all.add(new Case("empty name", GET + ": x\r\n\r\n", 400, "no name"));
        all.add(new Case("two hosts", GET + "Host: y\r\n\r\n", 400, "Host"));
        all.add(new Case("no host", LINE + Raw.AUTHORIZATION + "\r\n", 400, "Host"));
        all.add(new Case("no version", "GET http://127.0.0.1:TARGET/\r\n\r\n", 400, "request line"));
        all.add(new Case("two blanks", "GET  http://127.0.0.1:TARGET/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, "blank"));
        all.add(new Case(
                "blank in target", "GET http://127.0.0.1:TARGET/a b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "blank"));
        all.add(new Case(
                "byte outside ASCII",
                "GET http://127.0.0.1:TARGET/\u00e9 HTTP/1.1\r\nHost: x\r\n\r\n",
                400,
                "outside ASCII"));
        all.add(new Case(
                "lower-case version", "GET http://127.0.0.1:TARGET/ http/1.1\r\nHost: x\r\n\r\n", 400, "HTTP/1.1"));
        all.add(new Case(
                "HTTP/2 by its version alone",
                LINE.replace("1.1\r", "2.0\r") + "Host: x\r\n\r\n",
                505,
                "only HTTP/1.1"));
        all.add(new Case("HTTP/1.2", LINE.replace("1.1\r", "1.2\r") + "Host: x\r\n\r\n", 505, "only HTTP/1.1"));
        all.add(new Case(
                "long line",
                "GET http://127.0.0.1:TARGET/" + "a".repeat(9000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
                400,
                "8192"));
        all.add(new Case("long head", GET + ("X: " + "a".repeat(4000) + "\r\n").repeat(9) + "\r\n", 400, "32768"));
        all.add(new Case("many fields", GET + "X: a\r\n".repeat(250) + "\r\n", 400, "200 fields"));
        all.add(new Case(
                "origin form",
                "GET / HTTP/1.1\r\nHost: 127.0.0.1:TARGET\r\n" + Raw.AUTHORIZATION + "\r\n",
                400,
                "this is a proxy"));
        all.add(new Case(
                "https in the clear",
                "GET https://127.0.0.1:TARGET/ HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n",
                400,
                "CONNECT host:443"));
        all.add(new Case(
                "other scheme",
                "GET ftp://127.0.0.1:TARGET/ HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n",
                400,
                "only http"));
        all.add(new Case(
                "user in the target",
                "GET http://a:b@127.0.0.1:TARGET/ HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n",
                400,
                "user name"));
        all.add(new Case(
                "fragment",
                "GET http://127.0.0.1:TARGET/#a HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n",
                400,
                "fragment"));
        all.add(new Case(
                "port too great",
                "GET http://127.0.0.1:65536/ HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n",
                400,
                "host or port"));
        all.add(new Case(
                "port zero",
                "GET http://127.0.0.1:0/ HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n",
                400,
                "host or port"));
        all.add(new Case(
                "escaped host",
                "GET http://127%2e0.0.1/ HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n",
                400,
                "host or port"));
        all.add(new Case(
                "CONNECT without port",
                "CONNECT 127.0.0.1 HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n",
                400,
                "host:port"));
        all.add(new Case(
                "CONNECT to a path",
                "CONNECT 127.0.0.1:80/a HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n",
                400,
                "host:port"));
        all.add(new Case(
                "CONNECT with a body",
                "CONNECT 127.0.0.1:TARGET HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n" + Raw.AUTHORIZATION + "\r\n",
                400,
                "no body"));
        return all;
    }

    @Test
    void noneOfTheCorpusReachesTheTargetAndEachIsToldWhatIsWrong() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(200); // the secret is verified from here on
            for (Case each : corpus()) {
                try (Raw client = new Raw(rig.front.address())) {
                    client.send(each.bytes.replace("TARGET", Integer.toString(site.port())));
                    String answer = client.rest();
                    assertThat(answer).as(each.name).startsWith("HTTP/1.1 " + each.status + " ");
                    assertThat(answer.toLowerCase(java.util.Locale.ROOT))
                            .as(each.name)
                            .contains("connection: close", "proxy-status: \"edge-1\"; error=http_request_error");
                    assertThat(answer).as(each.name).contains(each.says).doesNotContain("<reset>");
                }
            }
            assertThat(site.heads).hasSize(1);
            assertThat(rig.front.counters().openConnections()).isLessThan(3);
        }
    }

    @Test
    void bodiesWithBadChunksAreRefusedAndNeverEndWell() throws Exception {
        List<String> bodies = List.of(
                "zz\r\nabc\r\n0\r\n\r\n",
                "-3\r\nabc\r\n0\r\n\r\n",
                "3\nabc\r\n0\r\n\r\n",
                "3 \r\nabc\r\n0\r\n\r\n",
                "0x3\r\nabc\r\n0\r\n\r\n",
                "3\r\nabcd\r\n0\r\n\r\n",
                "3\r\nabc\n0\r\n\r\n",
                "fffffffffffffffff\r\nabc\r\n0\r\n\r\n",
                "3;" + "x".repeat(300) + "\r\nabc\r\n0\r\n\r\n",
                "0\r\nX: a\r\n b\r\n\r\n",
                "0\r\nbad\r\n\r\n");
        try (FrontRig rig = new FrontRig(FrontSettings.DEFAULTS, AttemptSettings.DEFAULTS);
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            for (String body : bodies) {
                try (Raw client = new Raw(rig.front.address())) {
                    client.send(POST.replace("TARGET", Integer.toString(site.port()))
                            + "Transfer-Encoding: chunked\r\n\r\n" + body);
                    assertThat(client.rest()).as(body).startsWith("HTTP/1.1 400 ");
                }
            }
            assertThat(site.bodies).isEmpty();
        }
    }

    @Test
    void requestSmuggledBehindAnotherIsJustTheNextRequest() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                client.send(POST.replace("TARGET", Integer.toString(site.port()))
                        + "Content-Length: 5\r\n\r\nhello"
                        + "GET http://127.0.0.1:" + site.port() + "/admin HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(client.head()).startsWith("HTTP/1.1 200");
                assertThat(client.text(1)).isEqualTo("x");
                assertThat(client.head()).startsWith("HTTP/1.1 407");
            }
            assertThat(site.heads).hasSize(1);
        }
    }
}
