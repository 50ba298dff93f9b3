package dev.barnabas.metadata;

/** What somebody who has a wish is told in the end. */
public sealed interface Answer<A> {

    /** The wish has been granted: what it changes has been agreed on and is in the image. */
    record Granted<A>(A value) implements Answer<A> {}

    record Refused<A>(Refusal refusal) implements Answer<A> {}
}
