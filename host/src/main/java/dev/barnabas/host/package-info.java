/**
 * The world as ports. Time, threads, disk, network and randomness reach the core of Barnabas only through the
 * interfaces of this package, so that the same classes run live and in the simulator.
 *
 * <ul>
 *   <li>{@link dev.barnabas.host.Host} is what one node is given: start there.
 *   <li>{@link dev.barnabas.host.Loop} is a thread that owns state: a mailbox, timers, and the end of a turn.
 *   <li>{@link dev.barnabas.host.Disk} is one log directory; {@link dev.barnabas.host.DiskFile} a file of it. An append
 *       reaches the page cache at once and stable storage with {@link dev.barnabas.host.Disk#sync}.
 *   <li>{@link dev.barnabas.host.Network} moves frames: a frame is what stands behind a 4-byte length on the wire.
 *   <li>{@link dev.barnabas.host.Clock} and {@link dev.barnabas.host.Entropy} are what they say.
 * </ul>
 *
 * <p>{@code dev.barnabas.host.live} implements the ports on Netty and NIO, {@code dev.barnabas.simulation} in one
 * thread under a seed; the contract suites in this module's tests hold both to the same behaviour.
 */
@NullMarked
package dev.barnabas.host;

import org.jspecify.annotations.NullMarked;
