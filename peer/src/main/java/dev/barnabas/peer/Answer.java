package dev.barnabas.peer;

import dev.barnabas.protocol.Response;

/**
 * A response, and the version that was agreed on for it.
 *
 * @param response may carry any error code; that is for the caller to look at
 */
public record Answer<R extends Response>(R response, int version) {}
