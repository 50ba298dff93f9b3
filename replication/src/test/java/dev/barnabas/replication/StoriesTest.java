package dev.barnabas.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The known hard cases, as texts beside this class. */
final class StoriesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kip-101-truncation",
                "kip-279-fast-failover",
                "fenced-zombie-leader",
                "suspended-leader",
                "stale-alter-partition",
                "unclean-election",
                "too-far-behind",
                "power-loss-of-the-leader",
                "lost-disk-with-the-same-id",
                "one-slow-follower",
                "too-few-in-sync",
                "transactions",
                "transaction-cut-off"
            })
    void itGoesAsTold(String name) throws IOException {
        String text;
        try (InputStream in = StoriesTest.class.getResourceAsStream(name + ".txt")) {
            if (in == null) {
                throw new IOException("no story " + name);
            }
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(new Story().play(text)).isEqualTo(text);
    }
}
