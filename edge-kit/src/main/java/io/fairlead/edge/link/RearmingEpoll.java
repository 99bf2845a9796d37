package io.fairlead.edge.link;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Netty's epoll, with sockets that can wait again after they waited for nothing.
 *
 * <p>A socket whose peer has sent all, and that is written to no faster than it takes bytes, waits for nothing. Netty (4.2.15 to 4.2.20)
 * takes it out of epoll then, since it would be told of a hang-up for ever, but forgets to put it in again: the first write that the
 * socket does not take at once fails, and what was to follow is lost. Here it is registered anew.
 */
final class RearmingEpoll implements IoHandler {

    private final IoHandler epoll;

    /** Handles that wait for nothing, which epoll does not know meanwhile. On the event loop. */
    private final Set<Registration> parked = Collections.newSetFromMap(new IdentityHashMap<>());

    private RearmingEpoll(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new RearmingEpoll(factory.newHandler(executor));
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Registration(handle, epoll.register(handle));
    }

    private final class Registration implements IoRegistration {

        private final IoHandle handle;
        private IoRegistration waiting;
        private boolean cancelled;

        Registration(IoHandle handle, IoRegistration waiting) {
            this.handle = handle;
            this.waiting = waiting;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // so it is declared
        public <T> T attachment() {
            return waiting.attachment();
        }

        @Override
        public synchronized long submit(IoOps ops) {
            if (cancelled) {
                return -1;
            }
            if (ops.equals(EpollIoOps.NONE)) {
                if (parked.add(this)) {
                    waiting.cancel();
                }
                return 0;
            }
            if (parked.remove(this)) {
                waiting = again();
            }
            return waiting.submit(ops);
        }

        private IoRegistration again() {
            try {
                return epoll.register(handle);
            } catch (Exception e) {
                throw new IllegalStateException("a socket that is open can't be registered with epoll again", e);
            }
        }

        @Override
        public synchronized boolean isValid() {
            return !cancelled;
        }

        @Override
        public synchronized boolean cancel() {
            boolean first = !cancelled;
            cancelled = true;
            if (!parked.remove(this)) {
                waiting.cancel();
            }
            return first;
        }
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        for (Registration each : List.copyOf(parked)) {
            try {
                each.handle.close();
            } catch (Exception e) {
                throw new IllegalStateException("a socket can't be closed", e);
            }
        }
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }
}
