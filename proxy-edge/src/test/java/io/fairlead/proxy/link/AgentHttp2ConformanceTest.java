package io.fairlead.proxy.link;

import io.fairlead.edge.link.LinkCodec;
import io.fairlead.edge.link.PulseSettings;
import io.fairlead.edge.link.WindowSettings;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.h2.FrameClient.Field;
import io.fairlead.proxy.h2.Http2Conformance;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * The agent's end of a link as a server of HTTP/2: it dials, and who it dials has the authority's certificate and speaks as it
 * likes. GET is the control stream, POST a tunnel to a site that sends back what comes.
 */
@Timeout(300)
class AgentHttp2ConformanceTest extends Http2Conformance {

    private LinkRig rig;
    private FalseSupernode supernode;
    private Site site;
    private ExitAgent agent;

    @BeforeEach
    void start() throws Exception {
        rig = new LinkRig();
        supernode = new FalseSupernode(rig.authority);
        site = new Site(Site::echo);
        agent = rig.start(rig.settings("exit-1")
                .withSupernodes(List.of(supernode.address()))
                .withPulse(PulseSettings.DEFAULTS)
                .withPauses(1, 20)
                .withWindows(new WindowSettings(256 << 10, 1 << 20, 16 << 20, 20)));
    }

    @AfterEach
    void stop() throws Exception {
        agent.close();
        supernode.close();
        site.close();
        rig.close();
    }

    @Override
    protected Socket connect() throws Exception {
        return supernode.accept();
    }

    @Override
    protected List<Field> request(String method) {
        if (method.equals("POST")) {
            return List.of(
                    field(":method", "CONNECT"),
                    field(":authority", "127.0.0.1:" + site.address().getPort()));
        }
        return List.of(
                field(":method", method),
                field(":scheme", "https"),
                field(":authority", LinkAuthority.EDGE_NAME),
                field(":path", ControlLines.PATH));
    }

    @Override
    protected List<Field> ended() {
        return List.of(
                field(":method", "GET"),
                field(":scheme", "https"),
                field(":authority", LinkAuthority.EDGE_NAME),
                field(":path", "/"));
    }

    @Override
    protected int firstStream() {
        return LinkCodec.FIRST_STREAM;
    }

    @Override
    protected Set<String> notApplicable() {
        return Set.of();
    }
}
