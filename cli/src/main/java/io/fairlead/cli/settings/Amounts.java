package io.fairlead.cli.settings;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times and shares as people write them. */
public final class Amounts {

    private static final Pattern TIME = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|min|h|d|)");

    private Amounts() {}

    /** A time such as {@code 800ms}, {@code 2s}, {@code 20m}, {@code 90d}; without a unit it is seconds. */
    public static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Matcher time = TIME.matcher(text.strip().toLowerCase(Locale.ROOT));
            if (!time.matches()) {
                throw new TypeConversionException("'" + text + "' is no time; write 800ms, 2s, 20m, 12h or 90d");
            }
            long number = Long.parseLong(time.group(1));
            return switch (time.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "m", "min" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                case "d" -> Duration.ofDays(number);
                default -> Duration.ofSeconds(number);
            };
        }
    }

    /** A share from 0 to 1 such as {@code 20%} or {@code 0.2}. */
    public static final class Share implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            String number = text.strip();
            boolean percent = number.endsWith("%");
            try {
                double value = Double.parseDouble(percent ? number.substring(0, number.length() - 1) : number);
                double share = percent ? value / 100 : value;
                if (share >= 0 && share <= 1) {
                    return share;
                }
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is no share; write 20% or 0.2");
            }
            throw new TypeConversionException("'" + text + "' is no share from 0% to 100%");
        }
    }
}
