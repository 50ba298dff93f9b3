/**
 * Requests and responses over one connection, from the side that asks: clients today, brokers among themselves
 * tomorrow.
 *
 * <p>Start with {@link dev.barnabas.peer.Peer}: one connection from its opening to its end, on one loop. It is given
 * {@link dev.barnabas.peer.Call}s (which API, which versions, how to build the request for the version that was agreed
 * on) and hands each outcome to a {@link dev.barnabas.peer.Reply}: an {@link dev.barnabas.peer.Answer}, or a
 * {@link dev.barnabas.peer.PeerFault} that says why there is none. Whatever happens, each reply is called exactly once.
 *
 * <p>The logic does no I/O and can be tested with buffers alone:
 *
 * <ul>
 *   <li>{@link dev.barnabas.peer.Exchange}: correlation ids, headers, what is in flight, deadlines. A connection
 *       answers in the order in which it was asked, so what is in flight is a queue.
 *   <li>{@link dev.barnabas.peer.Negotiation}: ApiVersions, and again with version 0 or what the other side offers if
 *       it does not know the version we asked with (KIP-511).
 *   <li>{@link dev.barnabas.peer.ApiRanges}: what the other side speaks, and which version a call is made with.
 * </ul>
 *
 * <p>A peer lives once. There is no reconnecting in here: who needs the broker again opens another peer, and decides
 * how long to wait before that.
 */
@NullMarked
package dev.barnabas.peer;

import org.jspecify.annotations.NullMarked;
