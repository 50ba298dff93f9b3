package dev.barnabas.groups;

import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;

/** What a member of a streams group is told beside its tasks: what is wrong, or what it waits for. */
final class StreamsStatus {
    private static final int MISSING_TAGS_SINCE = 1;

    private static final byte STALE_TOPOLOGY = 0;
    private static final byte SHUTDOWN_APPLICATION = 4;
    private static final byte ASSIGNMENT_DELAYED = 5;
    private static final byte MISSING_CLIENT_TAGS = 6;

    private StreamsStatus() {}

    /** @param waits whether an assignment is delayed */
    static List<Status> of(StreamsDraft draft, String memberId, int version, boolean waits) {
        List<Status> status = new ArrayList<>();
        StreamsMember member = draft.member(memberId).orElseThrow();
        ConfiguredTopology configured = draft.configured();
        if (member.topologyEpoch() < configured.epoch()) {
            status.add(new Status(
                    STALE_TOPOLOGY,
                    "The member's topology epoch " + member.topologyEpoch() + " is behind the group's topology epoch "
                            + configured.epoch() + "."));
        }
        if (waits) {
            boolean isFirst = draft.memory().delayedUntilMs() > 0;
            status.add(new Status(
                    ASSIGNMENT_DELAYED,
                    "Assignment delayed due to the configured "
                            + (isFirst ? "initial rebalance delay." : "assignment interval.")));
        }
        var problem = configured.problem();
        if (problem != null) {
            status.add(new Status(problem.code(), problem.detail()));
        }
        String shutdownBy = draft.memory().shutdownBy();
        if (shutdownBy != null) {
            status.add(new Status(
                    SHUTDOWN_APPLICATION,
                    "Streams group member " + shutdownBy
                            + " encountered a fatal error and requested a shutdown for the entire application."));
        }
        if (version >= MISSING_TAGS_SINCE && draft.settings().standbyReplicas() > 0) {
            missingTags(draft.settings(), member.tags()).ifPresent(status::add);
        }
        return status;
    }

    private static Optional<Status> missingTags(StreamsSettings settings, NavigableMap<String, String> tags) {
        List<String> missing = settings.rackTags().stream()
                .filter(tag -> !tags.containsKey(tag))
                .toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(new Status(
                        MISSING_CLIENT_TAGS,
                        "Missing required client tags for rack-aware standby assignment: " + missing
                                + ". Configure them via 'client.tag.<tagKey>' in your Streams config."));
    }
}
