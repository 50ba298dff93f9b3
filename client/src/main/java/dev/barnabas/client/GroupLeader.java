package dev.barnabas.client;

import dev.barnabas.client.ConsumerSettings.Group;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.JoinGroupResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What a member does if it is the leader of its group: it shares the partitions out. Owned by the consumer's loop. */
final class GroupLeader {

    private final Cluster cluster;
    private final Group group;
    private final Consumer<Set<String>> wantTopics;

    /** What the members subscribe to, and how many partitions there were of each topic when they were shared out. */
    private Set<String> topics = Set.of();

    private Map<String, Integer> sharedOut = Map.of();

    /** @param wantTopics told which topics it has to know about: also those of other members */
    GroupLeader(Cluster cluster, Group group, Consumer<Set<String>> wantTopics) {
        this.cluster = cluster;
        this.group = group;
        this.wantTopics = wantTopics;
    }

    /** Somebody else leads. */
    void retire() {
        topics = Set.of();
        sharedOut = Map.of();
    }

    /** Whether there are more partitions, or fewer, than those that were shared out. */
    boolean isOutdated() {
        return !counts().equals(sharedOut);
    }

    /** What each member gets; as soon as it is known how many partitions there are. */
    Eventual<Map<String, List<TopicPartition>>> shareOut(JoinGroupResponse response) {
        String protocol = response.protocolName() == null ? "" : response.protocolName();
        Optional<Assignor> assignor = Assignor.named(protocol).filter(group.assignors()::contains);
        if (assignor.isEmpty()) {
            return Eventual.failed(new ClientError.Refused(
                    ErrorCode.INCONSISTENT_GROUP_PROTOCOL, "the group chose an unknown assignor: " + protocol));
        }
        List<GroupMember> members = new ArrayList<>();
        topics = new TreeSet<>();
        response.members().forEach(member -> {
            GroupMember parsed = ConsumerProtocol.member(member.memberId(), member.groupInstanceId(), member.metadata())
                    .orElse(wantsNothing(member));
            members.add(parsed);
            topics.addAll(parsed.topics());
        });
        wantTopics.accept(topics);
        Eventual<ClusterView> known = cluster.view().topics().keySet().containsAll(topics)
                ? Eventual.of(cluster.view())
                : cluster.metadata().refresh();
        return known.map(view -> {
            sharedOut = counts();
            // A static leader that comes back finds everything as it was, and must leave it so (KIP-814).
            return response.skipAssignment() ? Map.of() : assignor.get().assign(sharedOut, members);
        });
    }

    /** A member whose subscription cannot be read. */
    private static GroupMember wantsNothing(JoinGroupResponse.JoinGroupResponseMember member) {
        return new GroupMember(
                member.memberId(), member.groupInstanceId(), List.of(), List.of(), GroupRequests.NO_GENERATION);
    }

    private Map<String, Integer> counts() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String topic : topics) {
            cluster.view()
                    .topic(topic)
                    .ifPresent(known -> counts.put(topic, known.partitions().size()));
        }
        return counts;
    }
}
