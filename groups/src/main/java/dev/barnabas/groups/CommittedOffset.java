package dev.barnabas.groups;

import dev.barnabas.protocol.Uuid;

/**
 * What a group has committed for one partition.
 *
 * @param leaderEpoch of the last record that was consumed, or -1
 * @param metadata whatever the client wants to keep
 * @param commitMs when it was committed
 * @param expireMs when it expires because the client of an old version said so, or -1: then the settings decide
 * @param topicId the topic that had the name then, or {@link Uuid#ZERO} if it was written by somebody who did not know
 */
record CommittedOffset(long offset, int leaderEpoch, String metadata, long commitMs, long expireMs, Uuid topicId) {

    /** Whether it was committed for another topic, which had the same name. */
    boolean isOfAnother(Uuid currentId) {
        return !topicId.equals(Uuid.ZERO) && !currentId.equals(Uuid.ZERO) && !topicId.equals(currentId);
    }
}
