package dev.barnabas.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of an asynchronous operation, once it is there. Belongs to the loop of the client it came from and has no
 * locks: it is settled there, observed there, and its observers run there, in the order in which they were added. To
 * wait for it on another thread there is {@link Blocking}.
 */
public final class Eventual<T> {

    private @Nullable Result<T> result;

    /** Nobody, one observer (the usual case, kept without a list), or a list of them. */
    private @Nullable Consumer<? super Result<T>> first;

    private @Nullable List<Consumer<? super Result<T>>> others;

    /** Not settled yet. */
    Eventual() {}

    public static <T> Eventual<T> of(T value) {
        return settled(Result.success(value));
    }

    public static <T> Eventual<T> failed(ClientError error) {
        return settled(Result.failure(error));
    }

    public static Eventual<Done> done() {
        return of(Done.DONE);
    }

    static <T> Eventual<T> settled(Result<T> result) {
        Eventual<T> eventual = new Eventual<>();
        eventual.settle(result);
        return eventual;
    }

    public boolean isSettled() {
        return result != null;
    }

    /** What came of it, if it is settled. */
    public Optional<Result<T>> result() {
        return Optional.ofNullable(result);
    }

    /** Calls the observer with the outcome: now if there is one, otherwise when there is. */
    public void then(Consumer<? super Result<T>> observer) {
        if (result != null) {
            observer.accept(result);
        } else if (first == null) {
            first = observer;
        } else {
            if (others == null) {
                others = new ArrayList<>();
            }
            others.add(observer);
        }
    }

    public <U> Eventual<U> map(Function<? super T, ? extends U> function) {
        return mapResult(outcome -> outcome.map(function));
    }

    public <U> Eventual<U> mapResult(Function<? super Result<T>, ? extends Result<U>> function) {
        Eventual<U> mapped = new Eventual<>();
        then(outcome -> mapped.settle(function.apply(outcome)));
        return mapped;
    }

    /** Continues with another operation if this one succeeds. */
    public <U> Eventual<U> flatMap(Function<? super T, Eventual<U>> next) {
        Eventual<U> chained = new Eventual<>();
        then(outcome -> {
            switch (outcome) {
                case Result.Success<T>(T value) -> next.apply(value).then(chained::settle);
                case Result.Failure<T> failure -> chained.settle(failure.as());
            }
        });
        return chained;
    }

    /** All outcomes, in the order of the operations, when the last one is there. Always succeeds. */
    public static <T> Eventual<List<Result<T>>> all(Collection<Eventual<T>> operations) {
        Eventual<List<Result<T>>> together = new Eventual<>();
        List<Eventual<T>> ordered = List.copyOf(operations);
        if (ordered.isEmpty()) {
            together.settle(Result.success(List.of()));
            return together;
        }
        int[] missing = {ordered.size()};
        for (Eventual<T> operation : ordered) {
            operation.then(outcome -> {
                if (--missing[0] == 0) {
                    together.settle(Result.success(ordered.stream()
                            .map(each -> each.result().orElseThrow())
                            .toList()));
                }
            });
        }
        return together;
    }

    /** The same by key; keeps the order of the map. */
    public static <K, T> Eventual<Map<K, Result<T>>> all(Map<K, Eventual<T>> operations) {
        List<K> keys = List.copyOf(operations.keySet());
        return all(operations.values()).map(outcomes -> {
            Map<K, Result<T>> byKey = LinkedHashMap.newLinkedHashMap(keys.size());
            for (int i = 0; i < keys.size(); i++) {
                byKey.put(keys.get(i), outcomes.get(i));
            }
            return byKey;
        });
    }

    /** Settles it, unless it already is. */
    void settle(Result<T> outcome) {
        if (result != null) {
            return;
        }
        result = outcome;
        Consumer<? super Result<T>> observer = first;
        List<Consumer<? super Result<T>>> rest = others;
        first = null;
        others = null;
        if (observer != null) {
            observer.accept(outcome);
        }
        if (rest != null) {
            rest.forEach(each -> each.accept(outcome));
        }
    }

    void succeed(T value) {
        settle(Result.success(value));
    }

    void fail(ClientError error) {
        settle(Result.failure(error));
    }
}
