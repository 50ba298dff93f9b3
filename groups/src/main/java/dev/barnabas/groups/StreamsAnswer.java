package dev.barnabas.groups;

import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse;
import java.util.List;

/**
 * What a member of a streams group is answered, and what is left to do for it.
 *
 * @param missing internal topics that the application needs and that have to be created
 */
public record StreamsAnswer(StreamsGroupHeartbeatResponse response, List<InternalTopic> missing) {
    public StreamsAnswer {
        missing = List.copyOf(missing);
    }

    static StreamsAnswer of(StreamsGroupHeartbeatResponse response) {
        return new StreamsAnswer(response, List.of());
    }
}
