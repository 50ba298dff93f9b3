package dev.barnabas.protocol;

/** The answer to the {@link Request} of the same {@link ApiKey}, in the same version. */
public interface Response extends Message {
    ApiKey apiKey();
}
