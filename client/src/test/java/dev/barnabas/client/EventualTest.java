package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EventualTest {

    private static final ClientError ERROR = new ClientError.Invalid("no");

    @Test
    void observersAreToldInOrderWhenItIsSettledAndAtOnceAfterwards() {
        Eventual<String> eventual = new Eventual<>();
        List<String> told = new ArrayList<>();
        eventual.then(outcome -> told.add("first " + outcome.orThrow()));
        eventual.then(outcome -> told.add("second " + outcome.orThrow()));
        assertThat(told).isEmpty();

        eventual.succeed("x");
        eventual.then(outcome -> told.add("third " + outcome.orThrow()));

        assertThat(told).containsExactly("first x", "second x", "third x");
    }

    @Test
    void onlyTheFirstOutcomeCounts() {
        Eventual<String> eventual = new Eventual<>();
        eventual.succeed("x");
        eventual.fail(ERROR);

        assertThat(eventual.result()).contains(Result.success("x"));
    }

    @Test
    void aChainEndsAtTheFirstFailure() {
        List<String> reached = new ArrayList<>();

        Eventual<Integer> chained = Eventual.<String>failed(ERROR).flatMap(value -> {
            reached.add(value);
            return Eventual.of(1);
        });

        assertThat(chained.result()).contains(Result.failure(ERROR));
        assertThat(reached).isEmpty();
    }

    @Test
    void allKeepsTheOrderOfTheOperationsWhateverEndsFirst() {
        Eventual<String> one = new Eventual<>();
        Eventual<String> two = new Eventual<>();
        Eventual<List<Result<String>>> all = Eventual.all(List.of(one, two));

        two.fail(ERROR);
        assertThat(all.isSettled()).isFalse();
        one.succeed("1");

        assertThat(all.result().orElseThrow().orThrow()).containsExactly(Result.success("1"), Result.failure(ERROR));
    }
}
