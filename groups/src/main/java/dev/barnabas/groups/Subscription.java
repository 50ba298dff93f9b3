package dev.barnabas.groups;

import com.google.re2j.Pattern;
import dev.barnabas.groups.Assignor.Subscribed;
import dev.barnabas.groups.Assignor.Subscriber;
import dev.barnabas.groups.ConsumerRecord.PatternForgotten;
import dev.barnabas.groups.ConsumerRecord.PatternStored;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the members of a consumer group have subscribed to, as a decision is going to leave it: topics by name, and
 * regular expressions that are matched here (RE2, so that none takes exponential time).
 */
final class Subscription {
    private final ConsumerGroup group;
    private final Topics topics;
    private final long nowMs;
    private NavigableMap<String, Integer> topicUses;
    private NavigableMap<String, Integer> patternUses;
    private NavigableMap<String, PatternStored> patterns;
    private boolean changed;

    /** There are other topics than before, not merely more or fewer members that want them. */
    private boolean otherTopics;

    Subscription(ConsumerGroup group, Topics topics, long nowMs) {
        this.group = group;
        this.topics = topics;
        this.nowMs = nowMs;
        this.topicUses = group.topicUses();
        this.patternUses = group.patternUses();
        this.patterns = group.patterns();
    }

    /** A member has come (null before), gone (null after), or wants something else. */
    void replace(@Nullable ConsumerMember before, @Nullable ConsumerMember after) {
        if (!changed) {
            changed = true;
            topicUses = new TreeMap<>(topicUses);
            patternUses = new TreeMap<>(patternUses);
            patterns = new TreeMap<>(patterns);
        }
        count(before, -1);
        count(after, 1);
    }

    private void count(@Nullable ConsumerMember member, int by) {
        if (member != null) {
            member.topics().forEach(topic -> count(topicUses, topic, by));
            if (member.pattern() != null) {
                count(patternUses, member.pattern(), by);
            }
        }
    }

    private void count(Map<String, Integer> uses, String what, int by) {
        boolean before = uses.containsKey(what);
        ConsumerGroup.count(uses, what, by);
        otherTopics |= before != uses.containsKey(what);
    }

    /**
     * Finds the topics of the regular expressions that somebody uses.
     *
     * @param again of those as well whose topics are known
     * @return what is to be stored
     */
    List<GroupRecord> matchPatterns(boolean again) {
        if (patternUses.isEmpty() && patterns.isEmpty()) {
            return List.of();
        }
        NavigableMap<String, PatternStored> next = new TreeMap<>();
        List<GroupRecord> records = new ArrayList<>();
        for (String pattern : patternUses.keySet()) {
            PatternStored known = patterns.get(pattern);
            PatternStored matched = known == null || again ? match(pattern) : known;
            boolean same = known != null && known.topics().equals(matched.topics());
            next.put(pattern, same ? known : matched);
            if (!same) {
                records.add(matched);
            }
        }
        for (String pattern : patterns.keySet()) {
            if (!next.containsKey(pattern)) {
                records.add(new PatternForgotten(group.id(), pattern));
            }
        }
        patterns = next;
        otherTopics |= !records.isEmpty();
        return records;
    }

    private PatternStored match(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        NavigableSet<String> matching = new TreeSet<>();
        for (String name : topics.names()) {
            if (compiled.matches(name)) {
                matching.add(name);
            }
        }
        return new PatternStored(
                group.id(), pattern, Collections.unmodifiableNavigableSet(matching), topics.version(), nowMs);
    }

    private NavigableSet<String> topicsOf(ConsumerMember member) {
        PatternStored pattern = member.pattern() == null ? null : patterns.get(member.pattern());
        if (pattern == null) {
            return member.topics();
        }
        NavigableSet<String> both = new TreeSet<>(member.topics());
        both.addAll(pattern.topics());
        return both;
    }

    /** What of some partitions a member has subscribed to. */
    Partitions wanted(ConsumerMember member, Partitions partitions) {
        NavigableSet<String> names = topicsOf(member);
        return partitions.matching(
                (topic, _) -> topics.nameOf(topic).filter(names::contains).isPresent());
    }

    private NavigableSet<String> all() {
        NavigableSet<String> all = new TreeSet<>(topicUses.keySet());
        patterns.values().stream()
                .filter(pattern -> patternUses.containsKey(pattern.pattern()))
                .forEach(pattern -> all.addAll(pattern.topics()));
        return all;
    }

    /**
     * Stands for the topics that there are of those that somebody has subscribed to, with their partitions and racks; 0
     * if there are none. If it is another one, the group has to be assigned anew (KIP-1101).
     *
     * @param topicsChanged since the group's hash was worked out
     */
    long hash(boolean topicsChanged) {
        if (!topicsChanged && !otherTopics) {
            return group.metadataHash();
        }
        return hash(all(), topics);
    }

    /** Stands for those of some topics that there are, with their partitions and racks; 0 if there are none. */
    static long hash(Collection<String> names, Topics topics) {
        long hash = 0;
        for (String name : names) {
            Optional<Uuid> id = topics.idOf(name);
            if (id.isPresent()) {
                hash = mixed(hash, id.get().mostSignificantBits());
                hash = mixed(hash, id.get().leastSignificantBits());
                hash = mixed(hash, topics.partitionsOf(name));
                for (int partition = 0; partition < topics.partitionsOf(name); partition++) {
                    for (String rack : topics.racksOf(name, partition)) {
                        hash = mixed(hash, rack.hashCode());
                    }
                    hash = mixed(hash, partition);
                }
            }
        }
        return hash;
    }

    /** The finalizer of MurmurHash3, over both. */
    private static long mixed(long hash, long value) {
        long mixed = hash * 31 + value + 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }

    /**
     * The target of each member.
     *
     * @param before what it has been
     * @param assignors that the group may use, the default first
     */
    Map<String, Partitions> assign(
            NavigableMap<String, ConsumerMember> members, Function<String, Partitions> before, List<String> assignors) {
        NavigableMap<Uuid, Subscribed> subscribed = new TreeMap<>();
        for (String name : all()) {
            topics.idOf(name).ifPresent(id -> subscribed.put(id, subscribed(id, name)));
        }
        // Members of one group mostly subscribe to the same.
        Map<NavigableSet<String>, NavigableSet<Uuid>> ids = new HashMap<>();
        List<Subscriber> subscribers = new ArrayList<>();
        members.forEach((memberId, member) -> subscribers.add(new Subscriber(
                memberId,
                member.instanceId(),
                member.rackId(),
                ids.computeIfAbsent(topicsOf(member), this::idsOf),
                before.apply(memberId))));
        return Assignor.named(preferred(members.values(), assignors))
                .orElse(Assignor.UNIFORM)
                .assign(subscribers, subscribed);
    }

    private NavigableSet<Uuid> idsOf(NavigableSet<String> names) {
        NavigableSet<Uuid> ids = new TreeSet<>();
        names.forEach(name -> topics.idOf(name).ifPresent(ids::add));
        return ids;
    }

    private Subscribed subscribed(Uuid id, String name) {
        List<Set<String>> racks = new ArrayList<>();
        for (int partition = 0; partition < topics.partitionsOf(name); partition++) {
            racks.add(topics.racksOf(name, partition));
        }
        return new Subscribed(id, racks);
    }

    /** The assignor that most members prefer, among those that the group may use. */
    static String preferred(Collection<ConsumerMember> members, List<String> assignors) {
        Map<String, Integer> votes = new TreeMap<>();
        for (ConsumerMember member : members) {
            if (member.assignor() != null && assignors.contains(member.assignor())) {
                votes.merge(member.assignor(), 1, Integer::sum);
            }
        }
        String preferred = assignors.getFirst();
        int most = 0;
        for (Map.Entry<String, Integer> vote : votes.entrySet()) {
            if (vote.getValue() > most) {
                most = vote.getValue();
                preferred = vote.getKey();
            }
        }
        return preferred;
    }
}
