package dev.barnabas.client;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one is told about groups. */
public final class Groups {

    /** The type of a share group in its description. */
    public static final String SHARE = "Share";

    private Groups() {}

    /**
     * A group in a list.
     *
     * @param protocolType {@code consumer} for groups of consumers; empty if it has only offsets
     * @param state as the broker calls it, such as {@code Stable} or {@code Empty}; empty if it is too old to tell
     * @param type as the broker calls it, such as {@code Classic} or {@code Consumer}; empty if it is too old to tell
     */
    public record Listing(String id, String protocolType, String state, String type) {}

    /** @param failed brokers that could not be asked; groups that they coordinate are missing */
    public record Listings(List<Listing> groups, Map<Integer, ClientError> failed) {
        public Listings {
            groups = List.copyOf(groups);
            failed = Map.copyOf(failed);
        }
    }

    /**
     * A group as its coordinator sees it.
     *
     * @param type {@code Classic}, {@code Consumer}, {@link #SHARE} or {@code Streams}
     * @param assignor the name of the assignor in use; empty if there is none
     * @param epoch of a consumer, share or streams group; -1 for a classic one
     * @param remark what its coordinator says to people while it is not stable: what it waits for; empty if it says
     *     nothing, as other brokers than Barnabas do not
     */
    public record Description(
            String id,
            String type,
            String state,
            String protocolType,
            String assignor,
            int epoch,
            ClusterView.Broker coordinator,
            String remark,
            List<Member> members) {
        public Description {
            members = List.copyOf(members);
        }
    }

    /**
     * How far a share group has come in a partition (KIP-932).
     *
     * @param startOffset of the first record that is not settled; -1 if it has not begun yet
     * @param leaderEpoch of the leader of the partition that has given out its records last
     * @param lag how many records are left to be settled (KIP-1226); -1 if nobody knows
     */
    public record SharePosition(long startOffset, int leaderEpoch, long lag) {}

    /**
     * A member.
     *
     * @param instanceId the name of a static member, or null
     * @param assigned what it has; empty if it has nothing, or the group does not speak the consumers' protocol. Of a
     *     streams group, what its active tasks read, as far as their topics have so many partitions
     * @param target what it is to have when the group is stable again; what it has for members of a classic group
     */
    public record Member(
            String memberId,
            @Nullable String instanceId,
            String clientId,
            String clientHost,
            Set<TopicPartition> assigned,
            Set<TopicPartition> target) {
        public Member {
            assigned = Set.copyOf(assigned);
            target = Set.copyOf(target);
        }
    }

    /**
     * Who is to be removed from a group.
     *
     * @param memberId empty for a static member
     * @param instanceId the name of a static member, or null
     */
    public record Leaver(String memberId, @Nullable String instanceId) {

        public static Leaver member(String memberId) {
            return new Leaver(memberId, null);
        }

        public static Leaver staticMember(String instanceId) {
            return new Leaver("", instanceId);
        }
    }
}
