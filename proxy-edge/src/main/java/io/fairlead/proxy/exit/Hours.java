package io.fairlead.proxy.exit;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hours of the day in which an exit serves, by the clock on the wall there: {@code 22:00-06:00 Europe/Berlin}, or several,
 * {@code 00:00-06:00,12:00-14:00 Europe/Berlin}. An end is not in it; one before its begin is of the next day.
 */
public record Hours(List<Span> spans, ZoneId zone) {

    /** The whole day. */
    public static final Hours ALWAYS = new Hours(List.of(new Span(LocalTime.MIN, LocalTime.MIN)), ZoneId.of("UTC"));

    private static final int MOST_SPANS = 24;
    private static final Pattern SPAN = Pattern.compile("([0-2][0-9]:[0-5][0-9])-([0-2][0-9]:[0-5][0-9])");

    /** From, and to before when; the same: the whole day. */
    public record Span(LocalTime from, LocalTime to) {

        boolean holds(LocalTime time) {
            if (from.equals(to)) {
                return true;
            }
            return from.isBefore(to)
                    ? !time.isBefore(from) && time.isBefore(to)
                    : !time.isBefore(from) || time.isBefore(to);
        }
    }

    public Hours {
        spans = List.copyOf(spans);
    }

    /** @throws IllegalArgumentException that says what the form is */
    public static Hours parse(String text) {
        String[] parts = text.strip().split(" +");
        if (parts.length != 2) {
            throw wrong(text, "times and a zone are wanted");
        }
        List<Span> spans = new ArrayList<>();
        for (String part : parts[0].split(",", -1)) {
            Matcher form = SPAN.matcher(part);
            if (!form.matches() || spans.size() == MOST_SPANS) {
                throw wrong(text, "'" + part + "' is no span of time");
            }
            try {
                spans.add(new Span(LocalTime.parse(form.group(1)), LocalTime.parse(form.group(2))));
            } catch (DateTimeException e) {
                throw wrong(text, "'" + part + "' is no span of time");
            }
        }
        try {
            return new Hours(spans, ZoneId.of(parts[1]));
        } catch (DateTimeException e) {
            throw wrong(text, "there is no time zone '" + parts[1] + "'");
        }
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException(
                "the hours '" + text + "' can't be read: " + why + "; write them like 22:00-06:00 Europe/Berlin");
    }

    /** Whether it serves now. */
    public boolean hold(Instant now) {
        LocalTime time = now.atZone(zone).toLocalTime();
        return spans.stream().anyMatch(span -> span.holds(time));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        spans.forEach(span -> text.append(text.length() == 0 ? "" : ",")
                .append(span.from())
                .append('-')
                .append(span.to()));
        return text.append(' ').append(zone).toString();
    }
}
