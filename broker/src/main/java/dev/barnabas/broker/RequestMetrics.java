package dev.barnabas.broker;

import dev.barnabas.protocol.ApiKey;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What is counted of requests, by API. Shared by the loops. */
public final class RequestMetrics {

    private final Map<ApiKey, OfApi> byApi = new EnumMap<>(ApiKey.class);

    RequestMetrics() {
        for (ApiKey api : ApiKey.values()) {
            byApi.put(api, new OfApi(new LongAdder(), new LongAdder(), new LatencyHistogram()));
        }
    }

    void answered(Call call, long nowNanos) {
        OfApi of = of(call.api());
        of.requests().increment();
        of.requestBytes().add(call.requestBytes());
        of.latency().record(nowNanos - call.receivedNanos());
    }

    public OfApi of(ApiKey api) {
        OfApi of = byApi.get(api);
        if (of == null) {
            throw new IllegalStateException("no instruments for " + api);
        }
        return of;
    }

    /**
     * The instruments of one API.
     *
     * @param requests answered
     * @param requestBytes received, without length prefixes
     * @param latency from the last byte of a request to its answer, waiting included
     */
    public record OfApi(LongAdder requests, LongAdder requestBytes, LatencyHistogram latency) {}
}
