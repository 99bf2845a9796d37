package io.fairlead.cli.settings;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of bytes: {@code 1500}, {@code 10MB} (millions), {@code 1.5GiB} (powers of 1024). */
public final class ByteSize implements ITypeConverter<Long> {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?) ?([kmgtp]?i?)b?");
    private static final Map<String, Long> UNITS = Map.of(
            "", 1L,
            "k", 1_000L,
            "m", 1_000_000L,
            "g", 1_000_000_000L,
            "t", 1_000_000_000_000L,
            "ki", 1L << 10,
            "mi", 1L << 20,
            "gi", 1L << 30,
            "ti", 1L << 40);

    @Override
    public Long convert(String text) {
        Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        Long unit = form.matches() ? UNITS.get(form.group(2)) : null;
        if (unit == null) {
            throw new TypeConversionException("'" + text + "' is no number of bytes; write 1500, 10MB, 1.5GB or 64KiB");
        }
        try {
            return new BigDecimal(form.group(1))
                    .multiply(BigDecimal.valueOf(unit))
                    .toBigInteger()
                    .longValueExact();
        } catch (ArithmeticException e) {
            throw new TypeConversionException("'" + text + "' is more bytes than there are");
        }
    }
}
