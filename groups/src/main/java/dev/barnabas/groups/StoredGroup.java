package dev.barnabas.groups;

import dev.barnabas.groups.Member.Client;
import dev.barnabas.groups.Member.Timeouts;
import dev.barnabas.groups.Member.Waiting;
import dev.barnabas.groups.Phase.Empty;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.protocol.state.GroupMetadataValue;
import dev.barnabas.protocol.state.GroupMetadataValue.MemberMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A classic group as it is stored, and back. */
final class StoredGroup {
    /** Records of a very old version do not tell it; then the session timeout counts. */
    private static final int NO_REBALANCE_TIMEOUT = -1;

    private StoredGroup() {}

    static GroupMetadataValue of(ClassicGroup group) {
        String protocol = group.protocol();
        return GroupMetadataValue.builder()
                .protocolType(group.shownProtocolType())
                .generation(group.generation())
                .protocol(protocol)
                .leader(group.roster().leader())
                .currentStateTimestamp(group.sinceMs())
                .members(group.roster().all().stream()
                        .map(member -> of(member, protocol == null ? "" : protocol))
                        .toList())
                .build();
    }

    private static MemberMetadata of(Member member, String protocol) {
        return MemberMetadata.builder()
                .memberId(member.id())
                .groupInstanceId(member.client().instanceId())
                .clientId(member.client().clientId())
                .clientHost(member.client().clientHost())
                .rebalanceTimeout(member.timeouts().rebalanceMs())
                .sessionTimeout(member.timeouts().sessionMs())
                .subscription(member.metadata(protocol))
                .assignment(member.assignment())
                .build();
    }

    static ClassicGroup read(String groupId, GroupMetadataValue value) {
        String protocol = value.protocol();
        String protocolType = value.protocolType().isEmpty() ? null : value.protocolType();
        if (protocol == null || value.members().isEmpty()) {
            return new ClassicGroup(
                            groupId,
                            protocolType,
                            value.generation(),
                            Roster.EMPTY,
                            new Empty(),
                            value.currentStateTimestamp(),
                            null)
                    .withSubscriptions();
        }
        Map<String, Member> members = new LinkedHashMap<>();
        for (MemberMetadata stored : value.members()) {
            members.put(stored.memberId(), read(stored, protocol));
        }
        String leader = value.leader() != null && members.containsKey(value.leader())
                ? value.leader()
                : members.keySet().iterator().next();
        return new ClassicGroup(
                        groupId,
                        protocolType,
                        value.generation(),
                        new Roster(members, leader, Set.of()),
                        new Stable(protocol, Set.of()),
                        value.currentStateTimestamp(),
                        null)
                .withSubscriptions();
    }

    private static Member read(MemberMetadata stored, String protocol) {
        int rebalanceMs =
                stored.rebalanceTimeout() == NO_REBALANCE_TIMEOUT ? stored.sessionTimeout() : stored.rebalanceTimeout();
        return new Member(
                stored.memberId(),
                new Client(stored.groupInstanceId(), stored.clientId(), stored.clientHost()),
                new Timeouts(stored.sessionTimeout(), rebalanceMs),
                List.of(new Protocol(protocol, stored.subscription())),
                stored.assignment(),
                Waiting.NOTHING);
    }
}
