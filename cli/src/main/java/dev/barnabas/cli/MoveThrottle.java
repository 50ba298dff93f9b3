package dev.barnabas.cli;

import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Configs;
import dev.barnabas.client.Done;
import dev.barnabas.client.Replicas;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/**
 * How fast partitions move: settings of the brokers and topics that take part, the same that Kafka's
 * kafka-reassign-partitions uses (KIP-73). They stay until somebody removes them, whatever becomes of the moves.
 */
final class MoveThrottle {

    static final String HOW_TO_REMOVE = "./barnabas partition throttle --remove";

    private static final String LEADER_RATE = "leader.replication.throttled.rate";
    private static final String FOLLOWER_RATE = "follower.replication.throttled.rate";
    private static final String LEADER_REPLICAS = "leader.replication.throttled.replicas";
    private static final String FOLLOWER_REPLICAS = "follower.replication.throttled.replicas";

    private final Session session;

    MoveThrottle(Session session) {
        this.session = session;
    }

    /**
     * What is set.
     *
     * @param silent brokers that do not answer, of which nobody knows
     */
    record Found(Map<Configs.Resource, Map<String, String>> byResource, List<Configs.Resource> silent) {}

    /** Bytes per second, as somebody wrote them: {@code 500000}, {@code 20M}. */
    static final class Rate implements CommandLine.ITypeConverter<Long> {
        private static final Pattern FORM = Pattern.compile("([0-9]{1,12})([kKmMgG]?)");

        @Override
        public Long convert(String value) {
            Matcher matcher = FORM.matcher(value);
            if (!matcher.matches()) {
                throw new CommandLine.TypeConversionException(
                        "bytes per second, such as 500000 or 20M, and not \"" + value + "\"");
            }
            int shift = switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
                case "k" -> 10;
                case "m" -> 20;
                case "g" -> 30;
                default -> 0;
            };
            return Long.parseLong(matcher.group(1)) << shift;
        }
    }

    /** The move of a partition: who has it, and who gets it. */
    record Move(List<Integer> from, List<Integer> to) {

        static Move of(Replicas.Reassignment reassignment) {
            List<Integer> from = new ArrayList<>(reassignment.replicas());
            from.removeAll(reassignment.adding());
            return new Move(from, reassignment.adding());
        }

        static Move of(List<Integer> before, List<Integer> after) {
            List<Integer> to = new ArrayList<>(after);
            to.removeAll(before);
            return new Move(before, to);
        }
    }

    /** Sets a rate for these moves, and those that are under way anyway. */
    void set(long bytesPerSecond, Map<TopicPartition, Move> moves) {
        Map<TopicPartition, Move> all = new TreeMap<>();
        session.get(() -> session.admin().listReassignments())
                .forEach((partition, reassignment) -> all.put(partition, Move.of(reassignment)));
        all.putAll(moves);
        apply(changes(bytesPerSecond, all));
    }

    /** The settings for these moves. */
    static Map<Configs.Resource, List<Configs.Change>> changes(long bytesPerSecond, Map<TopicPartition, Move> moves) {
        Set<Integer> brokers = new TreeSet<>();
        Map<String, Set<String>> leading = new TreeMap<>();
        Map<String, Set<String>> following = new TreeMap<>();
        moves.forEach((partition, move) -> {
            if (!move.to.isEmpty()) {
                brokers.addAll(move.from);
                brokers.addAll(move.to);
                name(leading, partition, move.from);
                name(following, partition, move.to);
            }
        });
        Map<Configs.Resource, List<Configs.Change>> changes = new LinkedHashMap<>();
        leading.forEach((topic, replicas) -> changes.put(
                Configs.Resource.topic(topic),
                List.of(
                        new Configs.Change.Set(LEADER_REPLICAS, String.join(",", replicas)),
                        new Configs.Change.Set(
                                FOLLOWER_REPLICAS, String.join(",", following.getOrDefault(topic, Set.of()))))));
        brokers.forEach(broker -> changes.put(Configs.Resource.broker(broker), rate(bytesPerSecond)));
        return changes;
    }

    private static void name(Map<String, Set<String>> byTopic, TopicPartition partition, List<Integer> brokers) {
        Set<String> replicas = byTopic.computeIfAbsent(partition.topic(), absent -> new LinkedHashSet<>());
        brokers.forEach(broker -> replicas.add(partition.partition() + ":" + broker));
    }

    private static List<Configs.Change> rate(long bytesPerSecond) {
        String value = Long.toString(bytesPerSecond);
        return List.of(new Configs.Change.Set(LEADER_RATE, value), new Configs.Change.Set(FOLLOWER_RATE, value));
    }

    /** Everything that is set, whoever has set it. */
    Found find() {
        ClusterView view = session.get(() -> session.admin().view());
        List<Configs.Resource> resources = new ArrayList<>();
        resources.add(Configs.Resource.allBrokers());
        session.get(() -> session.admin().describeCluster())
                .brokers()
                .forEach(broker ->
                        resources.add(Configs.Resource.broker(broker.broker().id())));
        view.topics().keySet().forEach(topic -> resources.add(Configs.Resource.topic(topic)));
        Map<Configs.Resource, Map<String, String>> found = new LinkedHashMap<>();
        List<Configs.Resource> silent = new ArrayList<>();
        session.get(() -> session.admin().describeConfigs(resources)).forEach((resource, result) -> {
            if (result instanceof Result.Success<List<Configs.Entry>>(List<Configs.Entry> entries)) {
                Map<String, String> own = own(resource, entries);
                if (!own.isEmpty()) {
                    found.put(resource, own);
                }
            } else if (resource.kind() == Configs.Kind.BROKER) {
                silent.add(resource);
            }
        });
        return new Found(found, silent);
    }

    private static Map<String, String> own(Configs.Resource resource, List<Configs.Entry> entries) {
        Configs.Source source = switch (resource.kind()) {
            case TOPIC -> Configs.Source.TOPIC;
            default ->
                resource.equals(Configs.Resource.allBrokers()) ? Configs.Source.ALL_BROKERS : Configs.Source.BROKER;
        };
        Map<String, String> own = new TreeMap<>();
        for (Configs.Entry entry : entries) {
            String value = entry.value();
            if (entry.name().contains(".replication.throttled.") && entry.source() == source && value != null) {
                own.put(entry.name(), value);
            }
        }
        return own;
    }

    /** Removes all that is set; says how many brokers and topics had something. */
    int remove() {
        Map<Configs.Resource, List<Configs.Change>> changes = new LinkedHashMap<>();
        Found found = find();
        found.byResource.forEach((resource, settings) -> changes.put(
                resource,
                settings.keySet().stream()
                        .<Configs.Change>map(Configs.Change.Delete::new)
                        .toList()));
        int count = changes.size();
        found.silent.forEach(resource -> changes.put(
                resource, List.of(new Configs.Change.Delete(LEADER_RATE), new Configs.Change.Delete(FOLLOWER_RATE))));
        apply(changes);
        return count;
    }

    /** Removes all that is set, unless something moves; whether nothing is set any more. */
    boolean removeUnlessMoving() {
        boolean over = session.get(() -> session.admin().listReassignments()).isEmpty();
        if (over) {
            remove();
        }
        return over;
    }

    /** Changes the rate of the brokers for which one is set; says how many those are. */
    int changeRate(long bytesPerSecond) {
        Map<Configs.Resource, List<Configs.Change>> changes = new LinkedHashMap<>();
        find().byResource.keySet().stream()
                .filter(resource -> resource.kind() == Configs.Kind.BROKER)
                .forEach(resource -> changes.put(resource, rate(bytesPerSecond)));
        apply(changes);
        return changes.size();
    }

    private void apply(Map<Configs.Resource, List<Configs.Change>> changes) {
        if (!changes.isEmpty()) {
            Map<Configs.Resource, Result<Done>> results =
                    session.get(() -> session.admin().alterConfigs(changes, false));
            results.forEach((resource, result) -> Session.required("the throttle of " + resource.name(), result));
        }
    }
}
