package dev.barnabas.protocol;

/**
 * A message from a client to a broker, or from one broker or controller to another, that is answered with a
 * {@link Response}.
 */
public interface Request extends Message {
    ApiKey apiKey();
}
