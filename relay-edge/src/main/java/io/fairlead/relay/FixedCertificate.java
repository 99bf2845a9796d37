package io.fairlead.relay;

import java.time.Instant;

/** One of the long link that stays as long as its edge does. */
public record FixedCertificate(String name, Instant ends) implements RelayCertificate {

    @Override
    public Use use() {
        return Use.LINK;
    }

    @Override
    public String remedy() {
        return ", and start the edge anew";
    }

    @Override
    public String problem() {
        return "";
    }

    @Override
    public long taken() {
        return 0;
    }

    @Override
    public long refused() {
        return 0;
    }

    @Override
    public void close() {
        // there is nothing that it follows
    }
}
