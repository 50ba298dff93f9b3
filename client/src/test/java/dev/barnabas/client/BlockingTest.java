package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.host.Loop;
import dev.barnabas.host.live.LiveHost;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** The facade is the one part that has to do with threads, so it is tested on a live loop. */
final class BlockingTest {

    @Test
    void anOperationRunsOnTheLoopAndItsOutcomeComesBack() {
        try (LiveHost host = LiveHost.builder().loops(1).build()) {
            Loop loop = host.loops().getFirst();
            Blocking blocking = new Blocking(loop);

            assertThat(blocking.get(() -> Eventual.of(loop.isCurrent()))).isTrue();
            assertThatThrownBy(() -> blocking.get(() -> Eventual.failed(new ClientError.Invalid("no"))))
                    .isInstanceOf(ClientException.class)
                    .hasMessage("no");
        }
    }

    @Test
    void aLoopCannotWaitForItself() {
        try (LiveHost host = LiveHost.builder().loops(1).build()) {
            Blocking blocking = new Blocking(host.loops().getFirst());

            Throwable refused =
                    blocking.get(() -> Eventual.of(Assertions.catchThrowable(() -> blocking.get(Eventual::done))));

            assertThat(refused).hasMessage("a loop must not wait for itself");
        }
    }
}
