/**
 * Producer, consumer and admin. A {@link dev.barnabas.client.Cluster} is a client's relation to one cluster, with its
 * connections and what it knows; {@link dev.barnabas.client.Producer}, {@link dev.barnabas.client.Consumer} and
 * {@link dev.barnabas.client.Admin} are made from it, share it, and belong to its loop.
 *
 * <p>What takes time gives an {@link dev.barnabas.client.Eventual}; what came of it is a
 * {@link dev.barnabas.client.Result}, a value or a {@link dev.barnabas.client.ClientError}. Threads that may wait use
 * {@link dev.barnabas.client.Blocking} and {@link dev.barnabas.client.BlockingProducer}.
 */
@NullMarked
package dev.barnabas.client;

import org.jspecify.annotations.NullMarked;
