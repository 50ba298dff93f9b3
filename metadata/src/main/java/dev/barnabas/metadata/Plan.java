package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What comes of a wish.
 *
 * @param <A> what is answered when the wish is granted
 */
public sealed interface Plan<A> {

    /**
     * The wish can be granted.
     *
     * @param change what has to be agreed on for it; null if there is nothing to change
     * @param answer holds as soon as the change has been applied
     */
    record Agreed<A>(@Nullable Change change, A answer) implements Plan<A> {}

    record Refused<A>(Refusal refusal) implements Plan<A> {}

    static <A> Plan<A> change(Change change, A answer) {
        return new Agreed<>(change, answer);
    }

    static <A> Plan<A> nothing(A answer) {
        return new Agreed<>(null, answer);
    }

    static <A> Plan<A> refuse(ErrorCode error, String message) {
        return new Refused<>(new Refusal(error, message));
    }
}
