package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.DescribeGroupsResponse.DescribedGroup;
import dev.barnabas.protocol.message.DescribeGroupsResponse.DescribedGroupMember;
import java.util.Optional;

/**
 * How one group stands: one of those that a DescribeGroups request asks for. The protocol, and what the members say to
 * it, are told when the group is stable.
 *
 * <ul>
 *   <li>Version 4 tells the instance ids of static members.
 *   <li>Version 6 (KIP-1043) says GROUP_ID_NOT_FOUND of a group that does not exist, or is not classic; before, it is
 *       merely Dead. It also has a message, in which we say what a group waits for that is not stable ({@link Remark}).
 * </ul>
 */
record DescribeGroup(String groupId, Caller caller, Ticket<DescribedGroup> ticket) implements GroupOperation {
    private static final String DEAD = "Dead";
    private static final int NOT_FOUND_SINCE = 6;
    private static final int MESSAGE_SINCE = 6;

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ClassicGroup> group = shard.classic(groupId);
        String why = shard.group(groupId).isPresent() ? " is not a classic group." : " not found.";
        return Decision.answer(ticket.with(group.isPresent() ? described(group.get(), nowMs) : notFound(why)));
    }

    private DescribedGroup described(ClassicGroup group, long nowMs) {
        String protocol = group.phase() instanceof Stable stable ? stable.protocol() : null;
        return DescribedGroup.builder()
                .groupId(group.id())
                .errorMessage(caller.apiVersion() >= MESSAGE_SINCE ? Remark.of(group, nowMs) : null)
                .groupState(group.state())
                .protocolType(group.shownProtocolType())
                .protocolData(protocol == null ? "" : protocol)
                .members(group.roster().all().stream()
                        .map(member -> DescribedGroupMember.builder()
                                .memberId(member.id())
                                .groupInstanceId(member.client().instanceId())
                                .clientId(member.client().clientId())
                                .clientHost(member.client().clientHost())
                                .memberMetadata(protocol == null ? Member.NO_ASSIGNMENT : member.metadata(protocol))
                                .memberAssignment(member.assignment())
                                .build())
                        .toList())
                .build();
    }

    private DescribedGroup notFound(String why) {
        DescribedGroup.Builder dead = DescribedGroup.builder().groupId(groupId).groupState(DEAD);
        if (caller.apiVersion() >= NOT_FOUND_SINCE) {
            dead.errorCode(ErrorCode.GROUP_ID_NOT_FOUND.code()).errorMessage("Group " + groupId + why);
        }
        return dead.build();
    }

    static DescribedGroup refusal(String groupId, ErrorCode error) {
        return DescribedGroup.builder().groupId(groupId).errorCode(error.code()).build();
    }
}
