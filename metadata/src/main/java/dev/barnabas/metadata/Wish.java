package dev.barnabas.metadata;

/**
 * What somebody wants to be changed. One for each resource: a request for several topics is several wishes.
 *
 * @param <A> what is answered when the wish is granted
 */
public sealed interface Wish<A>
        permits AddPartitions,
                AllocateProducerIds,
                AlterSettings,
                AssignReplicas,
                CreateTopic,
                DeleteTopic,
                RegisterBroker,
                ReplaceSettings,
                StartCluster,
                UpdateFeatures {

    /**
     * Settles all that is open and says which change grants the wish, or why it is not granted. Nothing is changed.
     *
     * @param image what the plan is good for
     */
    Plan<A> plan(ClusterImage image, Controller controller);
}
