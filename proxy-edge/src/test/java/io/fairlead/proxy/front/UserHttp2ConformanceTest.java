package io.fairlead.proxy.front;

import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.proxy.h2.FrameClient.Field;
import io.fairlead.proxy.h2.Http2Conformance;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** The user's side as a server of HTTP/2, with prior knowledge, forwarding to a site through an exit. */
@Timeout(300)
class UserHttp2ConformanceTest extends Http2Conformance {

    private FrontRig rig;
    private WebSite site;

    @BeforeEach
    void start() throws Exception {
        rig = new FrontRig(
                FrontSettings.DEFAULTS.withStreams(new StreamLimits(20, 256 << 10, 1 << 20, 200, 2_000)),
                AttemptSettings.DEFAULTS);
        rig.exit("exit-01");
        site = WebSite.saying("hello, world");
    }

    @AfterEach
    void stop() throws Exception {
        site.close();
        rig.close();
    }

    @Override
    protected Socket connect() throws Exception {
        return new Socket(rig.front.address().getAddress(), rig.front.address().getPort());
    }

    @Override
    protected List<Field> request(String method) {
        return List.of(
                field(":method", method),
                field(":scheme", "http"),
                field(":authority", "127.0.0.1:" + site.port()),
                field(":path", "/"),
                field(
                        "proxy-authorization",
                        "Basic " + Base64.getEncoder().encodeToString(FrontRig.USER.getBytes(StandardCharsets.UTF_8))));
    }
}
