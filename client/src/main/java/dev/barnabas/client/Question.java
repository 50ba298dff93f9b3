package dev.barnabas.client;

import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Response;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One kind of request about many things: who has to be asked about each, how to ask, and how to read the answer.
 * {@link Scatter} carries it out.
 *
 * @param name what is being done, for messages: "create topic"
 * @param route who knows about a thing
 * @param keysPerRequest how many things fit into one request
 * @param retriable refusals after which it is worth asking again
 * @param call asks about these things
 * @param read finds in the answer what has become of each thing
 */
record Question<K, V, R extends Response>(
        String name,
        Function<K, Route> route,
        int keysPerRequest,
        Predicate<ErrorCode> retriable,
        Function<List<K>, Call<R>> call,
        BiConsumer<Answer<R>, Outcomes<K, V>> read) {

    /** Refusals of changes to the cluster that say nothing about the change itself. */
    private static final Set<ErrorCode> TRY_ANOTHER =
            Set.of(ErrorCode.NOT_CONTROLLER, ErrorCode.THROTTLING_QUOTA_EXCEEDED, ErrorCode.BROKER_NOT_AVAILABLE);

    /** A question whose retriable refusals are those that Kafka calls so. */
    static <K, V, R extends Response> Question<K, V, R> of(
            String name,
            Function<K, Route> route,
            Function<List<K>, Call<R>> call,
            BiConsumer<Answer<R>, Outcomes<K, V>> read) {
        return new Question<>(name, route, Integer.MAX_VALUE, ErrorCode::retriable, call, read);
    }

    /** The same for requests that are about one thing each. */
    Question<K, V, R> oneByOne() {
        return new Question<>(name, route, 1, retriable, call, read);
    }

    /** The same for changes, where UNKNOWN_TOPIC_OR_PARTITION or a timeout are final: the caller must know. */
    Question<K, V, R> finalUnlessMisdirected() {
        return new Question<>(name, route, keysPerRequest, TRY_ANOTHER::contains, call, read);
    }

    /** Who has to be asked. */
    sealed interface Route {

        /** Every broker knows. */
        record Anyone() implements Route {}

        /** The controller, or a broker that asks it. */
        record Controller() implements Route {}

        /** This broker and no other. */
        record Node(int id) implements Route {}

        record LeaderOf(TopicPartition partition) implements Route {}

        /** Who coordinates a group, or a transactional id. */
        record CoordinatorOf(Coordinators.Kind kind, String key) implements Route {
            CoordinatorOf(String group) {
                this(Coordinators.Kind.GROUP, group);
            }
        }

        static Route transactionCoordinatorOf(String transactionalId) {
            return new CoordinatorOf(Coordinators.Kind.TRANSACTION, transactionalId);
        }
    }

    /** Where the reader of an answer puts what it finds. */
    interface Outcomes<K, V> {

        /** What the request was about. */
        List<K> keys();

        void done(K key, V value);

        void failed(K key, ClientError error);

        /** An error code, which may be one after which to ask again; and the broker's message if it has sent one. */
        void refused(K key, short code, @Nullable String message);

        /** {@link #done} or {@link #refused}, depending on the code. */
        default void outcome(K key, short code, @Nullable String message, java.util.function.Supplier<V> value) {
            if (code == ErrorCode.NONE.code()) {
                done(key, value.get());
            } else {
                refused(key, code, message);
            }
        }

        /** The same error for everything that was asked. */
        default void allRefused(short code, @Nullable String message) {
            keys().forEach(key -> refused(key, code, message));
        }
    }
}
