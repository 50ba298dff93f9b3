package dev.barnabas.groups;

import dev.barnabas.groups.ConfiguredTopology.Configured;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gives the tasks of a streams application to its members, the "sticky" way: everybody gets the same number of active
 * tasks, and what can stay where it is stays; a task whose member is gone goes to a process that has its state as a
 * standby, the one that is furthest first. Then each task with state gets its standbys, in other processes, spread over
 * the tags that are set, where they have been before if that is fair. Lives as long as one assignment.
 */
final class TaskAssignor {
    private final int standbys;
    private final List<String> tags;
    private final NavigableMap<String, Candidate> members = new TreeMap<>();
    private final Map<String, ClientProcess> processes = new LinkedHashMap<>();

    /** What an assignment looks at in a member. */
    record Applicant(
            String memberId,
            String processId,
            NavigableMap<String, String> tags,
            TaskRoles before,
            TaskOffsets offsets) {}

    private record Task(String subtopology, int partition) {}

    /** All members of one process, which share its disk. */
    private static final class ClientProcess {
        private final List<Candidate> members = new ArrayList<>();
        private final Set<Task> tasks = new HashSet<>();

        private double load() {
            return (double) tasks.size() / members.size();
        }
    }

    private static final class Candidate {
        private final Applicant applicant;
        private final ClientProcess process;
        private final Tasks.Builder active = new Tasks.Builder();
        private final Tasks.Builder standby = new Tasks.Builder();
        private final Map<String, Integer> ofSubtopology = new LinkedHashMap<>();
        private int activeCount;
        private int count;
        private int quota;

        private Candidate(Applicant applicant, ClientProcess process) {
            this.applicant = applicant;
            this.process = process;
        }

        private boolean hasRoom() {
            return activeCount < quota;
        }

        private int ofSubtopology(Task task) {
            return ofSubtopology.getOrDefault(task.subtopology, 0);
        }

        private long offsetOf(Task task) {
            return applicant.offsets.of(task.subtopology, task.partition);
        }

        private void add(Task task, boolean isActive) {
            (isActive ? active : standby).add(task.subtopology, task.partition);
            ofSubtopology.merge(task.subtopology, 1, Integer::sum);
            process.tasks.add(task);
            count++;
            activeCount += isActive ? 1 : 0;
        }
    }

    private TaskAssignor(List<Applicant> applicants, int standbys, List<String> tags) {
        this.standbys = standbys;
        this.tags = tags;
        applicants.stream().sorted(Comparator.comparing(Applicant::memberId)).forEach(applicant -> {
            ClientProcess process = processes.computeIfAbsent(applicant.processId, _ -> new ClientProcess());
            Candidate candidate = new Candidate(applicant, process);
            process.members.add(candidate);
            members.put(applicant.memberId, candidate);
        });
    }

    /** The target of each member. */
    static Map<String, TaskRoles> assign(
            List<Applicant> applicants, ConfiguredTopology topology, int standbys, List<String> tags) {
        TaskAssignor assignor = new TaskAssignor(applicants, standbys, tags);
        if (!applicants.isEmpty() && topology.isReady()) {
            assignor.assign(topology);
        }
        Map<String, TaskRoles> targets = new LinkedHashMap<>();
        assignor.members.forEach((memberId, member) ->
                targets.put(memberId, new TaskRoles(member.active.build(), member.standby.build(), Tasks.NONE)));
        return targets;
    }

    private void assign(ConfiguredTopology topology) {
        List<Task> stateful = new ArrayList<>();
        List<Task> stateless = new ArrayList<>();
        topology.subtopologies().forEach((id, subtopology) -> {
            for (int partition = 0; partition < subtopology.tasks(); partition++) {
                (isStateful(subtopology) ? stateful : stateless).add(new Task(id, partition));
            }
        });
        List<Task> all = new ArrayList<>(stateful);
        all.addAll(stateless);
        assignActive(all);
        for (int copy = 0; copy < standbys; copy++) {
            stateful.forEach(this::assignStandby);
        }
    }

    private static boolean isStateful(Configured subtopology) {
        return subtopology.stateful();
    }

    private void assignActive(List<Task> tasks) {
        Map<Task, Candidate> before = new LinkedHashMap<>();
        for (Candidate member : members.values()) {
            member.applicant
                    .before
                    .active()
                    .forEach((subtopology, partition) -> before.putIfAbsent(new Task(subtopology, partition), member));
        }
        setQuotas(tasks, before);
        List<Task> left = new ArrayList<>();
        for (Task task : tasks) {
            Candidate owner = before.get(task);
            if (owner != null && owner.hasRoom()) {
                owner.add(task, true);
            } else {
                left.add(task);
            }
        }
        List<Task> withoutState = new ArrayList<>();
        for (Task task : left) {
            Optional<Candidate> heir = heirOf(task);
            heir.ifPresentOrElse(member -> member.add(task, true), () -> withoutState.add(task));
        }
        for (Task task : withoutState) {
            members.values().stream()
                    .filter(Candidate::hasRoom)
                    .min(byLoad(task))
                    .orElseThrow()
                    .add(task, true);
        }
    }

    /** The tasks divided by the members; one more for those who then have to give up less, and in idle processes. */
    private void setQuotas(List<Task> tasks, Map<Task, Candidate> before) {
        Map<Candidate, Integer> had = new LinkedHashMap<>();
        for (Task task : tasks) {
            Candidate owner = before.get(task);
            if (owner != null) {
                had.merge(owner, 1, Integer::sum);
            }
        }
        int each = tasks.size() / members.size();
        int more = tasks.size() % members.size();
        members.values().forEach(member -> member.quota = each);
        Map<ClientProcess, Integer> extra = new LinkedHashMap<>();
        Set<Candidate> without = new HashSet<>(members.values());
        for (int i = 0; i < more; i++) {
            Candidate next = members.values().stream()
                    .filter(without::contains)
                    .min(Comparator.<Candidate>comparingInt(member -> had.getOrDefault(member, 0) > each ? 0 : 1)
                            .thenComparingDouble(member ->
                                    (double) extra.getOrDefault(member.process, 0) / member.process.members.size())
                            .thenComparing(member -> member.applicant.memberId))
                    .orElseThrow();
            next.quota++;
            extra.merge(next.process, 1, Integer::sum);
            without.remove(next);
        }
    }

    /** Who is in a process that has a copy of the state, the one that has come furthest. */
    private Optional<Candidate> heirOf(Task task) {
        return members.values().stream()
                .filter(member -> hadCopy(member, task))
                .flatMap(holder -> holder.process.members.stream()
                        .filter(Candidate::hasRoom)
                        .map(member -> Map.entry(holder, member)))
                .min(Comparator.<Map.Entry<Candidate, Candidate>>comparingLong(
                                pair -> -pair.getKey().offsetOf(task))
                        .thenComparingInt(pair -> pair.getKey() == pair.getValue() ? 0 : 1)
                        .thenComparing(Map.Entry::getValue, byLoad(task)))
                .map(Map.Entry::getValue);
    }

    private static boolean hadCopy(Candidate member, Task task) {
        TaskRoles before = member.applicant.before;
        return before.standby().contains(task.subtopology, task.partition)
                || before.warmup().contains(task.subtopology, task.partition);
    }

    private void assignStandby(Task task) {
        List<Candidate> holders = members.values().stream()
                .filter(member -> member.process.tasks.contains(task))
                .toList();
        Set<ClientProcess> taken = new HashSet<>();
        holders.forEach(holder -> taken.add(holder.process));
        double least = processes.values().stream()
                .filter(process -> !taken.contains(process))
                .mapToDouble(ClientProcess::load)
                .min()
                .orElse(0);
        members.values().stream()
                .filter(member -> !taken.contains(member.process))
                .min(Comparator.<Candidate>comparingInt(member -> sharedTags(member, taken))
                        .thenComparingInt(member -> hadAny(member, task) && member.process.load() < least + 1 ? 0 : 1)
                        .thenComparing(byLoad(task)))
                .ifPresent(member -> member.add(task, false));
    }

    /** How much a member has in common with those that have a copy already. */
    private int sharedTags(Candidate member, Set<ClientProcess> taken) {
        int shared = 0;
        for (String tag : tags) {
            String value = member.applicant.tags.get(tag);
            boolean known = value != null
                    && taken.stream()
                            .flatMap(process -> process.members.stream())
                            .anyMatch(other -> value.equals(other.applicant.tags.get(tag)));
            shared += known || value == null ? 1 : 0;
        }
        return shared;
    }

    private static boolean hadAny(Candidate member, Task task) {
        return hadCopy(member, task) || member.applicant.before.active().contains(task.subtopology, task.partition);
    }

    private static Comparator<Candidate> byLoad(Task task) {
        return Comparator.<Candidate>comparingDouble(member -> member.process.load())
                .thenComparingInt(member -> member.ofSubtopology(task))
                .thenComparingInt(member -> member.count)
                .thenComparing(member -> member.applicant.memberId);
    }
}
