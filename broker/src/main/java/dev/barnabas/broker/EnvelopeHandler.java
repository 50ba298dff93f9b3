package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Wire;
import dev.barnabas.protocol.message.EnvelopeRequest;
import dev.barnabas.protocol.message.EnvelopeResponse;
import dev.barnabas.protocol.message.RequestHeader;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Envelope 0 (KIP-590): what a client has asked another broker, forwarded to the controller. Only what brokers forward
 * is taken, and only where the controller is.
 */
final class EnvelopeHandler implements Handler<EnvelopeRequest> {

    private final ActiveController controller;
    private final Supplier<Apis> offered;

    /** @param offered what a client could ask here itself */
    EnvelopeHandler(ActiveController controller, Supplier<Apis> offered) {
        this.controller = controller;
        this.offered = offered;
    }

    @Override
    public void handle(EnvelopeRequest envelope, Call call) {
        if (!controller.isHere()) {
            refuse(call, ErrorCode.NOT_CONTROLLER);
            return;
        }
        RequestHeader header;
        Request request;
        Api<?> api;
        try {
            Reader in = new Reader(envelope.requestData());
            header = Wire.readRequestHeader(in);
            ApiKey key = ApiKey.forId(header.requestApiKey());
            api = key == null ? null : offered.get().find(key);
            if (api == null || !api.isForwarded() || !api.supports(header.requestApiVersion())) {
                refuse(call, ErrorCode.INVALID_REQUEST);
                return;
            }
            request = api.key().readRequest(in, header.requestApiVersion());
            if (in.remaining() > 0) {
                refuse(call, ErrorCode.INVALID_REQUEST);
                return;
            }
        } catch (MalformedMessageException malformed) {
            refuse(call, ErrorCode.INVALID_REQUEST);
            return;
        }
        String from =
                StandardCharsets.UTF_8.decode(envelope.clientHostAddress()).toString();
        Enveloped asker = new Enveloped(call, from);
        api.handle(
                request,
                new Call(asker, api.key(), header.requestApiVersion(), header.correlationId(), header.clientId()));
    }

    private static void refuse(Call call, ErrorCode why) {
        call.answer(new EnvelopeResponse(null, why.code()));
    }

    /** A client of another broker. */
    record Enveloped(Call envelope, String host) implements Asker {

        @Override
        public Loop loop() {
            return envelope.loop();
        }

        @Override
        public Endpoint remote() {
            return new Endpoint(host, 0);
        }

        @Override
        public BrokerListener listener() {
            return envelope.listener();
        }

        @Override
        public boolean isClosed() {
            return envelope.abandoned();
        }

        @Override
        public void violation(String why) {
            refuse(envelope, ErrorCode.INVALID_REQUEST);
        }

        @Override
        public void unanswerable(String why) {
            refuse(envelope, ErrorCode.NOT_CONTROLLER);
        }

        @Override
        public void answered(Call call) {
            Response response = call.response();
            if (response == null) {
                throw new IllegalStateException("a forwarded request must be answered: " + call.api());
            }
            envelope.answer(new EnvelopeResponse(
                    Wire.encodeResponse(call.correlationId(), response, call.version())
                            .flatten(),
                    ErrorCode.NONE.code()));
        }

        @Override
        public void whenClosed(Runnable task) {
            envelope.whenClosed(task);
        }
    }
}
