package dev.barnabas.groups;

import dev.barnabas.groups.Assignor.Subscribed;
import dev.barnabas.groups.Assignor.Subscriber;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The same number for everybody, moving as few partitions as possible; what moves goes to a member in a rack that has a
 * replica of it, if there is one. Time is proportional to partitions and members if all members have subscribed to the
 * same topics.
 *
 * <ol>
 *   <li>Everybody keeps what it has, up to its share; what it has not in its own rack goes first.
 *   <li>What is left goes to those who have less than their share.
 *   <li>If not all have subscribed to the same, there is no common share: what is left goes to whoever has least, and
 *       then partitions move from who has more to who has at least two less.
 * </ol>
 */
final class UniformAssignment {
    private final List<Holder> holders = new ArrayList<>();
    private final NavigableMap<Uuid, Subscribed> topics;

    private UniformAssignment(List<Subscriber> members, NavigableMap<Uuid, Subscribed> topics) {
        this.topics = topics;
        Set<One> taken = new HashSet<>();
        for (Subscriber member : members) {
            Holder holder = new Holder(member);
            member.before().forEach((topic, partition) -> {
                Subscribed subscribed = topics.get(topic);
                One one = new One(topic, partition);
                if (subscribed != null
                        && partition < subscribed.partitions()
                        && member.topics().contains(topic)
                        && taken.add(one)) {
                    holder.has.add(one);
                }
            });
            holders.add(holder);
        }
    }

    /** A partition. */
    private record One(Uuid topic, int partition) {}

    /** A member and what it gets. */
    private static final class Holder {
        private final Subscriber member;
        private final List<One> has = new ArrayList<>();

        private Holder(Subscriber member) {
            this.member = member;
        }

        private int load() {
            return has.size();
        }
    }

    static Map<String, Partitions> of(List<Subscriber> members, NavigableMap<Uuid, Subscribed> topics) {
        UniformAssignment assignment = new UniformAssignment(members, topics);
        if (!members.isEmpty()) {
            NavigableSet<Uuid> wanted = members.getFirst().topics();
            if (members.stream().allMatch(member -> member.topics().equals(wanted))) {
                assignment.alike();
            } else {
                assignment.unlike();
            }
        }
        Map<String, Partitions> given = new LinkedHashMap<>();
        for (Holder holder : assignment.holders) {
            Partitions.Builder partitions = new Partitions.Builder();
            holder.has.forEach(one -> partitions.add(one.topic, one.partition));
            given.put(holder.member.memberId(), partitions.build());
        }
        return given;
    }

    private void alike() {
        int total = topics.values().stream().mapToInt(Subscribed::partitions).sum();
        int share = total / holders.size();
        int larger = total % holders.size();
        for (Holder holder : holders) {
            if (holder.load() > share) {
                int keeps = larger > 0 ? share + 1 : share;
                larger -= larger > 0 ? 1 : 0;
                giveUp(holder, keeps);
            }
        }
        List<One> left = fill(unassigned(), share, Integer.MAX_VALUE);
        fill(left, share + 1, larger);
    }

    /** First what is not in its rack; the rest in order. */
    private void giveUp(Holder holder, int keeps) {
        if (holder.load() > keeps) {
            holder.has.sort(Comparator.comparing(one -> !isNear(one, holder.member.rack())));
            holder.has.subList(keeps, holder.load()).clear();
        }
    }

    /**
     * Gives partitions to whoever has less than {@code upTo}, in turns; those who are near come first.
     *
     * @param most how many at most
     * @return what nobody had room for
     */
    private List<One> fill(List<One> free, int upTo, int most) {
        Deque<Holder> all = new ArrayDeque<>();
        Map<String, Deque<Holder>> byRack = new HashMap<>();
        for (Holder holder : holders) {
            if (holder.load() < upTo) {
                all.add(holder);
                String rack = holder.member.rack();
                if (rack != null) {
                    byRack.computeIfAbsent(rack, _ -> new ArrayDeque<>()).add(holder);
                }
            }
        }
        int[] budget = {most};
        List<One> far = new ArrayList<>();
        for (One one : free) {
            if (!giveNear(one, byRack, upTo, budget)) {
                far.add(one);
            }
        }
        List<One> left = new ArrayList<>();
        for (One one : far) {
            if (budget[0] <= 0 || !give(one, all, upTo, budget)) {
                left.add(one);
            }
        }
        return left;
    }

    private boolean giveNear(One one, Map<String, Deque<Holder>> byRack, int upTo, int[] budget) {
        for (String rack : racksOf(one)) {
            Deque<Holder> near = byRack.get(rack);
            if (budget[0] > 0 && near != null && give(one, near, upTo, budget)) {
                return true;
            }
        }
        return false;
    }

    private static boolean give(One one, Deque<Holder> queue, int upTo, int[] budget) {
        for (Holder holder = queue.poll(); holder != null; holder = queue.poll()) {
            // It may have been filled by way of another queue.
            if (holder.load() < upTo) {
                holder.has.add(one);
                budget[0]--;
                if (holder.load() < upTo) {
                    queue.add(holder);
                }
                return true;
            }
        }
        return false;
    }

    private void unlike() {
        Map<Uuid, List<Holder>> subscribers = new HashMap<>();
        for (Holder holder : holders) {
            for (Uuid topic : holder.member.topics()) {
                subscribers.computeIfAbsent(topic, _ -> new ArrayList<>()).add(holder);
            }
        }
        List<One> free = new ArrayList<>(unassigned());
        // Those that few can take first: the others can still go anywhere.
        free.sort(Comparator.comparingInt(
                one -> subscribers.getOrDefault(one.topic, List.of()).size()));
        for (One one : free) {
            Holder least = least(one, subscribers.getOrDefault(one.topic, List.of()));
            if (least != null) {
                least.has.add(one);
            }
        }
        balance(subscribers);
    }

    /** Each move makes the loads more even, so it ends. */
    private void balance(Map<Uuid, List<Holder>> subscribers) {
        boolean moved = true;
        while (moved) {
            moved = false;
            List<Holder> heaviest = new ArrayList<>(holders);
            heaviest.sort(Comparator.comparingInt(Holder::load).reversed());
            for (Holder from : heaviest) {
                for (int i = from.load() - 1; i >= 0; i--) {
                    One one = from.has.get(i);
                    Holder to = least(one, subscribers.getOrDefault(one.topic, List.of()));
                    if (to != null && to.load() + 1 < from.load()) {
                        from.has.remove(i);
                        to.has.add(one);
                        moved = true;
                    }
                }
            }
        }
    }

    private @Nullable Holder least(One one, List<Holder> candidates) {
        Holder least = null;
        for (Holder holder : candidates) {
            boolean better = least == null
                    || holder.load() < least.load()
                    || (holder.load() == least.load()
                            && isNear(one, holder.member.rack())
                            && !isNear(one, least.member.rack()));
            least = better ? holder : least;
        }
        return least;
    }

    /** In the order of topics and partitions, of what somebody has subscribed to. */
    private List<One> unassigned() {
        Set<One> assigned = new HashSet<>();
        holders.forEach(holder -> assigned.addAll(holder.has));
        List<One> free = new ArrayList<>();
        for (Subscribed topic : topics.values()) {
            for (int partition = 0; partition < topic.partitions(); partition++) {
                One one = new One(topic.id(), partition);
                if (!assigned.contains(one)) {
                    free.add(one);
                }
            }
        }
        return free;
    }

    private Set<String> racksOf(One one) {
        Subscribed topic = topics.get(one.topic);
        return topic == null ? Set.of() : topic.racks().get(one.partition);
    }

    private boolean isNear(One one, @Nullable String rack) {
        Subscribed topic = topics.get(one.topic);
        return topic != null && topic.isIn(one.partition, rack);
    }
}
