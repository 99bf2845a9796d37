package io.fairlead.cli.config;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Rates such as 10G, 400M or 1000000: bit/s, with k, M, G and T in thousands. */
final class BitRate implements ITypeConverter<Long> {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,15})([kMGT]?)(bit)?");
    private static final Map<String, Long> FACTORS =
            Map.of("", 1L, "k", 1_000L, "M", 1_000_000L, "G", 1_000_000_000L, "T", 1_000_000_000_000L);

    @Override
    public Long convert(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new TypeConversionException("'" + text + "' is no rate; write bit/s such as 10G or 400M");
        }
        try {
            return Math.multiplyExact(Long.parseLong(parts.group(1)), FACTORS.getOrDefault(parts.group(2), 1L));
        } catch (ArithmeticException e) {
            throw new TypeConversionException("'" + text + "' is more than can be counted");
        }
    }
}
