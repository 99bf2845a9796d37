package io.fairlead.proxy.link;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The agent's account of its tunnels: what each has moved is told on the control stream, some time after it has ended, so that it
 * survives resets and costs no round trip. Told in lines of up to {@value SettledLine#MOST}, one each {@value #FLUSH_MS} ms at most; what
 * is more is not told. Confined to the link's event loop.
 */
final class AgentTally implements TunnelEnds {

    static final int FLUSH_MS = 200;

    private final Channel control;
    private final List<List<Long>> waiting = new ArrayList<>();

    AgentTally(Channel control) {
        this.control = control;
    }

    @Override
    public void ended(Http2StreamChannel stream, long read, long written, boolean clean) {
        if (waiting.size() >= SettledLine.MOST) {
            return;
        }
        waiting.add(List.of((long) stream.stream().id(), read, written));
        if (waiting.size() == 1) {
            control.eventLoop().schedule(this::flush, FLUSH_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void flush() {
        if (control.isActive()) {
            control.writeAndFlush(new DefaultHttp2DataFrame(
                    ControlLines.write(control.alloc(), new SettledLine(List.copyOf(waiting)))));
        }
        waiting.clear();
    }
}
