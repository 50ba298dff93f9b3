package dev.barnabas.groups;

/**
 * Who sends a request, and in which version.
 *
 * @param clientHost as Kafka shows it: the address behind a slash
 */
public record Caller(String clientId, String clientHost, int apiVersion) {}
