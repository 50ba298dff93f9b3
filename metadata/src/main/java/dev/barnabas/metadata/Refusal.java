package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;

/**
 * Why a wish is not granted.
 *
 * @param message for people: what is wrong and what would be right
 */
public record Refusal(ErrorCode error, String message) {

    static Refusal of(ErrorCode error) {
        return new Refusal(error, error.message());
    }
}
