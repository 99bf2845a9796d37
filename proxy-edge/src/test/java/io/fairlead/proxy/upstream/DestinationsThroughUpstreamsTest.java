package io.fairlead.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.fairlead.edge.link.Sockets;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.destination.NameLookup;
import io.fairlead.proxy.exit.LocationCheck;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.proxy.link.Site;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.UpstreamKind;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where requests through upstreams may lead: judged here, on the address that the proxy is then asked for. */
@Timeout(120)
class DestinationsThroughUpstreamsTest {

    private static final class Rig implements AutoCloseable {

        final EventLoopGroup loops = Sockets.loops(1, "edge");
        final PlainProxy proxy = new PlainProxy(UpstreamKind.SOCKS5);
        final Site site = new Site(Site::echo);
        final NameServer server;
        final Upstreams upstreams;

        Rig(boolean trusted, IntFunction<List<String>> addresses) throws IOException {
            server = new NameServer(addresses);
            upstreams = new Upstreams(
                    UpstreamSettings.DEFAULTS,
                    loops,
                    new NameLookup(loops, new SingletonDnsServerAddressStreamProvider(server.address())),
                    Set.of(),
                    (exitId, record) -> {},
                    new LocationCheck(ObservedLocations.NONE),
                    System::nanoTime,
                    new Random());
            upstreams.put(UpstreamTerms.of(ExitOverride.newBuilder()
                    .setExitId("up-1")
                    .setAuthorship(new Authorship("test", "test", 1L, 1L))
                    .setUpstream(UpstreamRig.upstream(proxy.kind, proxy.port())
                            .setTrustedWithNames(trusted)
                            .build())
                    .build()));
            await().until(() -> upstreams.onlineCount() == 1);
        }

        void open(DestinationRules rules, String host) throws Exception {
            Future<Channel> opening = upstreams.open(
                    "up-1", new Target(host, site.address().getPort()), new TunnelOptions(20_000, "test", rules), null);
            assertThat(opening.await(60_000)).isTrue();
            if (opening.cause() instanceof TunnelException refused) {
                throw refused;
            }
            opening.get().close().await();
        }

        TunnelException refusal(DestinationRules rules, String host) {
            return catchThrowableOfType(TunnelException.class, () -> open(rules, host));
        }

        @Override
        public void close() {
            upstreams.close();
            proxy.close();
            site.close();
            server.close();
            loops.shutdownGracefully(50, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(5_000);
        }
    }

    @Test
    void theProxyIsAskedForTheVeryAddressThatWasJudged() throws Exception {
        DestinationRules rules = DestinationRules.allowing(List.of("127.0.0.1"));
        // The name changes its mind with every question: between the judgement and the dial there must be none.
        try (Rig rig = new Rig(false, n -> List.of(n == 1 ? "127.0.0.1" : "127.0.0.66"))) {
            rig.open(rules, "rebinding.example");
            assertThat(rig.proxy.asked).containsExactly("127.0.0.1");
            assertThat(rig.server.questions).hasValue(1);
        }
    }

    @Test
    void ofSeveralAddressesAnAllowedOneIsTaken() throws Exception {
        DestinationRules rules = DestinationRules.allowing(List.of("127.0.0.1"));
        try (Rig rig = new Rig(false, n -> List.of("10.0.0.1", "169.254.169.254", "127.0.0.1"))) {
            rig.open(rules, "mixed.example");
            assertThat(rig.proxy.asked).containsExactly("127.0.0.1");
        }
    }

    @Test
    void namesOfForbiddenAddressesAndDisguisedNumbersNeverReachTheProxy() throws Exception {
        try (Rig rig = new Rig(false, n -> List.of("10.1.2.3", "127.0.0.1"))) {
            for (String host : List.of(
                    "inside.example",
                    "127.0.0.1",
                    "2130706433",
                    "0x7f000001",
                    "0177.0.0.1",
                    "127.1",
                    "::ffff:127.0.0.1",
                    "::1",
                    "64:ff9b::7f00:1",
                    "2002:7f00:1::",
                    "fd00:ec2::254",
                    "169.254.169.254")) {
                TunnelException refused = rig.refusal(DestinationRules.publicOnly(), host);
                assertThat(refused.outcome()).as(host).isEqualTo(Outcome.DESTINATION_FORBIDDEN);
                assertThat(refused.layer()).as(host).isEqualTo(FaultLayer.CLIENT);
            }
            assertThat(rig.proxy.asked).isEmpty();
        }
    }

    @Test
    void theEdgesOwnAddressesAreRefused() throws Exception {
        DestinationRules rules = DestinationRules.publicOnly().refusing(Set.of(InetAddress.getByName("93.184.216.34")));
        try (Rig rig = new Rig(false, n -> List.of("93.184.216.34"))) {
            assertThat(rig.refusal(rules, "myself.example").detail()).contains("this proxy's own");
            assertThat(rig.proxy.asked).isEmpty();
        }
    }

    @Test
    void oneThatIsTrustedWithNamesIsSentThemAndNoOtherForm() throws Exception {
        DestinationRules rules = DestinationRules.allowing(List.of("localhost", "127.0.0.1"));
        try (Rig rig = new Rig(true, n -> List.of())) {
            rig.open(rules, "localhost");
            assertThat(rig.proxy.asked).containsExactly("localhost");
            assertThat(rig.server.questions).hasValue(0);
            for (String host : List.of("10.0.0.1", "2130706433", "::ffff:10.0.0.1")) {
                assertThat(rig.refusal(rules, host).outcome()).as(host).isEqualTo(Outcome.DESTINATION_FORBIDDEN);
            }
            assertThat(rig.proxy.asked).hasSize(1);
        }
    }

    @Test
    void aNameWithoutAnAddressIsNotTheExitsFault() throws Exception {
        try (Rig rig = new Rig(false, n -> List.of())) {
            TunnelException refused = rig.refusal(DestinationRules.publicOnly(), "nobody.example");
            assertThat(refused.outcome()).isEqualTo(Outcome.DNS_ERROR);
            assertThat(refused.layer()).isEqualTo(FaultLayer.TARGET);
        }
    }
}
