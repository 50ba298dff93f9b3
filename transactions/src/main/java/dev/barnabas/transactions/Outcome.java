package dev.barnabas.transactions;

/**
 * What a decision comes to that may need a producer id. Ids come from elsewhere and a decision cannot wait for one, so
 * it is asked for and the decision is made again.
 *
 * @param <A> the answer
 */
sealed interface Outcome<A> {

    record Answered<A>(A answer) implements Outcome<A> {}

    /** Nothing was decided. */
    record ProducerIdNeeded<A>() implements Outcome<A> {}
}
