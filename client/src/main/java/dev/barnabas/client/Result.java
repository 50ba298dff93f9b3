package dev.barnabas.client;

import java.util.function.Function;

/** What came of an operation: a value or an error. */
public sealed interface Result<T> {

    record Success<T>(T value) implements Result<T> {}

    record Failure<T>(ClientError error) implements Result<T> {

        /** The same failure of an operation with another kind of value. */
        <U> Failure<U> as() {
            return new Failure<>(error);
        }
    }

    static <T> Result<T> success(T value) {
        return new Success<>(value);
    }

    static <T> Result<T> failure(ClientError error) {
        return new Failure<>(error);
    }

    default <U> Result<U> map(Function<? super T, ? extends U> function) {
        return switch (this) {
            case Success<T>(T value) -> new Success<>(function.apply(value));
            case Failure<T> failure -> failure.as();
        };
    }

    /**
     * The value.
     *
     * @throws ClientException if there is none
     */
    default T orThrow() {
        return switch (this) {
            case Success<T>(T value) -> value;
            case Failure<T>(ClientError error) -> throw new ClientException(error);
        };
    }
}
