package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Uuid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Administration of a cluster. Operations on several things succeed or fail for each of them; each goes to the brokers
 * that are responsible, is tried again where that helps, and takes no longer than the operation timeout of the
 * settings. Owned by the cluster's loop.
 */
public final class Admin {

    private final Cluster cluster;

    public Admin(Cluster cluster) {
        this.cluster = cluster;
    }

    /** @param clusterId null if the brokers are too old to tell */
    public record ClusterDescription(@Nullable String clusterId, int controllerId, List<DescribedBroker> brokers) {
        public ClusterDescription {
            brokers = List.copyOf(brokers);
        }
    }

    /** @param fenced whether it is registered, but serves nobody */
    public record DescribedBroker(Broker broker, boolean fenced) {}

    // Topics

    public Eventual<Map<String, Result<Topics.Created>>> createTopics(Collection<Topics.New> topics) {
        return createTopics(topics, false);
    }

    /** @param validateOnly creates nothing, but says whether it could be done */
    public Eventual<Map<String, Result<Topics.Created>>> createTopics(
            Collection<Topics.New> topics, boolean validateOnly) {
        Map<String, Topics.New> byName = new LinkedHashMap<>();
        topics.forEach(topic -> byName.put(topic.name(), topic));
        return ask(TopicQuestions.create(byName, validateOnly, timeoutMs()), byName.keySet());
    }

    public Eventual<Map<String, Result<Done>>> deleteTopics(Collection<String> names) {
        return ask(TopicQuestions.delete(timeoutMs()), names);
    }

    /** All topics, by name, with the internal ones. */
    public Eventual<List<ClusterView.Topic>> listTopics() {
        return view().map(view -> List.copyOf(view.topics().values()));
    }

    /** The brokers that serve, and all topics with the internal ones, as one broker knows them at a moment. */
    public Eventual<ClusterView> view() {
        return askOne(TopicQuestions.everything(), "topics");
    }

    public Eventual<Map<String, Result<ClusterView.Topic>>> describeTopics(Collection<String> names) {
        return ask(TopicQuestions.describe(), names);
    }

    public Eventual<Map<String, Result<Done>>> createPartitions(
            Map<String, Topics.NewPartitions> topics, boolean validateOnly) {
        return ask(TopicQuestions.createPartitions(topics, validateOnly, timeoutMs()), topics.keySet());
    }

    /**
     * Deletes the records before an offset of each partition.
     *
     * @param before the first offset that stays; -1 is the high watermark: delete all there is
     * @return the first offset there is now
     */
    public Eventual<Map<TopicPartition, Result<Long>>> deleteRecords(Map<TopicPartition, Long> before) {
        return ask(TopicQuestions.deleteRecords(before, timeoutMs()), before.keySet());
    }

    public Eventual<Map<TopicPartition, Result<Offsets.Found>>> listOffsets(Map<TopicPartition, Offsets.Spec> specs) {
        return listOffsets(specs, ConsumerSettings.Isolation.READ_UNCOMMITTED);
    }

    public Eventual<Map<TopicPartition, Result<Offsets.Found>>> listOffsets(
            Map<TopicPartition, Offsets.Spec> specs, ConsumerSettings.Isolation isolation) {
        return ask(OffsetQuestions.list(specs, isolation, requestTimeout()), specs.keySet());
    }

    /**
     * When records were made: the timestamps, in milliseconds since 1970, of the first records at or behind offsets.
     * Empty where there is no record, and for what only ends transactions.
     */
    public Eventual<Map<TopicPartition, Result<OptionalLong>>> recordTimes(Map<TopicPartition, Long> offsets) {
        return ask(RecordTimes.at(offsets), offsets.keySet());
    }

    // Settings

    public Eventual<Map<Configs.Resource, Result<List<Configs.Entry>>>> describeConfigs(
            Collection<Configs.Resource> resources) {
        return describeConfigs(resources, false, false);
    }

    /** @param documentation a broker that is too old leaves it out */
    public Eventual<Map<Configs.Resource, Result<List<Configs.Entry>>>> describeConfigs(
            Collection<Configs.Resource> resources, boolean synonyms, boolean documentation) {
        return ask(ConfigQuestions.describe(synonyms, documentation), resources);
    }

    /** Changes some settings and leaves the others alone. */
    public Eventual<Map<Configs.Resource, Result<Done>>> alterConfigs(
            Map<Configs.Resource, List<Configs.Change>> changes, boolean validateOnly) {
        return ask(ConfigQuestions.alter(changes, validateOnly), changes.keySet());
    }

    /** What has settings of its own, of these kinds; of all kinds if there are none. */
    public Eventual<List<Configs.Resource>> listConfigResources(Set<Configs.Kind> kinds) {
        return askOne(ConfigQuestions.list(), Set.copyOf(kinds));
    }

    // Brokers

    public Eventual<ClusterDescription> describeCluster() {
        Eventual<ClusterDescription> described = askOne(BrokerQuestions.cluster(), "the cluster");
        return orIfUnsupported(
                described,
                () -> cluster.refresh()
                        .map(view -> new ClusterDescription(
                                view.clusterId(),
                                view.controllerId(),
                                view.brokers().values().stream()
                                        .sorted(Comparator.comparingInt(Broker::id))
                                        .map(broker -> new DescribedBroker(broker, false))
                                        .toList())));
    }

    /** The log directories of brokers, with these partitions in them; null for all that are there. */
    public Eventual<Map<Integer, Result<List<LogDirs.Directory>>>> describeLogDirs(
            Collection<Integer> brokers, @Nullable Collection<TopicPartition> partitions) {
        return ask(BrokerQuestions.logDirs(partitions), brokers);
    }

    /**
     * A broker does not belong to the cluster any more. One that runs stops; the replicas it has stay assigned to it.
     */
    public Eventual<Done> unregisterBroker(int id) {
        return askOne(QuorumQuestions.unregister(), id);
    }

    // Replicas

    /**
     * How the replicas of a topic's partitions stand, in their order.
     *
     * @return fails with {@link ClientError.Unsupported} if the broker is too old to tell who is eligible (KIP-966)
     */
    public Eventual<List<Replicas.State>> describeReplicas(String topic) {
        return replicaStates(topic, 0, List.of());
    }

    private Eventual<List<Replicas.State>> replicaStates(String topic, int first, List<Replicas.State> before) {
        return askOne(ReplicaQuestions.states(), new TopicPartition(topic, first))
                .flatMap(page -> {
                    List<Replicas.State> all = new ArrayList<>(before);
                    all.addAll(page.states());
                    return page.next().isPresent()
                            ? replicaStates(topic, page.next().getAsInt(), all)
                            : Eventual.of(List.copyOf(all));
                });
    }

    /**
     * Has leaders elected.
     *
     * @param partitions null for all that have another leader than they should
     * @return what came of each; where nothing was to be done, {@code ELECTION_NOT_NEEDED}, or nothing if all were
     *     meant
     */
    public Eventual<Map<TopicPartition, Result<Done>>> electLeaders(
            Replicas.Election election, @Nullable Collection<TopicPartition> partitions) {
        return askOne(ReplicaQuestions.elect(election, partitions, timeoutMs()), "partitions");
    }

    /**
     * Gives partitions other replicas, the preferred leader first, or cancels that where none are given. Done when it
     * is agreed on; {@link #listReassignments} tells what is still under way.
     *
     * @param allowOtherFactor whether a partition may get another number of replicas than it had
     */
    public Eventual<Map<TopicPartition, Result<Done>>> alterReassignments(
            Map<TopicPartition, Optional<List<Integer>>> targets, boolean allowOtherFactor) {
        return ask(ReplicaQuestions.reassign(targets, allowOtherFactor, timeoutMs()), targets.keySet());
    }

    /** The partitions that are getting other replicas. */
    public Eventual<Map<TopicPartition, Replicas.Reassignment>> listReassignments() {
        return askOne(ReplicaQuestions.reassignments(timeoutMs()), "reassignments");
    }

    // Quorum

    public Eventual<MetadataQuorum> describeQuorum() {
        return askOne(QuorumQuestions.describe(), "the metadata quorum");
    }

    /** Gives a node a vote in the metadata quorum (KIP-853); done when it has it. */
    public Eventual<Done> addVoter(MetadataQuorum.NewVoter voter) {
        return askOne(QuorumQuestions.addVoter(timeoutMs()), voter);
    }

    /** Takes a node's vote away (KIP-853); done when it has none any more. */
    public Eventual<Done> removeVoter(int nodeId, Uuid directoryId) {
        return askOne(QuorumQuestions.removeVoter(directoryId), nodeId);
    }

    // Groups

    /** Asks every broker for the groups that it coordinates; no states stand for all, and so do no types. */
    public Eventual<Groups.Listings> listGroups(Set<String> states, Set<String> types) {
        return cluster.refresh()
                .flatMap(view -> ask(
                        GroupQuestions.list(states, types),
                        view.brokers().keySet().stream().sorted().toList()))
                .map(byBroker -> {
                    List<Groups.Listing> groups = new ArrayList<>();
                    Map<Integer, ClientError> failed = new LinkedHashMap<>();
                    byBroker.forEach((broker, result) -> {
                        switch (result) {
                            case Result.Success<List<Groups.Listing>>(var some) -> groups.addAll(some);
                            case Result.Failure<List<Groups.Listing>>(ClientError error) -> failed.put(broker, error);
                        }
                    });
                    groups.sort(Comparator.comparing(Groups.Listing::id));
                    return new Groups.Listings(groups, failed);
                });
    }

    /** Describes groups of consumers, old and new, share groups, streams groups, and classic groups of others. */
    public Eventual<Map<String, Result<Groups.Description>>> describeGroups(Collection<String> groups) {
        Function<String, Broker> coordinator = group ->
                cluster.coordinators().known(group).orElse(new Broker(Offsets.UNKNOWN, new Endpoint("", 0), null));
        return ask(GroupQuestions.describeConsumer(coordinator), groups)
                .flatMap(known -> describeOthers(ShareGroupQuestions.describe(coordinator), known))
                .flatMap(known -> describeOthers(GroupQuestions.describeStreams(coordinator), known))
                .flatMap(known -> describeOthers(GroupQuestions.describeClassic(coordinator), known));
    }

    /** Asks about those that are of another type than they were asked for. */
    private <R extends Response> Eventual<Map<String, Result<Groups.Description>>> describeOthers(
            Question<String, Groups.Description, R> question, Map<String, Result<Groups.Description>> known) {
        Set<String> others = known.entrySet().stream()
                .filter(entry -> mayBeOther(entry.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
        return ask(question, others).map(found -> {
            Map<String, Result<Groups.Description>> all = new LinkedHashMap<>(known);
            all.putAll(found);
            return all;
        });
    }

    private static boolean mayBeOther(Result<Groups.Description> result) {
        return result instanceof Result.Failure<Groups.Description>(ClientError error)
                && switch (error) {
                    case ClientError.Unsupported _ -> true;
                    case ClientError.Refused(ErrorCode code, String _) ->
                        code == ErrorCode.GROUP_ID_NOT_FOUND || code == ErrorCode.UNSUPPORTED_VERSION;
                    case ClientError.TimedOut _,
                            ClientError.Invalid _,
                            ClientError.BufferFull _,
                            ClientError.NoOffset _,
                            ClientError.Closed _ -> false;
                };
    }

    public Eventual<Map<String, Result<Done>>> deleteGroups(Collection<String> groups) {
        return ask(GroupQuestions.delete(), groups);
    }

    /** What a group has committed for these partitions, or for all if they are null. */
    public Eventual<Map<TopicPartition, Result<Offsets.Committed>>> groupOffsets(
            String group, @Nullable Collection<TopicPartition> partitions) {
        return askOne(OffsetQuestions.committed(partitions, false), group);
    }

    /** Sets a group's offsets. Refused while the group has members. */
    public Eventual<Map<TopicPartition, Result<Done>>> alterGroupOffsets(
            String group, Map<TopicPartition, Offsets.Committed> offsets) {
        return ask(OffsetQuestions.commit(OffsetQuestions.Committer.outside(group), offsets), offsets.keySet());
    }

    /** Forgets a group's offsets. Refused for topics to which members are subscribed. */
    public Eventual<Map<TopicPartition, Result<Done>>> deleteGroupOffsets(
            String group, Collection<TopicPartition> partitions) {
        return ask(OffsetQuestions.delete(group), partitions);
    }

    /** How far a share group has come, in all partitions that it reads. */
    public Eventual<Map<TopicPartition, Result<Groups.SharePosition>>> shareGroupOffsets(String group) {
        return askOne(ShareGroupQuestions.positions(), group);
    }

    /** Lets a share group begin somewhere else. Refused while the group has members. */
    public Eventual<Map<TopicPartition, Result<Done>>> alterShareGroupOffsets(
            String group, Map<TopicPartition, Long> starts) {
        return ask(ShareGroupQuestions.alter(group, Map.copyOf(starts)), starts.keySet());
    }

    /** Lets a share group forget how far it has come in topics. Refused while the group has members. */
    public Eventual<Map<String, Result<Done>>> deleteShareGroupOffsets(String group, Collection<String> topics) {
        return ask(ShareGroupQuestions.delete(group), topics);
    }

    /** Removes members from a classic group; the broker writes the reason into its log. */
    public Eventual<Map<Groups.Leaver, Result<Done>>> removeMembers(
            String group, Collection<Groups.Leaver> members, String reason) {
        return ask(GroupQuestions.remove(group, reason), members);
    }

    // Transactions

    /** Asks every broker for the transactional ids that it coordinates. */
    public Eventual<Transactions.Listings> listTransactions(Transactions.Filter filter) {
        return cluster.refresh()
                .flatMap(view -> ask(
                        TransactionQuestions.list(filter),
                        view.brokers().keySet().stream().sorted().toList()))
                .map(byBroker -> {
                    List<Transactions.Listing> transactions = new ArrayList<>();
                    Map<Integer, ClientError> failed = new LinkedHashMap<>();
                    byBroker.forEach((broker, result) -> {
                        switch (result) {
                            case Result.Success<List<Transactions.Listing>>(var some) -> transactions.addAll(some);
                            case Result.Failure<List<Transactions.Listing>>(ClientError error) ->
                                failed.put(broker, error);
                        }
                    });
                    transactions.sort(Comparator.comparing(Transactions.Listing::transactionalId));
                    return new Transactions.Listings(transactions, failed);
                });
    }

    public Eventual<Map<String, Result<Transactions.Description>>> describeTransactions(
            Collection<String> transactionalIds) {
        return ask(
                TransactionQuestions.describe(id -> cluster.coordinators()
                        .known(Coordinators.Kind.TRANSACTION, id)
                        .map(Broker::id)
                        .orElse(Offsets.UNKNOWN)),
                transactionalIds);
    }

    /** The producers that partitions remember, with their open transactions (KIP-664). */
    public Eventual<Map<TopicPartition, Result<List<Transactions.ActiveProducer>>>> describeProducers(
            Collection<TopicPartition> partitions) {
        return ask(TransactionQuestions.producers(), partitions);
    }

    /**
     * Ends a transaction in one partition without its coordinator, for one that the coordinator does not know of any
     * more (KIP-664).
     */
    public Eventual<Done> abortTransaction(Transactions.Abort abort) {
        return askOne(TransactionQuestions.abort(), abort);
    }

    /** Aborts what producers with these transactional ids have under way, and lets them write no more (KIP-588). */
    public Eventual<Map<String, Result<Transactions.Fenced>>> fenceProducers(Collection<String> transactionalIds) {
        return ask(TransactionQuestions.fence(timeoutMs()), transactionalIds);
    }

    private <K, V, R extends Response> Eventual<Map<K, Result<V>>> ask(Question<K, V, R> question, Collection<K> keys) {
        return cluster.ask(
                question, List.copyOf(keys), cluster.settings().timeouts().operation());
    }

    private <K, V, R extends Response> Eventual<V> askOne(Question<K, V, R> question, K key) {
        return cluster.askOne(question, key, cluster.settings().timeouts().operation());
    }

    private static <T> Eventual<T> orIfUnsupported(
            Eventual<T> first, java.util.function.Supplier<Eventual<T>> otherwise) {
        Eventual<T> chosen = new Eventual<>();
        first.then(outcome -> {
            if (outcome instanceof Result.Failure<T>(ClientError.Unsupported _)) {
                otherwise.get().then(chosen::settle);
            } else {
                chosen.settle(outcome);
            }
        });
        return chosen;
    }

    private Duration requestTimeout() {
        return cluster.settings().timeouts().request();
    }

    /** How long the broker may take; it answers before we give the connection up. */
    private int timeoutMs() {
        return (int) requestTimeout().toMillis();
    }
}
