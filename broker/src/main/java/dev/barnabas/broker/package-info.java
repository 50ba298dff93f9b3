/**
 * A broker: everything a client can reach, and what brokers ask each other. Start with
 * {@link dev.barnabas.broker.Broker} and {@link dev.barnabas.broker.BrokerStart}, which puts it together.
 *
 * <ul>
 *   <li><b>Requests.</b> {@code ClientConnection} takes them apart, {@code Apis} says what is offered, and there is one
 *       {@code Handler} for each API. {@code Call} is a request on its way and the place of its response; it comes from
 *       an {@code Asker}: a client, another broker, or this one.
 *   <li><b>Partitions.</b> {@code Reconciler} makes the open partitions of a loop agree with the image, {@code Roles}
 *       lets them lead or follow, {@code PartitionTable} finds them.
 *   <li><b>Replication.</b> {@code ReplicaFetchers} fetch for what follows; {@code ReplicaSession} serves the followers
 *       of what leads; {@code InSyncRequests} asks for other in-sync sets.
 *   <li><b>The cluster.</b> {@code Membership} is this broker's place in it. {@code ActiveController} asks the
 *       controller wherever it is; {@code Forwarding} and {@code EnvelopeHandler} pass on what clients ask it. Where
 *       the controller is, {@code BrokerWatch} looks after the brokers.
 *   <li><b>Disks.</b> {@code Storage}, {@code Identification}, {@code ReplicaPlaces}, {@code ReplicaPlacement}: which
 *       directories there are, whose they are, and which replica is where.
 * </ul>
 */
@NullMarked
package dev.barnabas.broker;

import org.jspecify.annotations.NullMarked;
