package dev.barnabas.broker;

import dev.barnabas.broker.TelemetrySubscription.Client;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.GetTelemetrySubscriptionsRequest;
import dev.barnabas.protocol.message.GetTelemetrySubscriptionsResponse;
import dev.barnabas.protocol.message.PushTelemetryRequest;
import dev.barnabas.protocol.message.PushTelemetryResponse;
import dev.barnabas.protocol.record.Compression;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.Decompressor;
import dev.barnabas.settings.BrokerSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Metrics that clients push (KIP-714): who is asked for what, and what each has sent last. A client that asks or pushes
 * more often than its interval is turned away. What has come is kept until the next push, or for three intervals, and
 * shown among the node's own metrics; how much that may be is limited, whatever clients send. Owned by the first loop.
 */
final class ClientTelemetry {

    /** Client instances that are remembered; whoever was heard of longest ago is forgotten first. */
    private static final int MOST_CLIENTS = 16_384;
    /** Of one push. */
    private static final int MOST_POINTS = 500;
    /** Of all clients. */
    private static final int MOST_POINTS_IN_ALL = 20_000;
    /** A push must not become larger than this when it is decompressed. */
    private static final long MOST_BYTES_EACH = 16;

    private static final int KEPT_INTERVALS = 3;

    /** As Kafka prefers them. */
    private static final List<Byte> COMPRESSIONS =
            List.of((byte) Compression.ZSTD.id(), (byte) Compression.LZ4.id(), (byte) Compression.GZIP.id(), (byte)
                    Compression.SNAPPY.id());

    private final Node node;
    private final Loop loop;
    private final LinkedHashMap<Uuid, Instance> instances = new LinkedHashMap<>(16, 0.75f, true);
    private int pointsInAll;
    private long dropped;

    ClientTelemetry(Node node) {
        this.node = node;
        this.loop = node.share(0).loop();
    }

    /** What is remembered of a client. */
    private static final class Instance {
        private boolean asked;
        private long askedNanos;
        private boolean pushed;
        private long pushedNanos;
        private boolean terminating;
        private boolean mayAskAtOnce;
        private String clientId = "";
        private int intervalMs;
        private List<OtlpMetrics.Point> points = List.of();
    }

    GetTelemetrySubscriptionsResponse subscription(GetTelemetrySubscriptionsRequest request, Client asking) {
        loop.requireCurrent();
        Uuid id = asking.instanceId();
        TelemetrySubscription subscription = TelemetrySubscription.of(asking, node.image());
        Instance instance = instance(id, asking);
        long now = loop.clock().nanos();
        long last = instance.pushed && instance.pushedNanos - instance.askedNanos > 0
                ? instance.pushedNanos
                : instance.askedNanos;
        boolean tooEarly = (instance.asked || instance.pushed)
                && !instance.mayAskAtOnce
                && now - last < Duration.ofMillis(subscription.intervalMs()).toNanos();
        if (tooEarly) {
            return GetTelemetrySubscriptionsResponse.builder()
                    .errorCode(ErrorCode.THROTTLING_QUOTA_EXCEEDED.code())
                    .clientInstanceId(id)
                    .build();
        }
        instance.asked = true;
        instance.askedNanos = now;
        instance.mayAskAtOnce = false;
        return GetTelemetrySubscriptionsResponse.builder()
                .clientInstanceId(id)
                .subscriptionId(subscription.id())
                .acceptedCompressionTypes(COMPRESSIONS)
                .pushIntervalMs(subscription.intervalMs())
                .telemetryMaxBytes(maxBytes())
                .deltaTemporality(false)
                .requestedMetrics(subscription.metrics())
                .build();
    }

    PushTelemetryResponse push(PushTelemetryRequest request, Client client) {
        loop.requireCurrent();
        return PushTelemetryResponse.builder()
                .errorCode(take(request, client).code())
                .build();
    }

    private ErrorCode take(PushTelemetryRequest request, Client client) {
        Uuid id = client.instanceId();
        if (id.equals(Uuid.ZERO) || id.equals(Uuid.METADATA_TOPIC)) {
            return ErrorCode.INVALID_REQUEST;
        }
        Instance instance = instance(id, client);
        if (instance.terminating) {
            return ErrorCode.INVALID_REQUEST;
        }
        TelemetrySubscription subscription = TelemetrySubscription.of(client, node.image());
        long now = loop.clock().nanos();
        boolean firstSinceAsked =
                !instance.pushed || (instance.asked && instance.askedNanos - instance.pushedNanos > 0);
        boolean tooEarly = !firstSinceAsked
                && now - instance.pushedNanos
                        < Duration.ofMillis(subscription.intervalMs()).toNanos();
        if (tooEarly && !request.terminating()) {
            return ErrorCode.THROTTLING_QUOTA_EXCEEDED;
        }
        instance.pushed = true;
        instance.pushedNanos = now;
        instance.terminating = request.terminating();
        instance.intervalMs = subscription.intervalMs();
        if (request.subscriptionId() != subscription.id()) {
            instance.mayAskAtOnce = true;
            return ErrorCode.UNKNOWN_SUBSCRIPTION_ID;
        }
        if (request.compressionType() != Compression.NONE.id() && !COMPRESSIONS.contains(request.compressionType())) {
            instance.mayAskAtOnce = true;
            return ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
        }
        if (request.metrics().remaining() > maxBytes()) {
            return ErrorCode.TELEMETRY_TOO_LARGE;
        }
        return keep(instance, request);
    }

    private ErrorCode keep(Instance instance, PushTelemetryRequest request) {
        try (Decompressor decompressor = new Decompressor(MOST_BYTES_EACH * maxBytes())) {
            ByteBuffer metrics =
                    decompressor.decompress(Compression.values()[request.compressionType()], request.metrics());
            List<OtlpMetrics.Point> points = OtlpMetrics.read(metrics, MOST_POINTS);
            pointsInAll -= instance.points.size();
            if (pointsInAll + points.size() > MOST_POINTS_IN_ALL) {
                forgetOld();
            }
            if (pointsInAll + points.size() > MOST_POINTS_IN_ALL) {
                instance.points = List.of();
                dropped++;
            } else {
                instance.points = points;
                pointsInAll += points.size();
            }
            return ErrorCode.NONE;
        } catch (CorruptRecordException | MalformedMessageException wrong) {
            return ErrorCode.INVALID_RECORD;
        }
    }

    private Instance instance(Uuid id, Client client) {
        Instance instance = instances.computeIfAbsent(id, _ -> new Instance());
        instance.clientId = client.clientId();
        if (instances.size() > MOST_CLIENTS) {
            Iterator<Map.Entry<Uuid, Instance>> eldest = instances.entrySet().iterator();
            pointsInAll -= eldest.next().getValue().points.size();
            eldest.remove();
        }
        return instance;
    }

    /** Nobody has heard of them for long: their numbers mean nothing any more. */
    private void forgetOld() {
        long now = loop.clock().nanos();
        for (Instance instance : instances.values()) {
            long kept = Duration.ofMillis((long) KEPT_INTERVALS * instance.intervalMs)
                    .toNanos();
            if (!instance.points.isEmpty() && now - instance.pushedNanos > kept) {
                pointsInAll -= instance.points.size();
                instance.points = List.of();
            }
        }
    }

    /** What clients have sent last. */
    Observation.OfClients seen() {
        loop.requireCurrent();
        forgetOld();
        List<Observation.OfClient> clients = new ArrayList<>();
        instances.forEach((id, instance) -> instance.points.forEach(point -> clients.add(new Observation.OfClient(
                id.toString(), instance.clientId, point.metric(), point.attributes(), point.value()))));
        return new Observation.OfClients(clients, dropped);
    }

    private int maxBytes() {
        return node.settings().get(BrokerSettings.TELEMETRY_MAX_BYTES);
    }
}
