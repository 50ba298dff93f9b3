package dev.barnabas.broker;

import dev.barnabas.groups.SharePlace;
import dev.barnabas.groups.ShareStates;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.share.ShareCoordinator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks the share coordinators for the groups that are coordinated here: one request to each broker that coordinates
 * some of the partitions, or none if that is this one. Each loop asks on connections of its own.
 */
final class ShareStateRequests implements ShareStates {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

    private final Node node;
    private final ShareCoordinator here;
    private final List<BrokerConnections> byLoop = new ArrayList<>();
    private @Nullable TopicCreation creation;

    /** @param connections makes the connections of a loop that are used for this only */
    ShareStateRequests(Node node, ShareCoordinator here, Function<Loop, BrokerConnections> connections) {
        this.node = node;
        this.here = here;
        node.shares().forEach(share -> byLoop.add(connections.apply(share.loop())));
    }

    /** Before the first request: what makes the topic that states are stored in. */
    void use(TopicCreation topics) {
        creation = topics;
    }

    /** The loop ends: nobody is asked any more. On that loop. */
    void stop(LoopShare share) {
        byLoop.get(share.index()).close();
    }

    /**
     * What is asked of share coordinators.
     *
     * @param request about some places
     * @param here how this node's own coordinator is asked
     * @param answers what is said about each place
     */
    record Question<Q extends Request, S extends Response, A>(
            Function<NavigableSet<SharePlace>, Q> request,
            Function<Q, Call<S>> call,
            Here<Q, S> here,
            Function<S, NavigableMap<SharePlace, A>> answers,
            Function<ErrorCode, A> refusal) {

        /** Asks the coordinator of this node. */
        @FunctionalInterface
        interface Here<Q, S> {
            void ask(Q request, Loop loop, Consumer<S> then);
        }
    }

    @Override
    public void initialize(
            String groupId,
            int stateEpoch,
            NavigableMap<SharePlace, Long> starts,
            Loop loop,
            Consumer<NavigableMap<SharePlace, ErrorCode>> then) {
        NavigableSet<SharePlace> places = new TreeSet<>(starts.keySet());
        TopicCreation topics = creation;
        if (topics == null) {
            throw new IllegalStateException("asked before everything was put together");
        }
        Runnable ask = () ->
                ask(groupId, places, ShareStateQuestions.initialize(groupId, stateEpoch, starts, here), loop, then);
        if (node.image().topic(Topic.SHARE_GROUP_STATE).isPresent()) {
            ask.run();
        } else {
            topics.createInternal(Topic.SHARE_GROUP_STATE, loop, error -> {
                if (error == ErrorCode.NONE) {
                    ask.run();
                } else {
                    then.accept(all(places, ErrorCode.COORDINATOR_NOT_AVAILABLE));
                }
            });
        }
    }

    @Override
    public void delete(
            String groupId,
            NavigableSet<SharePlace> places,
            Loop loop,
            Consumer<NavigableMap<SharePlace, ErrorCode>> then) {
        if (node.image().topic(Topic.SHARE_GROUP_STATE).isEmpty()) {
            then.accept(all(places, ErrorCode.NONE));
        } else {
            ask(groupId, places, ShareStateQuestions.delete(groupId, here), loop, then);
        }
    }

    @Override
    public void summarize(
            String groupId,
            NavigableSet<SharePlace> places,
            Loop loop,
            Consumer<NavigableMap<SharePlace, Summary>> then) {
        ask(groupId, places, ShareStateQuestions.summarize(groupId, here), loop, then);
    }

    @Override
    public void ends(NavigableSet<SharePlace> places, Loop loop, Consumer<NavigableMap<SharePlace, Long>> then) {
        ClusterImage image = node.image();
        NavigableMap<Integer, NavigableSet<SharePlace>> byLeader = new TreeMap<>();
        for (SharePlace place : places) {
            image.topic(place.topicId())
                    .flatMap(topic -> topic.partition(place.partition()))
                    .filter(partition -> partition.leader() != dev.barnabas.metadata.Partition.NO_LEADER)
                    .ifPresent(partition -> byLeader.computeIfAbsent(partition.leader(), _ -> new TreeSet<>())
                            .add(place));
        }
        Together<Long> together = new Together<>(byLeader.size(), then);
        byLeader.forEach((leader, some) -> {
            if (leader == node.id()) {
                ShareStateQuestions.endsHere(node, some, loop, together::add);
            } else {
                askBroker(leader, some, ShareStateQuestions.ends(image), loop, together);
            }
        });
        together.allAsked();
    }

    private <Q extends Request, S extends Response, A> void ask(
            String groupId,
            NavigableSet<SharePlace> places,
            Question<Q, S, A> question,
            Loop loop,
            Consumer<NavigableMap<SharePlace, A>> then) {
        NavigableMap<Integer, NavigableSet<SharePlace>> byCoordinator = new TreeMap<>();
        for (SharePlace place : places) {
            byCoordinator
                    .computeIfAbsent(coordinatorOf(groupId, place), _ -> new TreeSet<>())
                    .add(place);
        }
        Together<A> together = new Together<>(byCoordinator.size(), answers -> {
            // Whoever has left something out has not done it.
            places.forEach(place ->
                    answers.computeIfAbsent(place, _ -> question.refusal.apply(ErrorCode.UNKNOWN_SERVER_ERROR)));
            then.accept(answers);
        });
        byCoordinator.forEach((broker, some) -> {
            if (broker == node.id()) {
                question.here.ask(
                        question.request.apply(some), loop, response -> together.add(question.answers.apply(response)));
            } else if (broker == dev.barnabas.metadata.Partition.NO_LEADER) {
                together.add(all(some, question.refusal.apply(ErrorCode.COORDINATOR_NOT_AVAILABLE)));
            } else {
                askBroker(broker, some, question, loop, together);
            }
        });
        together.allAsked();
    }

    private int coordinatorOf(String groupId, SharePlace place) {
        Optional<Topic> topic = node.image().topic(Topic.SHARE_GROUP_STATE);
        if (topic.isEmpty()) {
            return dev.barnabas.metadata.Partition.NO_LEADER;
        }
        int count = topic.get().partitions().size();
        int partition = ShareCoordinator.partitionOf(groupId, place.topicId(), place.partition(), count);
        return topic.get().partitions().get(partition).leader();
    }

    private <Q extends Request, S extends Response, A> void askBroker(
            int broker, NavigableSet<SharePlace> places, Question<Q, S, A> question, Loop loop, Together<A> together) {
        Call<S> call = question.call.apply(question.request.apply(places));
        byLoop.get(node.share(loop).index()).ask(broker, call, ANSWER_LIMIT, new Reply<>() {
            @Override
            public void answered(Answer<S> answer) {
                together.add(question.answers.apply(answer.response()));
            }

            @Override
            public void failed(PeerFault fault) {
                together.add(all(places, question.refusal.apply(ErrorCode.COORDINATOR_NOT_AVAILABLE)));
            }
        });
    }

    static <A> NavigableMap<SharePlace, A> all(NavigableSet<SharePlace> places, A answer) {
        NavigableMap<SharePlace, A> all = new TreeMap<>();
        places.forEach(place -> all.put(place, answer));
        return all;
    }

    /** What several brokers say, put together. Owned by the loop that asks. */
    private static final class Together<A> {
        private final NavigableMap<SharePlace, A> answers = new TreeMap<>();
        private final Consumer<NavigableMap<SharePlace, A>> then;
        /** One more until all have been asked. */
        private int missing;

        private Together(int brokers, Consumer<NavigableMap<SharePlace, A>> then) {
            this.missing = brokers + 1;
            this.then = then;
        }

        private void add(Map<SharePlace, A> some) {
            answers.putAll(some);
            one();
        }

        private void allAsked() {
            one();
        }

        private void one() {
            if (--missing == 0) {
                then.accept(answers);
            }
        }
    }
}
