package io.fairlead.lab.demo;

import java.net.InetSocketAddress;

/** Users of the demo's two curated pools, as {@link Traffic}. */
final class PoolTraffic implements AutoCloseable {

    /** Of the rate of the demo, for each pool. */
    static final double SHARE = 0.25;

    private final Traffic shops;
    private final Traffic tickets;

    PoolTraffic(InetSocketAddress proxy, String url) {
        shops = new Traffic(proxy, DemoConfig.TENANT + "-pool-" + DemoConfig.SHOPS, DemoConfig.SECRET, url);
        tickets = new Traffic(proxy, DemoConfig.CUSTOMER, DemoConfig.SECRET, url);
    }

    /** Sets the rate of each. */
    void rate(double perSecond) {
        shops.rate(perSecond);
        tickets.rate(perSecond);
    }

    /** Requests that are under way. */
    int inFlight() {
        return shops.inFlight() + tickets.inFlight();
    }

    @Override
    public void close() {
        shops.close();
        tickets.close();
    }
}
