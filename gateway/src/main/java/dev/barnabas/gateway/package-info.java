/**
 * HTTP beside the Kafka protocol: {@code /metrics} in Prometheus' text format and {@code /health}. It is an edge: it
 * runs on virtual threads of its own, asks the broker for an {@link dev.barnabas.broker.Observation}, and owns no
 * state.
 */
@NullMarked
package dev.barnabas.gateway;

import org.jspecify.annotations.NullMarked;
