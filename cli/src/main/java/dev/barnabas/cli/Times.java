package dev.barnabas.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Points in time and durations as people write them. */
final class Times {

    private static final Pattern SHORT = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d|w)");

    private Times() {}

    /** {@code 90s}, {@code 5m}, {@code 1h}, {@code 2d}, {@code 1w}, or ISO 8601 such as {@code PT1H30M}. */
    static Duration duration(String text) {
        Matcher matcher = SHORT.matcher(text.toLowerCase(Locale.ROOT));
        try {
            if (!matcher.matches()) {
                return Duration.parse(text).abs();
            }
            long count = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                case "d" -> Duration.ofDays(count);
                default -> Duration.ofDays(7 * count);
            };
        } catch (DateTimeException | ArithmeticException e) {
            throw Failure.usage("not a duration: \"" + text + "\"; write for example 90s, 5m, 1h, 2d or PT1H30M");
        }
    }

    /** A duration before now, milliseconds since 1970, or a date and time; local if it names no zone. */
    static long timestampMs(String text, Instant now) {
        if (text.matches("[0-9]{1,18}")) {
            return Long.parseLong(text);
        }
        if (SHORT.matcher(text.toLowerCase(Locale.ROOT)).matches() || text.startsWith("P")) {
            return Math.max(0, now.minus(duration(text)).toEpochMilli());
        }
        return Math.max(0, moment(text.replace(' ', 'T')).toEpochMilli());
    }

    /** In sentences and tables: the two largest units, such as {@code 3 min 12 s}. */
    static String words(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 10) {
            return duration.toMillis() < 1_000 ? duration.toMillis() + " ms" : seconds + " s";
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        long minutes = seconds / 60;
        if (minutes < 60) {
            return minutes + " min " + seconds % 60 + " s";
        }
        long hours = minutes / 60;
        return hours < 48 ? hours + " h " + minutes % 60 + " min" : hours / 24 + " d " + hours % 24 + " h";
    }

    private static Instant moment(String text) {
        try {
            if (text.indexOf('T') < 0) {
                return LocalDate.parse(text)
                        .atStartOfDay(ZoneId.systemDefault())
                        .toInstant();
            }
            return text.matches(".*T.*(Z|[+-][0-9:]+)")
                    ? ZonedDateTime.parse(text).toInstant()
                    : LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant();
        } catch (DateTimeException e) {
            throw Failure.usage("not a time: \"" + text
                    + "\"; write for example 1h (ago), 2026-05-01T12:00, 2026-05-01T12:00:00Z or milliseconds"
                    + " since 1970");
        }
    }
}
