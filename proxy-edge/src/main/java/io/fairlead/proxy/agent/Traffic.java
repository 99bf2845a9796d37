package io.fairlead.proxy.agent;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;

/**
 * Bytes of a day and of its month, by the owner's calendar.
 *
 * @param day in the owner's zone
 */
public record Traffic(LocalDate day, long dayBytes, long monthBytes) {

    public static Traffic none(Instant now, ZoneId zone) {
        return new Traffic(now.atZone(zone).toLocalDate(), 0, 0);
    }

    /** The same at a later time: a new day begins at nothing, a new month too. */
    Traffic at(Instant now, ZoneId zone) {
        LocalDate today = now.atZone(zone).toLocalDate();
        if (!today.isAfter(day)) {
            return this; // a clock that was set back opens no new day
        }
        boolean sameMonth = YearMonth.from(today).equals(YearMonth.from(day));
        return new Traffic(today, 0, sameMonth ? monthBytes : 0);
    }

    Traffic plus(long bytes) {
        return new Traffic(day, dayBytes + bytes, monthBytes + bytes);
    }
}
