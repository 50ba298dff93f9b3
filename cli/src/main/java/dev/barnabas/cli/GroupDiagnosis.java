package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.Groups;
import dev.barnabas.client.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why a group is as it is, and what would help: from how it stood at two moments. */
final class GroupDiagnosis {

    /** A group that is behind by less keeps up: records come and are read all the time. */
    private static final Duration KEEPS_UP = Duration.ofSeconds(10);

    /** As many are named; of the others it is said how many there are. */
    private static final int NAMED = 5;

    private final Evidence evidence;
    private final GroupHealth health;
    private final List<String> sentences;
    private final List<String> help;

    /**
     * What is known of a group.
     *
     * @param group at the second moment
     * @param before where it was in its partitions at the first moment
     * @param after and at the second
     * @param between the two moments; zero if there was no need to wait
     */
    record Evidence(
            Groups.Description group,
            List<GroupPosition> before,
            List<GroupPosition> after,
            Duration between,
            long nowMs) {}

    private GroupDiagnosis(Evidence evidence, Findings findings) {
        this.evidence = evidence;
        this.health = findings.health;
        this.sentences = List.copyOf(findings.sentences);
        this.help = List.copyOf(findings.help);
    }

    static GroupDiagnosis of(Evidence evidence) {
        Findings findings = new Findings(evidence);
        findings.look();
        return new GroupDiagnosis(evidence, findings);
    }

    String group() {
        return evidence.group.id();
    }

    GroupHealth health() {
        return health;
    }

    List<String> sentences() {
        return sentences;
    }

    List<String> help() {
        return help;
    }

    /** For {@link Json}. */
    Object document() {
        return ordered(
                "group",
                evidence.group.id(),
                "state",
                evidence.group.state(),
                "health",
                health.code(),
                "members",
                evidence.group.members().size(),
                "observedMs",
                evidence.between.toMillis(),
                "why",
                sentences,
                "help",
                help,
                "partitions",
                evidence.after.stream()
                        .map(position -> DescribeGroupsCommand.document(position, evidence.nowMs))
                        .toList());
    }

    /** What is found while it is looked for. */
    private static final class Findings {
        private final Evidence evidence;
        private final Groups.Description group;
        private final Map<TopicPartition, GroupPosition> before = new LinkedHashMap<>();
        private final List<String> sentences = new ArrayList<>();
        /** Each once, in the order in which they came up. */
        private final Set<String> help = new LinkedHashSet<>();

        private GroupHealth health = GroupHealth.WELL;

        Findings(Evidence evidence) {
            this.evidence = evidence;
            this.group = evidence.group;
            evidence.before.forEach(position -> before.put(position.partition(), position));
        }

        void look() {
            if (group.members().isEmpty()) {
                deserted();
            } else {
                rebalance();
                evidence.after.forEach(this::partition);
                idle();
            }
            if (health == GroupHealth.WELL) {
                sentences.addFirst(
                        group.members().isEmpty()
                                ? "It has no members, and there is nothing that it has not read."
                                : "It keeps up: "
                                        + Partitions.count(group.members().size(), "member") + ", "
                                        + Partitions.count(
                                                evidence.after.stream()
                                                        .mapToLong(position -> position.isBehind() ? 1 : 0)
                                                        .sum(),
                                                "partition")
                                        + " with unread records, none of which has waited for longer than "
                                        + Times.words(KEEPS_UP) + ".");
            }
        }

        private void worsen(GroupHealth to) {
            health = health.worse(to);
        }

        private void deserted() {
            long unread = evidence.after.stream()
                    .filter(GroupPosition::isBehind)
                    .mapToLong(position -> lag(position))
                    .sum();
            if (unread > 0) {
                worsen(GroupHealth.DESERTED);
                sentences.add("It has no members, and " + Partitions.count(unread, "record") + " that it has not read"
                        + oldest() + ".");
                help.add("Start its consumers: those with group.id=" + group.id() + ".");
                help.add("If nobody needs it any more: ./barnabas group delete " + group.id());
            }
        }

        private String oldest() {
            return evidence.after.stream()
                    .map(position -> position.waitedMs(evidence.nowMs))
                    .filter(waited -> waited != null && waited > 0)
                    .max(Long::compare)
                    .map(waited -> "; the oldest has waited for " + Times.words(Duration.ofMillis(waited)))
                    .orElse("");
        }

        /** Who is waited for. */
        private void rebalance() {
            if (group.state().equalsIgnoreCase("Stable")) {
                return;
            }
            worsen(GroupHealth.REBALANCING);
            sentences.add("It is " + group.state() + ": its partitions are being given to its members"
                    + (group.remark().isEmpty() ? "." : "; " + group.remark()));
            for (Groups.Member member : group.members()) {
                Set<TopicPartition> keeps = new TreeSet<>(member.assigned());
                keeps.removeAll(member.target());
                if (!keeps.isEmpty()) {
                    sentences.add(
                            name(member) + " is to give up " + some(keeps) + " and has not yet said that it has.");
                    help.add("A member gives partitions up between two polls: if it processes for long, a smaller"
                            + " max.poll.records lets it do so earlier.");
                    help.add("Not to wait for it: ./barnabas group remove-members " + group.id() + " --member "
                            + member.memberId());
                }
            }
            if (group.type().equals("Classic")) {
                help.add("A member joins again when it polls: one that processes for longer than max.poll.interval.ms"
                        + " is left behind. ./barnabas group remove-members " + group.id()
                        + " --member ID does not wait for it.");
            }
        }

        private void partition(GroupPosition now) {
            TopicPartition id = now.partition();
            if (now.end() == null) {
                worsen(GroupHealth.STUCK);
                sentences.add(id + " cannot be read at the moment.");
                help.add("./barnabas why partition " + id);
                return;
            }
            Groups.Member member = now.member();
            if (member == null) {
                if (now.isBehind() && group.state().equalsIgnoreCase("Stable")) {
                    sentences.add("Nobody has " + id + ", in which it has once committed: its members do not subscribe"
                            + " to " + id.topic() + " any more, or assign partitions themselves.");
                }
                return;
            }
            Long committed = now.committed();
            if (committed == null) {
                if (now.end() > (now.start() == null ? 0 : now.start())) {
                    sentences.add(name(member) + " has " + id + " and has committed nothing in it yet.");
                }
                return;
            }
            if (now.start() != null && committed < now.start()) {
                sentences.add(Partitions.count(now.start() - committed, "record") + " of " + id
                        + " were deleted before they were read: the group is at offset " + committed
                        + ", the first there is has " + now.start()
                        + ". Its consumer goes on where auto.offset.reset says.");
                help.add("Longer retention for " + id.topic()
                        + " (retention.ms, retention.bytes), or consumers that keep up.");
            }
            if (committed > now.end()) {
                worsen(GroupHealth.STUCK);
                sentences.add("The group is at offset " + committed + " of " + id + ", behind its end " + now.end()
                        + ": the topic was made anew, or has lost records.");
                help.add("With its consumers stopped: ./barnabas group reset-offsets " + group.id() + " --topic "
                        + id.topic() + ":" + id.partition() + " --to-latest");
            } else if (now.isBehind()) {
                behind(now, member);
            }
        }

        private void behind(GroupPosition now, Groups.Member member) {
            TopicPartition id = now.partition();
            Long waited = now.waitedMs(evidence.nowMs);
            GroupPosition earlier = before.get(id);
            boolean keepsUp = waited != null && waited < KEEPS_UP.toMillis();
            if (keepsUp || earlier == null || earlier.committed() == null || evidence.between.isZero()) {
                return;
            }
            long read = committed(now) - committed(earlier);
            double seconds = evidence.between.toMillis() / 1e3;
            if (read <= 0) {
                stuck(now, member, waited);
                return;
            }
            long produced = earlier.end() == null ? 0 : end(now) - earlier.end();
            String where = name(member) + " is " + Partitions.count(lag(now), "record") + " behind in " + id
                    + (waited == null ? "" : ", by " + Times.words(Duration.ofMillis(waited)));
            if (produced >= read) {
                worsen(GroupHealth.TOO_SLOW);
                sentences.add(where + ", and falls further behind: it reads " + rate(read, seconds) + ", "
                        + rate(produced, seconds) + " come.");
                more();
            } else {
                worsen(GroupHealth.BEHIND);
                long left = (long) (lag(now) / ((read - produced) / seconds));
                sentences.add(where + ", and comes nearer: it reads " + rate(read, seconds) + ", "
                        + rate(produced, seconds) + " come. At this pace it is there in about "
                        + Times.words(Duration.ofSeconds(Math.max(1, left))) + ".");
            }
        }

        private void stuck(GroupPosition now, Groups.Member member, @Nullable Long waited) {
            TopicPartition id = now.partition();
            worsen(GroupHealth.STUCK);
            Long stable = now.stableEnd();
            if (stable != null && committed(now) >= stable && stable < end(now)) {
                sentences.add("A transaction that is open since offset " + stable + " holds up who reads committed"
                        + " records of " + id + ".");
                help.add("./barnabas txn list --state Ongoing, or ./barnabas txn find-hanging");
                return;
            }
            sentences.add(name(member) + " does not get on in " + id + ": it is at offset " + committed(now)
                    + " since " + Times.words(evidence.between) + " at least, and "
                    + Partitions.count(lag(now), "record") + " wait"
                    + (waited == null ? "" : ", the oldest for " + Times.words(Duration.ofMillis(waited))) + ".");
            help.add("Look at what it is to process next: ./barnabas consume " + id.topic() + " --partition "
                    + id.partition() + " --offset " + committed(now) + " --max 1 --json");
            help.add("Look at what the member does (its log, its threads); it may also read and not commit.");
            help.add("To give what it has to the others: ./barnabas group remove-members " + group.id() + " --member "
                    + member.memberId());
        }

        private void more() {
            int partitions = (int) evidence.after.stream()
                    .filter(position -> position.member() != null)
                    .count();
            int members = group.members().size();
            if (partitions > members) {
                help.add("More members: up to " + (partitions - members) + " more get partitions of their own.");
            } else {
                help.add("More partitions and more members, or faster processing: every partition has a member of its"
                        + " own already. (More partitions put keys into other ones.)");
            }
        }

        private void idle() {
            List<String> idle = group.members().stream()
                    .filter(member ->
                            member.assigned().isEmpty() && member.target().isEmpty())
                    .map(Findings::name)
                    .toList();
            if (!idle.isEmpty() && group.state().equalsIgnoreCase("Stable")) {
                sentences.add(Partitions.count(idle.size(), "member") + " without partitions, as there are more members"
                        + " than partitions: " + some(idle) + ".");
            }
        }

        private static String name(Groups.Member member) {
            return "Member " + member.memberId() + " (" + member.clientId() + " at " + member.clientHost() + ")";
        }

        private static String some(Collection<?> all) {
            String named = all.stream().limit(NAMED).map(String::valueOf).collect(Collectors.joining(", "));
            return all.size() <= NAMED ? named : named + " and " + (all.size() - NAMED) + " more";
        }

        private static String rate(long count, double seconds) {
            double perSecond = count / seconds;
            return perSecond >= 10 ? Math.round(perSecond) + "/s" : String.format(Locale.ROOT, "%.1f/s", perSecond);
        }

        private static long lag(GroupPosition position) {
            Long lag = position.lag();
            return lag == null ? 0 : lag;
        }

        private static long committed(GroupPosition position) {
            Long committed = position.committed();
            return committed == null ? 0 : committed;
        }

        private static long end(GroupPosition position) {
            Long end = position.end();
            return end == null ? 0 : end;
        }
    }
}
