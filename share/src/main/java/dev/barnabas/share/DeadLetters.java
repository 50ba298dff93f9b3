package dev.barnabas.share;

/** Where records go that a share group gives up (KIP-1191). */
public interface DeadLetters {

    /** Why a record was given up; the text is Kafka's. */
    enum Cause {
        REJECTED("Offset rejected by client."),
        DELIVERED_TOO_OFTEN("Offset delivery count exceeded the threshold.");

        private final String text;

        Cause(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /**
     * Writes a dead letter for each record of a range.
     *
     * @param lastOffset inclusive
     * @param then called once, perhaps in the same call, when they are written, or nothing more is tried
     */
    void write(ShareKey key, long firstOffset, long lastOffset, short deliveryCount, Cause cause, Runnable then);
}
