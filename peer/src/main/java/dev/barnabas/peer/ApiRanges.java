package dev.barnabas.peer;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.ApiVersionsResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Which versions of which APIs the other side speaks. Immutable. APIs that we do not know are in it as well. */
public final class ApiRanges {

    private final Map<Integer, Range> byId;

    /** Both inclusive. */
    public record Range(int lowest, int highest) {}

    private ApiRanges(Map<Integer, Range> byId) {
        this.byId = Map.copyOf(byId);
    }

    static ApiRanges of(ApiVersionsResponse response) {
        Map<Integer, Range> byId = HashMap.newHashMap(response.apiKeys().size());
        response.apiKeys().forEach(api -> byId.put((int) api.apiKey(), new Range(api.minVersion(), api.maxVersion())));
        return new ApiRanges(byId);
    }

    public Optional<Range> of(ApiKey api) {
        return Optional.ofNullable(byId.get((int) api.id()));
    }

    /** The version that a call is made with: the highest that both sides can use for it. */
    OptionalInt versionFor(Call<?> call) {
        Range theirs = byId.get((int) call.api().id());
        if (theirs == null) {
            return OptionalInt.empty();
        }
        int version = Math.min(call.highestVersion(), theirs.highest());
        return version >= call.lowestVersion() && version >= theirs.lowest()
                ? OptionalInt.of(version)
                : OptionalInt.empty();
    }

    /** Why there is no version for a call, for people. */
    String whyNot(Call<?> call) {
        String ours = call.api().apiName() + " versions " + call.lowestVersion() + " to " + call.highestVersion();
        return of(call.api())
                .map(theirs ->
                        "needs " + ours + ", but the broker speaks " + theirs.lowest() + " to " + theirs.highest())
                .orElse("needs " + ours + ", but the broker does not have this API");
    }
}
