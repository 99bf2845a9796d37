package io.fairlead.proxy.destination;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Answers of name servers for as long as they say, within bounds: Netty's own cache has none on the number of names, which users
 * choose. All addresses of a name end together, with the first of them. Thread-safe.
 */
final class NameCache implements DnsCache {

    private record Entry(
            @Nullable InetAddress address, @Nullable Throwable cause) implements DnsCacheEntry {}

    private record Answer(List<Entry> entries, long seconds) {}

    private final Cache<String, Answer> answers;
    private final int longestSeconds;
    private final int negativeSeconds;

    NameCache(int mostNames, int longestSeconds, int negativeSeconds) {
        this(mostNames, longestSeconds, negativeSeconds, Ticker.systemTicker());
    }

    NameCache(int mostNames, int longestSeconds, int negativeSeconds, Ticker ticker) {
        this.longestSeconds = longestSeconds;
        this.negativeSeconds = negativeSeconds;
        this.answers = Caffeine.newBuilder()
                .maximumSize(mostNames)
                .executor(Runnable::run)
                .ticker(ticker)
                .expireAfter(Expiry.<String, Answer>writing((name, answer) -> Duration.ofSeconds(answer.seconds())))
                .build();
    }

    @Override
    public List<? extends DnsCacheEntry> get(String name, DnsRecord @Nullable [] additionals) {
        Answer answer = additionals == null || additionals.length == 0 ? answers.getIfPresent(key(name)) : null;
        return answer == null ? List.of() : answer.entries();
    }

    @Override
    public DnsCacheEntry cache(
            String name, DnsRecord @Nullable [] additionals, InetAddress address, long ttlSeconds, EventLoop loop) {
        Entry entry = new Entry(address, null);
        if (additionals == null || additionals.length == 0) {
            long seconds = Math.max(1, Math.min(longestSeconds, ttlSeconds));
            answers.asMap().merge(key(name), new Answer(List.of(entry), seconds), NameCache::joined);
        }
        return entry;
    }

    @Override
    public DnsCacheEntry cache(String name, DnsRecord @Nullable [] additionals, Throwable cause, EventLoop loop) {
        Entry entry = new Entry(null, cause);
        if (cause instanceof UnknownHostException && (additionals == null || additionals.length == 0)) {
            answers.asMap().putIfAbsent(key(name), new Answer(List.of(entry), negativeSeconds));
        }
        return entry;
    }

    private static Answer joined(Answer held, Answer more) {
        if (held.entries().get(0).cause() != null) {
            return more;
        }
        Entry entry = more.entries().get(0);
        if (held.entries().contains(entry)) {
            return held;
        }
        List<Entry> all = new ArrayList<>(held.entries());
        all.add(entry);
        return new Answer(List.copyOf(all), Math.min(held.seconds(), more.seconds()));
    }

    @Override
    public void clear() {
        answers.invalidateAll();
    }

    @Override
    public boolean clear(String name) {
        return answers.asMap().remove(key(name)) != null;
    }

    private static String key(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
