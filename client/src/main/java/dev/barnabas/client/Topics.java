package dev.barnabas.client;

import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Map;

/** What one can say about topics to create, and is told about them. */
public final class Topics {

    private Topics() {}

    /**
     * A topic to create.
     *
     * @param partitions how many, or -1: as many as the brokers do by default
     * @param replicationFactor how many replicas each has, or -1 likewise
     * @param replicas for each partition the brokers that hold it, the preferred leader first; empty: the cluster
     *     places them. If it is not empty it decides over the two numbers
     * @param configs settings that differ from the brokers' defaults
     */
    public record New(
            String name,
            int partitions,
            int replicationFactor,
            Map<Integer, List<Integer>> replicas,
            Map<String, String> configs) {

        public New {
            replicas = Map.copyOf(replicas);
            configs = Map.copyOf(configs);
        }

        public static New of(String name, int partitions, int replicationFactor) {
            return new New(name, partitions, replicationFactor, Map.of(), Map.of());
        }

        /** With the numbers of partitions and replicas that the brokers choose. */
        public static New of(String name) {
            return of(name, -1, -1);
        }

        public New withConfigs(Map<String, String> newConfigs) {
            return new New(name, partitions, replicationFactor, replicas, newConfigs);
        }
    }

    /**
     * A topic that was created.
     *
     * @param id {@link Uuid#ZERO} if the broker is too old to tell
     * @param partitions -1 if the broker is too old to tell, like {@code replicationFactor}
     * @param configs all its settings, if the broker tells
     */
    public record Created(Uuid id, int partitions, int replicationFactor, List<Configs.Entry> configs) {
        public Created {
            configs = List.copyOf(configs);
        }
    }

    /**
     * More partitions for a topic.
     *
     * @param count how many it shall have then
     * @param replicas for each partition that is new, in order, the brokers that hold it; empty: the cluster places
     *     them
     */
    public record NewPartitions(int count, List<List<Integer>> replicas) {
        public NewPartitions {
            replicas = List.copyOf(replicas);
        }

        public static NewPartitions upTo(int count) {
            return new NewPartitions(count, List.of());
        }
    }
}
