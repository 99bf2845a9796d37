package io.fairlead.lab.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import org.HdrHistogram.Histogram;

/** How requests ended lately: the sum of the newest intervals. For one thread. */
final class RecentTraffic {

    private final int intervalsMax;
    private final Deque<Traffic.Interval> intervals = new ArrayDeque<>();

    /** @param intervalsMax how many count */
    RecentTraffic(int intervalsMax) {
        this.intervalsMax = intervalsMax;
    }

    /** Adds the newest interval; the oldest over the limit goes. */
    Traffic.Report add(Traffic.Interval newest) {
        intervals.addLast(newest);
        if (intervals.size() > intervalsMax) {
            intervals.removeFirst();
        }
        Histogram times = new Histogram(newest.times());
        times.reset();
        int requests = 0;
        int good = 0;
        for (Traffic.Interval each : intervals) {
            requests += each.requests();
            good += each.good();
            times.add(each.times());
        }
        return Traffic.Report.of(requests, good, times);
    }
}
