package io.fairlead.proxy.front;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How full the process is, 0–1 of its limits: what lives in the heap, direct memory, descriptors. */
final class MachineFill {

    private static final long LONGEST_WITHOUT_COLLECTION_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final double worrying;
    private final LongSupplier nanoClock;
    private final List<MemoryPoolMXBean> heap = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
            .toList();
    private long collections;
    private long collectedNanos;

    /** @param worrying from this fill of the heap on it is collected now and then, so that what was seen long ago does not count for ever */
    MachineFill(double worrying, LongSupplier nanoClock) {
        this.worrying = worrying;
        this.nanoClock = nanoClock;
        this.collectedNanos = nanoClock.getAsLong();
    }

    /** What was left in the heap by the last collection. */
    synchronized double heap() {
        long limit = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getMax();
        if (limit <= 0) {
            return 0;
        }
        double fill = (double) afterCollection() / limit;
        long now = nanoClock.getAsLong();
        long seen = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
        if (seen != collections || fill < worrying) {
            collections = seen;
            collectedNanos = now;
        } else if (now - collectedNanos > LONGEST_WITHOUT_COLLECTION_NANOS) {
            collectedNanos = now;
            ManagementFactory.getMemoryMXBean().gc();
        }
        return fill;
    }

    private long afterCollection() {
        long used = 0;
        for (MemoryPoolMXBean pool : heap) {
            MemoryUsage left = pool.getCollectionUsage();
            used += left == null ? 0 : left.getUsed();
        }
        return used;
    }

    static double directMemory() {
        long used = PlatformDependent.usedDirectMemory();
        long limit = PlatformDependent.maxDirectMemory();
        return used < 0 || limit <= 0 ? 0 : (double) used / limit;
    }

    static double descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                        && unix.getMaxFileDescriptorCount() > 0
                ? (double) unix.getOpenFileDescriptorCount() / unix.getMaxFileDescriptorCount()
                : 0;
    }

    /** Descriptors that the process may have; {@link Long#MAX_VALUE}: as many as it likes, or nobody knows. */
    static long descriptorLimit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                        && unix.getMaxFileDescriptorCount() > 0
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }
}
