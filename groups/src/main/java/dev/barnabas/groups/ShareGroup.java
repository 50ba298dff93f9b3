package dev.barnabas.groups;

import dev.barnabas.groups.ShareRecord.ShareCurrentForgotten;
import dev.barnabas.groups.ShareRecord.ShareCurrentStored;
import dev.barnabas.groups.ShareRecord.ShareGroupForgotten;
import dev.barnabas.groups.ShareRecord.ShareGroupStored;
import dev.barnabas.groups.ShareRecord.ShareMemberForgotten;
import dev.barnabas.groups.ShareRecord.ShareMemberStored;
import dev.barnabas.groups.ShareRecord.ShareMemberTargetForgotten;
import dev.barnabas.groups.ShareRecord.ShareMemberTargetStored;
import dev.barnabas.groups.ShareRecord.ShareTargetForgotten;
import dev.barnabas.groups.ShareRecord.ShareTargetStored;
import dev.barnabas.groups.ShareRecord.ShareTopicsForgotten;
import dev.barnabas.groups.ShareRecord.ShareTopicsStored;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A group whose members take the records of partitions one by one, several members those of one partition (KIP-932).
 * Part of the state of a {@link GroupShard}: it changes by records only. {@link ShareDraft} decides.
 *
 * <p>The epochs are those of a {@link ConsumerGroup}. Beside them, the epoch of the group when the state of a partition
 * begins is the epoch of that state.
 */
final class ShareGroup implements Group {
    static final String SHARE = "share";

    private final String id;
    private final NavigableMap<String, ShareMember> members = new TreeMap<>();
    private final NavigableMap<String, Partitions> targets = new TreeMap<>();
    private final NavigableMap<String, ShareCurrent> currents = new TreeMap<>();
    /** How many members have subscribed to each topic. */
    private final NavigableMap<String, Integer> topicUses = new TreeMap<>();

    private ShareTopics states = ShareTopics.NONE;
    private int epoch;
    private long metadataHash;
    private int targetEpoch;
    private long assignedMs;

    // Known to the leader only.
    private long topicsSeen = -1;
    private boolean initializing;
    private NavigableMap<SharePlace, Long> statesAsked = Collections.emptyNavigableMap();

    ShareGroup(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String type() {
        return SHARE;
    }

    @Override
    public String shownProtocolType() {
        return SHARE;
    }

    @Override
    public String state() {
        return members.isEmpty() ? "Empty" : "Stable";
    }

    @Override
    public boolean isEmpty() {
        return members.isEmpty();
    }

    @Override
    public boolean isSubscribedTo(String topic) {
        return topicUses.containsKey(topic);
    }

    int epoch() {
        return epoch;
    }

    long metadataHash() {
        return metadataHash;
    }

    int targetEpoch() {
        return targetEpoch;
    }

    /** When the targets were worked out last, in milliseconds since the epoch; 0 if they never were. */
    long assignedMs() {
        return assignedMs;
    }

    /** Of which partitions there are states. */
    ShareTopics states() {
        return states;
    }

    /** The version of the topics that the hash has been compared with. */
    long topicsSeen() {
        return topicsSeen;
    }

    void topicsSeen(long version) {
        topicsSeen = version;
    }

    /** Whether the share coordinators have been asked to begin states, and may not be asked again yet. */
    boolean isInitializing() {
        return initializing;
    }

    /** Where they were asked to begin states last, by this coordinator. */
    NavigableMap<SharePlace, Long> statesAsked() {
        return Collections.unmodifiableNavigableMap(statesAsked);
    }

    void statesAsked(NavigableMap<SharePlace, Long> starts) {
        initializing = true;
        statesAsked = starts;
    }

    void statesAnswered(boolean mayAsk) {
        initializing = !mayAsk;
    }

    @Override
    public int size() {
        return members.size();
    }

    NavigableMap<String, ShareMember> members() {
        return Collections.unmodifiableNavigableMap(members);
    }

    Optional<ShareMember> member(String memberId) {
        return Optional.ofNullable(members.get(memberId));
    }

    ShareCurrent current(String memberId) {
        return currents.getOrDefault(memberId, ShareCurrent.NOTHING);
    }

    Partitions target(String memberId) {
        return targets.getOrDefault(memberId, Partitions.NONE);
    }

    /** Whether any member has been given anything. */
    boolean hasTargets() {
        return targets.values().stream().anyMatch(target -> !target.isEmpty());
    }

    void apply(ShareRecord record) {
        switch (record) {
            case ShareGroupStored it -> {
                epoch = it.epoch();
                metadataHash = it.metadataHash();
            }
            case ShareGroupForgotten _ -> {}
            case ShareMemberStored it -> member(it.memberId(), it.member());
            case ShareMemberForgotten it -> member(it.memberId(), null);
            case ShareTargetStored it -> {
                targetEpoch = it.epoch();
                assignedMs = it.assignedMs();
            }
            case ShareTargetForgotten _ -> targetEpoch = 0;
            case ShareMemberTargetStored it -> targets.put(it.memberId(), it.target());
            case ShareMemberTargetForgotten it -> targets.remove(it.memberId());
            case ShareCurrentStored it -> currents.put(it.memberId(), it.current());
            case ShareCurrentForgotten it -> currents.remove(it.memberId());
            case ShareTopicsStored it -> states = it.topics();
            case ShareTopicsForgotten _ -> states = ShareTopics.NONE;
        }
    }

    private void member(String memberId, @Nullable ShareMember member) {
        ShareMember before = member == null ? members.remove(memberId) : members.put(memberId, member);
        if (before != null) {
            before.topics().forEach(topic -> ConsumerGroup.count(topicUses, topic, -1));
        }
        if (member != null) {
            member.topics().forEach(topic -> ConsumerGroup.count(topicUses, topic, 1));
        }
    }

    /** Forgets the group with the members that are left in it. */
    List<GroupRecord> tombstones() {
        List<GroupRecord> records = new ArrayList<>();
        for (String memberId : members.keySet()) {
            records.add(new ShareCurrentForgotten(id, memberId));
            records.add(new ShareMemberTargetForgotten(id, memberId));
            records.add(new ShareMemberForgotten(id, memberId));
        }
        records.add(new ShareTargetForgotten(id));
        records.add(new ShareTopicsForgotten(id));
        records.add(new ShareGroupForgotten(id));
        return records;
    }
}
