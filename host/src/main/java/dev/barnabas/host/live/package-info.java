/**
 * The ports of {@link dev.barnabas.host} on a real machine: Netty for sockets and threads, NIO for files. Start at
 * {@link dev.barnabas.host.live.LiveHost}.
 *
 * <h2>Threads</h2>
 *
 * <table>
 *   <caption>Who runs where</caption>
 *   <tr><td>{@code barnabas-loop-N}</td><td>one per core: {@code LiveLoop}, a Netty event loop. Sockets, mailbox, timers,
 *       then the end of the turn. Appends and reads of the page cache happen here, too.</td></tr>
 *   <tr><td>{@code barnabas-accept}</td><td>the listening sockets; gives connections to the loop with the fewest</td></tr>
 *   <tr><td>{@code barnabas-sync-N}</td><td>group commit, per disk</td></tr>
 *   <tr><td>{@code barnabas-disk-N}</td><td>offloaded work, per disk</td></tr>
 *   <tr><td>{@code barnabas-resolve-N}</td><td>host names, which the system looks up blocking</td></tr>
 * </table>
 *
 * All but the loops and the accepting one come when there is work and go when there is none. A task or callback that
 * throws is a defect and goes to the {@link dev.barnabas.host.live.DefectHandler}, which by default halts the process.
 *
 * <h2>Receiving</h2>
 *
 * {@code FrameReader} gives Netty the buffer to read into, so nothing is copied on the way from the socket to the
 * handler: small frames are views of one buffer that came with one read, a big frame is read straight into a buffer of
 * its size. What a peer announces does not allocate anything that it has not earned by sending. Idle connections hold
 * no buffer. See its comment for the rules.
 *
 * <h2>Sending</h2>
 *
 * {@code LiveConnection} copies the small parts of all frames of a turn into one buffer, sends large buffers as they
 * are and file regions by sendfile, and flushes once at the end of the turn. A region holds its descriptor by reference
 * count: it is sent even when its file is closed or deleted meanwhile.
 *
 * <h2>Files</h2>
 *
 * A handle ({@code LiveDiskFile}) is a name for a file ({@code OpenFile}), which has a descriptor ({@code Descriptor})
 * while that is in the bounded cache of {@code FileTable}. So a node can have a hundred thousand files and a thousand
 * descriptors.
 *
 * <h2>Group commit</h2>
 *
 * {@code GroupCommit} runs one group of syncs at a time per disk; what is asked for meanwhile is the next group. It
 * keeps track of what changed since it was last durable (contents, names, new folders) and syncs only that: few files
 * one by one and side by side, many with one {@code syncfs} through {@code LinuxCalls}. The first failure is final. A
 * write-back error that happens while a file has no descriptor is seen by {@code syncfs} only; such files are therefore
 * always synced that way.
 */
@NullMarked
package dev.barnabas.host.live;

import org.jspecify.annotations.NullMarked;
