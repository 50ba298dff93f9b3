package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.replication.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks any number of partitions something on the loops that own them, and collects the answers, in the order of the
 * questions, on the loop of who asks. Owned by that loop.
 *
 * @param <A> an answer
 */
final class AskPartitions<A> {

    private final Node node;
    private final Loop home;
    private final List<@Nullable A> answers = new ArrayList<>();
    private final List<Runnable> questions = new ArrayList<>();
    private int missing;
    private @Nullable Consumer<List<A>> then;

    AskPartitions(Node node, Loop home) {
        this.node = node;
        this.home = home;
    }

    /** A place whose answer is known already. */
    void answered(A answer) {
        answers.add(answer);
    }

    /** A place whose answer a partition gives; it is asked by {@link #ask}. */
    void question(Uuid topicId, int index, Question<A> question) {
        int place = answers.size();
        answers.add(null);
        LoopShare owner = node.share(node.ownerOf(topicId, index));
        questions.add(() -> node.run(
                owner.loop(),
                () -> question.ask(
                        leading(owner.partitions().find(topicId, index)),
                        answer -> node.run(home, () -> take(place, answer)))));
    }

    private static @Nullable Partition leading(@Nullable Partition partition) {
        return partition != null && partition.leads() ? partition : null;
    }

    /** Asks all; {@code whenAll} gets the answers, perhaps before this returns. */
    void ask(Consumer<List<A>> whenAll) {
        then = whenAll;
        missing = questions.size() + 1;
        questions.forEach(Runnable::run);
        takeOne();
    }

    private void take(int place, A answer) {
        answers.set(place, answer);
        takeOne();
    }

    private void takeOne() {
        if (--missing == 0 && then != null) {
            List<A> all = new ArrayList<>(answers.size());
            for (A answer : answers) {
                if (answer == null) {
                    throw new IllegalStateException("a question was not answered");
                }
                all.add(answer);
            }
            then.accept(all);
        }
    }

    /** Runs on the partition's loop. */
    @FunctionalInterface
    interface Question<A> {

        /**
         * @param partition null if it is not led here
         * @param answer to be called once on the partition's loop, now or later
         */
        void ask(@Nullable Partition partition, Consumer<A> answer);
    }
}
