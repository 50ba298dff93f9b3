package dev.barnabas.client;

/**
 * Why there can be more than one connection to a broker: a connection answers in order, so what may take long has one
 * of its own, and the rest does not wait behind it.
 */
enum Lane {
    /** Whatever a broker answers promptly: metadata, produce, administration. */
    PROMPT,
    /** Fetches, which wait for records to come. */
    FETCH,
    /** Group membership: joining waits for the other members. */
    GROUP
}
