package dev.barnabas.peer;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import java.util.function.IntFunction;

/**
 * A request in waiting: it is built when it is known in which version it is going to be sent.
 *
 * @param lowestVersion no lower version can express it
 * @param highestVersion no higher version can express it
 * @param request builds the request for a version
 * @param response reads the response of a version
 * @param inPlace whether the response is read where it was received. Then its bytes and records are valid only until
 *     {@link Reply#answered} returns (or the frame is released, see {@link Reply#answeredInPlace}); otherwise they are
 *     a copy, valid for ever
 */
public record Call<R extends Response>(
        ApiKey api,
        int lowestVersion,
        int highestVersion,
        IntFunction<? extends Request> request,
        ResponseReader<R> response,
        boolean inPlace) {

    /** {@code MetadataResponse::read} and its like. */
    @FunctionalInterface
    public interface ResponseReader<R> {
        R read(Reader in, int version);
    }

    /** A request that looks different from version to version; all stable versions of the API are fine. */
    public static <R extends Response> Call<R> of(
            ApiKey api, IntFunction<? extends Request> request, ResponseReader<R> response) {
        return new Call<>(api, api.lowestVersion(), api.highestStableVersion(), request, response, false);
    }

    /** A request that is the same in all versions. */
    public static <R extends Response> Call<R> of(Request request, ResponseReader<R> response) {
        return of(request.apiKey(), version -> request, response);
    }

    public Call<R> from(int version) {
        return new Call<>(api, Math.max(lowestVersion, version), highestVersion, request, response, inPlace);
    }

    public Call<R> upTo(int version) {
        return new Call<>(api, lowestVersion, Math.min(highestVersion, version), request, response, inPlace);
    }

    /** See {@link #inPlace}. */
    public Call<R> readInPlace() {
        return new Call<>(api, lowestVersion, highestVersion, request, response, true);
    }
}
