package dev.barnabas.settings;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a value may be, beyond its type.
 *
 * @param description completes "allowed: ..."
 */
public record Rule<T>(String description, Predicate<T> allows) {

    static <T> Rule<T> anything() {
        return new Rule<>("", value -> true);
    }

    static Rule<Number> atLeast(long least) {
        return new Rule<>("at least " + least, value -> value.doubleValue() >= least && value.longValue() >= least);
    }

    static Rule<Number> between(long least, long most) {
        return new Rule<>(
                least + " to " + most,
                value -> value.doubleValue() >= least && value.doubleValue() <= most && value.longValue() >= least);
    }

    static Rule<Number> betweenOr(long least, long most, long or) {
        Rule<Number> range = between(least, most);
        return new Rule<>(
                range.description + ", or " + or, value -> range.allows.test(value) || value.longValue() == or);
    }

    static Rule<Number> ratio(double least, double most) {
        return new Rule<>(least + " to " + most, value -> value.doubleValue() >= least && value.doubleValue() <= most);
    }

    static Rule<String> oneOf(String... values) {
        List<String> all = List.of(values);
        return new Rule<>(String.join(", ", all), all::contains);
    }

    static Rule<String> oneOfIgnoringCase(String... values) {
        List<String> all = List.of(values);
        return new Rule<>(
                String.join(", ", all) + " (in any case)", value -> all.stream().anyMatch(value::equalsIgnoreCase));
    }

    static Rule<String> notEmpty() {
        return new Rule<>("not empty", value -> !value.isEmpty());
    }

    static Rule<List<String>> anyOf(String... values) {
        List<String> all = List.of(values);
        return new Rule<>("any of " + String.join(", ", all), all::containsAll);
    }

    static Rule<Collection<String>> atLeastOne() {
        return new Rule<>("at least one", values -> !values.isEmpty());
    }

    /** For a feature that is missing and whose absence must not go unnoticed. */
    static <T> Rule<T> only(T value, String why) {
        String shown = String.valueOf(value);
        return new Rule<>((shown.isEmpty() ? "only empty" : "only " + shown) + ": " + why, value::equals);
    }

    Rule<T> and(Rule<? super T> other) {
        return new Rule<>(
                description + "; " + other.description, value -> allows.test(value) && other.allows.test(value));
    }
}
