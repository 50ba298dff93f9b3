package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

final class KeyHashTest {

    private static final long SEED = 20_260_101;

    @Test
    void hashesLikeTheOfficialClient() {
        Random random = new Random(SEED);
        for (int length = 0; length < 300; length++) {
            byte[] key = new byte[length];
            random.nextBytes(key);

            assertThat(KeyHash.murmur2(ByteBuffer.wrap(key)))
                    .as("seed %d, length %d", SEED, length)
                    .isEqualTo(Utils.murmur2(key));
        }
    }

    @Test
    void putsAKeyIntoTheSamePartitionAsTheOfficialClient() {
        Random random = new Random(SEED);
        for (int i = 0; i < 1_000; i++) {
            byte[] key = new byte[random.nextInt(40)];
            random.nextBytes(key);
            int partitions = 1 + random.nextInt(1_000);

            assertThat(KeyHash.partition(ByteBuffer.wrap(key), partitions))
                    .isEqualTo(BuiltInPartitioner.partitionForKey(key, partitions));
        }
    }

    @Test
    void looksAtTheBytesFromPositionToLimitOnly() {
        byte[] key = {1, 2, 3, 4, 5, 6, 7};
        ByteBuffer within = ByteBuffer.allocate(20).position(5).put(key).flip().position(5);

        assertThat(KeyHash.murmur2(within)).isEqualTo(Utils.murmur2(key));
        assertThat(within.position()).isEqualTo(5);
    }
}
