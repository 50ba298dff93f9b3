/**
 * The metadata log of a cluster of several nodes, on Apache Ratis: {@link dev.barnabas.metadata.ratis.RatisMetadataLog}
 * is the port's implementation, everything else is behind it. The only module that knows Ratis.
 *
 * <p>A member is a node with the directory it keeps its log in ({@link dev.barnabas.metadata.ratis.MemberId}): with
 * another disk it is another member, which knows nothing and has promised nothing. Voters are Ratis' peers, observers
 * its listeners.
 *
 * <p>How a member gets into the quorum ({@link dev.barnabas.metadata.ratis.Membership}): it greets all addresses that
 * it was told. If somebody belongs to a quorum already, it starts with those members, and the leader adds it as an
 * observer if it is none of them. If nobody does, the voter with the lowest id founds the quorum as soon as all voters
 * have answered, so that there cannot be two. A single node that grows founds one of itself alone, with its state.
 *
 * <p>Members talk over one port of their own ({@link dev.barnabas.metadata.ratis.Transport}) instead of Ratis' own
 * transports: those bring a second Netty with its threads and buffers, and cannot tell a member from the one that had
 * its address before.
 *
 * <h2>Files</h2>
 *
 * <b>{@code members}</b>: with whom this member started, one per line: id, host, port and role, separated by blanks.
 * What the log says later counts more. The folder beside it is Ratis'; its state machine's snapshots are the states as
 * the subscriber gave them.
 *
 * <h2>Entries</h2>
 *
 * An entry of the port is one or more of Ratis' entries, none larger than 256 KiB, so that all of Ratis' buffers can be
 * small. Its offset is the index of the last one. Each begins with (big-endian):
 *
 * <pre>
 * bytes  field
 *  0- 7  writer: what the log that appended it called itself when it was opened, a random number
 *  8-15  number of the entry among those of the writer
 * 16-19  length of the whole entry
 * 20-23  position of this piece in it
 * 24-    the piece
 * </pre>
 *
 * An entry whose pieces are not all there when another one begins was lost with its leader and is passed over.
 *
 * <h2>On the wire</h2>
 *
 * Frames in both directions, over one connection for each member that is talked to:
 *
 * <pre>
 * bytes  field
 *  0- 3  length of what follows
 *  4     kind: 1 vote, 2 append, 3 snapshot, 4 election, 5 greeting; 0 answer, -1 failure
 *  5-12  number of the call
 * 13-    Ratis' message, a greeting or its answer, or the failure's text
 * </pre>
 */
@NullMarked
package dev.barnabas.metadata.ratis;

import org.jspecify.annotations.NullMarked;
