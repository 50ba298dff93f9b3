package dev.barnabas.metadata;

/**
 * What somebody wants to be changed. One for each resource: a request for several topics is several wishes. Those that
 * are about many partitions at once, such as {@link BrokerHeartbeat}, are one, and one entry of the log.
 *
 * @param <A> what is answered when the wish is granted
 */
public sealed interface Wish<A>
        permits AddPartitions,
                AllocateProducerIds,
                AlterPartition,
                AlterQuotas,
                AlterReassignments,
                AlterSettings,
                AssignReplicas,
                BalanceLeaders,
                BrokerHeartbeat,
                CreateTopic,
                DeleteTopic,
                ElectLeaders,
                FenceBroker,
                RegisterBroker,
                ReplaceSettings,
                StartCluster,
                UnregisterBroker,
                UpdateFeatures {

    /**
     * Settles all that is open and says which change grants the wish, or why it is not granted. Nothing is changed.
     *
     * @param image what the plan is good for
     */
    Plan<A> plan(ClusterImage image, Controller controller);
}
