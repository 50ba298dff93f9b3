package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;

/** Begins a cluster. Answered with its id. */
record StartCluster() implements Wish<String> {

    @Override
    public Plan<String> plan(ClusterImage image, Controller controller) {
        if (!image.clusterId().isEmpty()) {
            return Plan.refuse(ErrorCode.INVALID_REQUEST, "the cluster " + image.clusterId() + " has been started");
        }
        String id = controller.newId().toString();
        return Plan.change(new Change.ClusterStarted(id, Feature.ofNewCluster()), id);
    }
}
