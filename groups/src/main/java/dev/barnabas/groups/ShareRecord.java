package dev.barnabas.groups;

/** What is stored of share groups. {@link ShareRecords} has the formats. The state is nothing but these. */
sealed interface ShareRecord extends GroupRecord {

    String groupId();

    /** Whether it forgets something. */
    default boolean isTombstone() {
        return false;
    }

    /**
     * The group.
     *
     * @param epoch grows whenever the partitions may have to be assigned anew
     * @param metadataHash of the topics that it has subscribed to
     */
    record ShareGroupStored(String groupId, int epoch, long metadataHash) implements ShareRecord {}

    record ShareGroupForgotten(String groupId) implements ShareRecord {
        @Override
        public boolean isTombstone() {
            return true;
        }
    }

    record ShareMemberStored(String groupId, String memberId, ShareMember member) implements ShareRecord {}

    record ShareMemberForgotten(String groupId, String memberId) implements ShareRecord {
        @Override
        public boolean isTombstone() {
            return true;
        }
    }

    /**
     * The group epoch that the targets of all members are for.
     *
     * @param assignedMs when they were worked out, in milliseconds since the epoch
     */
    record ShareTargetStored(String groupId, int epoch, long assignedMs) implements ShareRecord {}

    record ShareTargetForgotten(String groupId) implements ShareRecord {
        @Override
        public boolean isTombstone() {
            return true;
        }
    }

    record ShareMemberTargetStored(String groupId, String memberId, Partitions target) implements ShareRecord {}

    record ShareMemberTargetForgotten(String groupId, String memberId) implements ShareRecord {
        @Override
        public boolean isTombstone() {
            return true;
        }
    }

    record ShareCurrentStored(String groupId, String memberId, ShareCurrent current) implements ShareRecord {}

    record ShareCurrentForgotten(String groupId, String memberId) implements ShareRecord {
        @Override
        public boolean isTombstone() {
            return true;
        }
    }

    record ShareTopicsStored(String groupId, ShareTopics topics) implements ShareRecord {}

    record ShareTopicsForgotten(String groupId) implements ShareRecord {
        @Override
        public boolean isTombstone() {
            return true;
        }
    }
}
