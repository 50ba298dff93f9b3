package dev.barnabas.groups;

import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which members of a share group read from which partitions: the assignor {@code simple} (KIP-932). Every partition has
 * a member and every member a partition, as far as they have subscribed to any, and no more than that takes: with more
 * partitions than members each partition has one member, with more members than partitions each member has one
 * partition. Whoever has more than others gives up something; everything else stays where it is.
 *
 * <p>Lives as long as an assignment takes.
 */
final class ShareAssignment {
    static final String NAME = "simple";

    private final NavigableMap<String, NavigableSet<SharePlace>> wanted = new TreeMap<>();
    private final NavigableMap<String, NavigableSet<SharePlace>> assigned = new TreeMap<>();
    private final NavigableMap<SharePlace, NavigableSet<String>> holders = new TreeMap<>();

    private ShareAssignment() {}

    /**
     * The target of each member.
     *
     * @param topics what each member has subscribed to
     * @param partitions of all these topics, those that may be assigned
     * @param before the targets so far
     */
    static NavigableMap<String, Partitions> of(
            Map<String, NavigableSet<Uuid>> topics, Partitions partitions, Map<String, Partitions> before) {
        ShareAssignment assignment = new ShareAssignment();
        Map<NavigableSet<Uuid>, NavigableSet<SharePlace>> places = new HashMap<>();
        topics.forEach((memberId, ids) -> assignment.wanted.put(
                memberId,
                places.computeIfAbsent(
                        ids, wanted -> SharePlace.all(partitions.matching((topic, _) -> wanted.contains(topic))))));
        assignment.keep(before);
        assignment.coverPartitions();
        assignment.coverMembers();
        assignment.dropWhatIsTooMuch();
        assignment.partWhoNeedNotShare();
        assignment.levelMembers();
        assignment.levelPartitions();
        return assignment.targets();
    }

    private void keep(Map<String, Partitions> before) {
        wanted.forEach((memberId, places) -> {
            assigned.put(memberId, new TreeSet<>());
            places.forEach(place -> holders.computeIfAbsent(place, _ -> new TreeSet<>()));
        });
        before.forEach((memberId, partitions) -> {
            NavigableSet<SharePlace> places = wanted.get(memberId);
            if (places != null) {
                SharePlace.all(partitions).stream().filter(places::contains).forEach(place -> give(memberId, place));
            }
        });
    }

    /** Every partition gets a member, the one that has the fewest. */
    private void coverPartitions() {
        NavigableSet<String> byLoad = new TreeSet<>(load());
        byLoad.addAll(assigned.keySet());
        for (Map.Entry<SharePlace, NavigableSet<String>> partition : holders.entrySet()) {
            if (partition.getValue().isEmpty()) {
                for (String memberId : byLoad) {
                    if (wants(memberId, partition.getKey())) {
                        byLoad.remove(memberId);
                        give(memberId, partition.getKey());
                        byLoad.add(memberId);
                        break;
                    }
                }
            }
        }
    }

    /** Every member gets a partition, the one that has the fewest members. */
    private void coverMembers() {
        NavigableSet<SharePlace> byHolders = new TreeSet<>(crowd());
        byHolders.addAll(holders.keySet());
        assigned.forEach((memberId, has) -> {
            if (has.isEmpty()) {
                for (SharePlace place : byHolders) {
                    if (wants(memberId, place)) {
                        byHolders.remove(place);
                        give(memberId, place);
                        byHolders.add(place);
                        break;
                    }
                }
            }
        });
    }

    /** A partition that others read as well is given up by who has another one. */
    private void dropWhatIsTooMuch() {
        for (String memberId : richestFirst()) {
            for (SharePlace place : List.copyOf(has(memberId))) {
                if (has(memberId).size() > 1 && holdersOf(place).size() > 1) {
                    take(memberId, place);
                }
            }
        }
    }

    /** Who shares its only partition gets one of a member that has several, instead. */
    private void partWhoNeedNotShare() {
        for (SharePlace place : holders.keySet()) {
            boolean parted = true;
            while (parted && holdersOf(place).size() > 1) {
                parted = part(place);
            }
        }
    }

    private boolean part(SharePlace shared) {
        List<String> richest = richestFirst();
        for (String memberId : holdersOf(shared).descendingSet()) {
            for (String rich : richest) {
                if (has(rich).size() < 2) {
                    break;
                }
                for (SharePlace place : has(rich).descendingSet()) {
                    if (wants(memberId, place) && !place.equals(shared)) {
                        take(memberId, shared);
                        take(rich, place);
                        give(memberId, place);
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private List<String> richestFirst() {
        List<String> richest = new ArrayList<>(assigned.keySet());
        richest.sort(load().reversed());
        return richest;
    }

    /** Who has two partitions more than another gives one of them to him. */
    private void levelMembers() {
        NavigableSet<String> byLoad = new TreeSet<>(load());
        byLoad.addAll(assigned.keySet());
        boolean moved = true;
        while (moved) {
            moved = false;
            for (String rich : byLoad.descendingSet()) {
                moved = moveFrom(rich, byLoad);
                if (moved) {
                    break;
                }
            }
        }
    }

    private boolean moveFrom(String rich, NavigableSet<String> byLoad) {
        for (String poor : byLoad) {
            if (has(poor).size() + 1 >= has(rich).size()) {
                return false;
            }
            for (SharePlace place : has(rich).descendingSet()) {
                if (wants(poor, place) && !has(poor).contains(place)) {
                    byLoad.remove(rich);
                    byLoad.remove(poor);
                    take(rich, place);
                    give(poor, place);
                    byLoad.add(rich);
                    byLoad.add(poor);
                    return true;
                }
            }
        }
        return false;
    }

    /** Of a partition that has two members more than another, one goes there. */
    private void levelPartitions() {
        NavigableSet<SharePlace> byHolders = new TreeSet<>(crowd());
        byHolders.addAll(holders.keySet());
        boolean moved = true;
        while (moved) {
            moved = false;
            for (SharePlace crowded : byHolders.descendingSet()) {
                moved = moveFrom(crowded, byHolders);
                if (moved) {
                    break;
                }
            }
        }
    }

    private boolean moveFrom(SharePlace crowded, NavigableSet<SharePlace> byHolders) {
        for (SharePlace lonely : byHolders) {
            if (holdersOf(lonely).size() + 1 >= holdersOf(crowded).size()) {
                return false;
            }
            for (String memberId : holdersOf(crowded).descendingSet()) {
                if (wants(memberId, lonely) && !has(memberId).contains(lonely)) {
                    byHolders.remove(crowded);
                    byHolders.remove(lonely);
                    take(memberId, crowded);
                    give(memberId, lonely);
                    byHolders.add(crowded);
                    byHolders.add(lonely);
                    return true;
                }
            }
        }
        return false;
    }

    private Comparator<String> load() {
        return Comparator.<String>comparingInt(memberId -> has(memberId).size()).thenComparing(memberId -> memberId);
    }

    private Comparator<SharePlace> crowd() {
        return Comparator.<SharePlace>comparingInt(place -> holdersOf(place).size())
                .thenComparing(place -> place);
    }

    private NavigableSet<SharePlace> has(String memberId) {
        return assigned.computeIfAbsent(memberId, _ -> new TreeSet<>());
    }

    private NavigableSet<String> holdersOf(SharePlace place) {
        return holders.computeIfAbsent(place, _ -> new TreeSet<>());
    }

    private boolean wants(String memberId, SharePlace place) {
        NavigableSet<SharePlace> places = wanted.get(memberId);
        return places != null && places.contains(place);
    }

    private void give(String memberId, SharePlace place) {
        has(memberId).add(place);
        holdersOf(place).add(memberId);
    }

    private void take(String memberId, SharePlace place) {
        has(memberId).remove(place);
        holdersOf(place).remove(memberId);
    }

    private NavigableMap<String, Partitions> targets() {
        NavigableMap<String, Partitions> targets = new TreeMap<>();
        assigned.forEach((memberId, places) -> {
            Partitions.Builder partitions = new Partitions.Builder();
            places.forEach(place -> partitions.add(place.topicId(), place.partition()));
            targets.put(memberId, partitions.build());
        });
        return targets;
    }
}
