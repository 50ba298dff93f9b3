package dev.barnabas.broker;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Request;
import java.util.function.Predicate;

/**
 * An API as this broker offers it.
 *
 * @param lowestVersion the versions that fully work, inclusive: these are advertised, nothing else is
 * @param keepsFrame whether the request refers to the received bytes while it is handled (record data is not copied);
 *     the handler then releases them itself through {@link Call#releaseFrame}
 */
record Api<Q extends Request>(
        ApiKey key, int lowestVersion, int highestVersion, boolean keepsFrame, Class<Q> type, Handler<Q> handler) {

    /** All stable versions of Kafka 4.4.0. */
    static <Q extends Request> Api<Q> of(ApiKey key, Class<Q> type, Handler<Q> handler) {
        return new Api<>(key, key.lowestVersion(), highestStable(key), false, type, handler);
    }

    /** All stable versions, for a handler that works on the received bytes. */
    static <Q extends Request> Api<Q> withoutCopy(ApiKey key, Class<Q> type, Handler<Q> handler) {
        return new Api<>(key, key.lowestVersion(), highestStable(key), true, type, handler);
    }

    /** Only the controller can answer it: brokers forward it, see {@link Forwarding}. */
    Api<Q> forwardedTo(ActiveController controller) {
        return forwardedTo(controller, request -> false);
    }

    /** @param ofThisNode which requests the node that was asked answers itself */
    Api<Q> forwardedTo(ActiveController controller, Predicate<Q> ofThisNode) {
        return new Api<>(
                key,
                lowestVersion,
                highestVersion,
                keepsFrame,
                type,
                new Forwarding<>(controller, handler, ofThisNode));
    }

    boolean isForwarded() {
        return handler instanceof Forwarding<Q>;
    }

    boolean supports(int version) {
        return version >= lowestVersion && version <= highestVersion;
    }

    void handle(Request request, Call call) {
        handler.handle(type.cast(request), call);
    }

    private static int highestStable(ApiKey key) {
        return key.latestVersionUnstable() ? key.highestVersion() - 1 : key.highestVersion();
    }
}
