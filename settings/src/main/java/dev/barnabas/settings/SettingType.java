package dev.barnabas.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How text becomes a value and back. Spaces around a value do not count, as in Kafka.
 *
 * @param label how people call it
 * @param code the type in DescribeConfigs responses (KIP-569)
 * @param parsing null when the text is not of this type
 * @param rendering the inverse of {@code parsing}
 */
public record SettingType<T>(
        String label, byte code, Function<String, @Nullable T> parsing, Function<T, String> rendering) {

    public static final SettingType<Boolean> BOOLEAN =
            new SettingType<>("boolean", (byte) 1, SettingType::parseBoolean, String::valueOf);
    public static final SettingType<String> STRING =
            new SettingType<>("string", (byte) 2, String::strip, Function.identity());
    public static final SettingType<Integer> INT = new SettingType<>(
            "int", (byte) 3, text -> ifNumber(text, SettingType::parseInt), SettingType::renderNumber);
    public static final SettingType<Integer> SHORT =
            new SettingType<>("short", (byte) 4, SettingType::parseShort, SettingType::renderNumber);
    public static final SettingType<Long> LONG = new SettingType<>(
            "long", (byte) 5, text -> ifNumber(text, SettingType::parseLong), SettingType::renderNumber);
    public static final SettingType<Double> DOUBLE =
            new SettingType<>("double", (byte) 6, SettingType::parseDouble, String::valueOf);
    public static final SettingType<List<String>> LIST =
            new SettingType<>("list", (byte) 7, SettingType::parseList, values -> String.join(",", values));
    public static final SettingType<String> CLASS =
            new SettingType<>("class", (byte) 8, String::strip, Function.identity());
    public static final SettingType<String> PASSWORD =
            new SettingType<>("password", (byte) 9, Function.identity(), Function.identity());

    /** What the text of a value must look like, for people. */
    String form() {
        return switch (code) {
            case 1 -> "true or false";
            case 3 -> "a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE;
            case 4 -> "a whole number from " + Short.MIN_VALUE + " to " + Short.MAX_VALUE;
            case 5 -> "a whole number";
            case 6 -> "a number";
            case 7 -> "a list, separated by commas, without empty parts";
            default -> "a text";
        };
    }

    private static String renderNumber(Number number) {
        return number.toString();
    }

    private static @Nullable Boolean parseBoolean(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        };
    }

    private static @Nullable Integer parseInt(String digits) {
        Long value = parseLong(digits);
        return value == null || value < Integer.MIN_VALUE || value > Integer.MAX_VALUE ? null : value.intValue();
    }

    private static @Nullable Integer parseShort(String text) {
        Integer value = ifNumber(text, SettingType::parseInt);
        return value == null || value < Short.MIN_VALUE || value > Short.MAX_VALUE ? null : value;
    }

    private static @Nullable Long parseLong(String digits) {
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException tooLarge) {
            return null;
        }
    }

    private static @Nullable Double parseDouble(String text) {
        try {
            double value = Double.parseDouble(text.strip());
            return Double.isNaN(value) ? null : value;
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }

    /** An empty text is an empty list; otherwise every part between two commas must have a content. */
    private static @Nullable List<String> parseList(String text) {
        if (text.isBlank()) {
            return List.of();
        }
        List<String> parts =
                Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        return parts.stream().anyMatch(String::isEmpty) ? null : parts;
    }

    private static <N> @Nullable N ifNumber(String text, Function<String, @Nullable N> parse) {
        String digits = text.strip();
        int first = digits.startsWith("-") || digits.startsWith("+") ? 1 : 0;
        boolean numeric = digits.length() > first
                && digits.chars().skip(first).allMatch(character -> character >= '0' && character <= '9');
        return numeric ? parse.apply(digits) : null;
    }
}
