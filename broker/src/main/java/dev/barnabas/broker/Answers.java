package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects answers that come one by one until all are there or the time is up, in the order in which they were asked
 * for. Owned by one loop.
 *
 * @param <A> an answer
 */
final class Answers<A> {

    private final Loop loop;
    private final List<A> answers = new ArrayList<>();
    /** One more than are expected, until everything has been asked. */
    private int missing = 1;

    private @Nullable Consumer<List<A>> then;
    private Loop.@Nullable Timer timer;

    Answers(Loop loop) {
        this.loop = loop;
    }

    /** A place whose answer is known already. */
    void known(A answer) {
        answers.add(answer);
    }

    /**
     * A place whose answer is still to come.
     *
     * @param whenLate stands in for it when the time is up
     * @return where to give the answer, once, on the loop
     */
    Consumer<A> expect(A whenLate) {
        int place = answers.size();
        answers.add(whenLate);
        missing++;
        return answer -> {
            loop.requireCurrent();
            answers.set(place, answer);
            arrived();
        };
    }

    /** Everything has been asked; {@code whenAll} gets the answers, perhaps before this returns. */
    void await(Consumer<List<A>> whenAll) {
        then = whenAll;
        arrived();
    }

    /** The same, but waits no longer than that; what comes later is passed over. */
    void await(int timeoutMs, Consumer<List<A>> whenAllOrLate) {
        if (missing > 1) {
            timer = loop.schedule(Duration.ofMillis(Math.max(0, timeoutMs)), this::finish);
        }
        await(whenAllOrLate);
    }

    private void arrived() {
        if (--missing == 0) {
            finish();
        }
    }

    private void finish() {
        Consumer<List<A>> waiting = then;
        if (waiting != null) {
            then = null;
            if (timer != null) {
                timer.cancel();
            }
            waiting.accept(List.copyOf(answers));
        }
    }
}
