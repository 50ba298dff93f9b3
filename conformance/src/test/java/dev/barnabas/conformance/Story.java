package dev.barnabas.conformance;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaFuture;

/**
 * What a client sees, step by step, in lines of text that are the same on every run: values, and of errors the
 * exception's name, since every broker words its messages as it likes. Lines told by Apache Kafka are kept beside the
 * tests; see {@link Transcript}.
 */
final class Story {

    private static final int SECONDS = 30;

    private final List<String> lines = new ArrayList<>();
    private final Map<String, String> names = new LinkedHashMap<>();

    /** What differs from run to run (ids, ports) is told by a name. */
    void name(Object value, String name) {
        names.put(value.toString(), "<" + name + ">");
    }

    void step(String what, Callable<?> action) {
        String told;
        try {
            told = String.valueOf(action.call());
        } catch (Exception e) {
            told = errorOf(e);
        }
        for (Map.Entry<String, String> name : names.entrySet()) {
            told = told.replace(name.getKey(), name.getValue());
        }
        lines.add(what + ": " + told.replace('\n', ' '));
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    static <A> A get(KafkaFuture<A> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    /** What there is for a key that was asked for. */
    static <K, V> V get(KafkaFuture<Map<K, V>> future, K key) throws Exception {
        return Objects.requireNonNull(get(future).get(key), () -> "nothing for " + key);
    }

    /** The outcome of each, in the order of the keys; "ok" if there is nothing to say. */
    static String each(Map<?, ? extends KafkaFuture<?>> futures) {
        Map<String, String> outcomes = new TreeMap<>();
        futures.forEach((key, future) -> {
            try {
                Object value = get(future);
                outcomes.put(key.toString(), value == null ? "ok" : value.toString());
            } catch (Exception e) {
                outcomes.put(key.toString(), errorOf(e));
            }
        });
        return outcomes.toString();
    }

    static List<String> sorted(Collection<?> values) {
        return values.stream().map(String::valueOf).sorted().toList();
    }

    static String sorted(Map<?, ?> values) {
        Map<String, String> sorted = new TreeMap<>();
        values.forEach((key, value) -> sorted.put(key.toString(), String.valueOf(value)));
        return sorted.toString();
    }

    private static String errorOf(Exception e) {
        Throwable cause = e;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return "!" + cause.getClass().getSimpleName();
    }
}
