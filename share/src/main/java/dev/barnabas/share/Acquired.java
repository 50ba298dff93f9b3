package dev.barnabas.share;

/**
 * Records that a member got.
 *
 * @param lastOffset inclusive
 * @param deliveryCount how often they have been given out, this time included
 */
public record Acquired(long firstOffset, long lastOffset, short deliveryCount) {

    public long count() {
        return lastOffset - firstOffset + 1;
    }
}
