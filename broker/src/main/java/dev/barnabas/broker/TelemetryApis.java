package dev.barnabas.broker;

import dev.barnabas.broker.TelemetrySubscription.Client;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.GetTelemetrySubscriptionsRequest;
import dev.barnabas.protocol.message.PushTelemetryRequest;
import java.util.List;
import java.util.function.Supplier;

/**
 * GetTelemetrySubscriptions 0 and PushTelemetry 0 (KIP-714). A client that asks for the first time is given the id
 * under which it goes from then on; it may ask and push on any connection, of any broker.
 */
final class TelemetryApis {

    private TelemetryApis() {}

    static List<Api<?>> of(Node node, ClientTelemetry telemetry) {
        Loop owner = node.share(0).loop();
        return List.of(
                Api.of(ApiKey.GET_TELEMETRY_SUBSCRIPTIONS, GetTelemetrySubscriptionsRequest.class, (request, call) -> {
                    Uuid given = request.clientInstanceId();
                    boolean isNew = given.equals(Uuid.ZERO) || given.equals(Uuid.METADATA_TOPIC);
                    Client client = client(isNew ? newId(node) : given, call);
                    answer(node, owner, call, () -> telemetry.subscription(request, client));
                }),
                Api.of(ApiKey.PUSH_TELEMETRY, PushTelemetryRequest.class, (request, call) -> {
                    Client client = client(request.clientInstanceId(), call);
                    answer(node, owner, call, () -> telemetry.push(request, client));
                }));
    }

    private static void answer(Node node, Loop owner, Call call, Supplier<Response> question) {
        node.run(owner, () -> {
            Response response = question.get();
            node.run(call.loop(), () -> call.answer(response));
        });
    }

    private static Client client(Uuid id, Call call) {
        return new Client(
                id,
                call.clientId(),
                call.asker().softwareName(),
                call.asker().softwareVersion(),
                call.remote().host(),
                call.remote().port());
    }

    private static Uuid newId(Node node) {
        Uuid id;
        do {
            id = new Uuid(
                    node.host().entropy().nextLong(), node.host().entropy().nextLong());
        } while (id.equals(Uuid.ZERO) || id.equals(Uuid.METADATA_TOPIC));
        return id;
    }
}
